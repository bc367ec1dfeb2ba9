"""The trust backend ``k8s-secrets``: authorities in Secrets, found by a label, watched.

A Secret that is deleted, or loses the label, takes its anchors along at once. A lost API server,
or one that no longer lets this process list and watch, leaves what was there, for a while.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator

from callgate import CallgateError
from callgate.trust.backends.feed import Contents, Lost, Refused
from callgate.trust.backends.followed import FollowedSource, Patience
from callgate.trust.backends.k8s_cluster import Cluster
from callgate.trust.backends.k8s_requests import Bounds, Deadlines, Gone, Json, SecretRequests
from callgate.trust.backends.k8s_secret import SecretSet

NAME = "k8s-secrets"
# RFC 1123 label, as the API server wants it; it becomes part of a path.
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def k8s_secrets(
    cluster: Cluster,
    *,
    namespace: str = "default",
    selector: str = "mcp-mesh.io/trust=entity-ca",
    patience: Patience | None = None,
    deadlines: Deadlines | None = None,
    bounds: Bounds | None = None,
) -> FollowedSource:
    """A source of entities: ``ca.crt`` of each Secret of the namespace that has the labels.

    The entity is the annotation ``mcp-mesh.io/entity-name``, else the Secret's name. ``selector``
    must not be empty: it would take every Secret. Raises CallgateError (INVALID_ARGUMENT).
    """
    if _NAMESPACE.fullmatch(namespace) is None:
        raise CallgateError(f"{namespace!r} is not a namespace", "INVALID_ARGUMENT", NAME)
    if not selector.strip():
        raise CallgateError("the label selector is empty", "INVALID_ARGUMENT", NAME)
    feed = _SecretFeed(cluster, namespace, selector, deadlines or Deadlines(), bounds or Bounds())
    return FollowedSource(NAME, feed, patience)


class _SecretFeed:
    """Follows the Secrets: a list, then watches, each from where the one before ended."""

    def __init__(
        self, cluster: Cluster, namespace: str, selector: str, deadlines: Deadlines, bounds: Bounds
    ) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._selector = selector
        self._deadlines = deadlines
        self._bounds = bounds
        self._lock = threading.Lock()
        self._requests: SecretRequests | None = None
        self._cancelled = False
        self._heard = False

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._requests is not None:
                self._requests.cancel()

    def follow(self) -> Iterator[Contents]:
        try:
            with self._cluster.connect() as client:
                requests = SecretRequests(
                    client, self._namespace, self._selector, self._deadlines, self._bounds
                )
                with self._lock:
                    self._requests = requests
                    if self._cancelled:
                        requests.cancel()
                yield from self._follow(requests)
        except Gone:
            return  # begin again with a list
        except OSError as error:
            raise Lost(f"what is needed to reach the API server is not there: {error}") from None
        except CallgateError as error:
            raise self._refusal(str(error)) from error
        except Refused as refusal:
            raise self._refusal(str(refusal)) from refusal

    def _refusal(self, text: str) -> Exception:
        """What was right once may be right again."""
        return Lost(text) if self._heard else Refused(text)

    def _follow(self, requests: SecretRequests) -> Iterator[Contents]:
        secrets = SecretSet(self._namespace)
        for page, listed in requests.list():
            version = listed
            for secret in page:
                secrets.put(secret)
            self._check(secrets)
        self._heard = True
        yield secrets.contents()
        while True:
            began = time.monotonic()
            for kind, thing in requests.watch(version):
                version = _version_of(thing)
                if _take(kind, thing, secrets):
                    self._check(secrets)
                    yield secrets.contents()
            if time.monotonic() - began < self._deadlines.watch / 2:
                return  # a server that is going away, or one that cannot watch: not at once again

    def _check(self, secrets: SecretSet) -> None:
        bounds = self._bounds
        if len(secrets) > bounds.secrets or secrets.data_bytes > bounds.authority_bytes:
            raise Lost(
                f"more than {bounds.secrets} Secrets of namespace {self._namespace} have labels "
                f"{self._selector}, or their authorities more than {bounds.authority_bytes} bytes: "
                "narrow the selector"
            )


def _take(kind: str, thing: Json, secrets: SecretSet) -> bool:
    """Whether the event changed something."""
    if kind in ("ADDED", "MODIFIED"):
        return secrets.put(thing)
    if kind == "DELETED":
        return secrets.remove(thing)
    if kind == "BOOKMARK":
        return False
    raise Lost("the API server sent an event of an unknown type")


def _version_of(thing: Json) -> str:
    metadata = thing.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not version:
        raise Lost("the API server sent an event without a version")
    return version
