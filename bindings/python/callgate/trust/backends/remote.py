"""The trust backends over a network, made when they are configured: their libraries are extras."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from callgate import CallgateError
from callgate.trust.backends.followed import FollowedSource, Patience


def k8s_secrets_source(
    environ: Mapping[str, str], *, namespace: str, selector: str, stale_after: float
) -> FollowedSource:
    """``k8s-secrets`` of the cluster that the environment leads to.

    ``stale_after``: seconds for which a lost server's last word counts. Raises CallgateError
    (INVALID_ARGUMENT) where there is no cluster, or the extra ``kubernetes`` is not installed.
    """
    with needs_extra("k8s-secrets", "kubernetes"):
        from callgate.trust.backends.k8s_cluster import Cluster
        from callgate.trust.backends.k8s_secrets import k8s_secrets
    cluster = Cluster.of_environment(environ)
    patience = Patience(stale=stale_after)
    return k8s_secrets(cluster, namespace=namespace, selector=selector, patience=patience)


def spire_source(socket: Path, *, stale_after: float) -> FollowedSource:
    """``spire`` over that socket. Raises CallgateError (INVALID_ARGUMENT) on a path that cannot be
    a socket's, or where the extra ``spire`` is not installed.
    """
    with needs_extra("spire", "spire"):
        from callgate.trust.backends.spire import spire
    return spire(socket, patience=Patience(stale=stale_after))


@contextlib.contextmanager
def needs_extra(backend: str, extra: str) -> Iterator[None]:
    """Imports within say which extra to install. Raises CallgateError (INVALID_ARGUMENT)."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "callgate"):
            raise
        message = f"{name} is not installed: pip install 'callgate[{extra}]'"
        raise CallgateError(message, "INVALID_ARGUMENT", backend) from error
