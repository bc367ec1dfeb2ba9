"""The trust backend ``spire``: bundles of the SPIFFE Workload API, as long as it vouches for them.

Every message replaces all: a trust domain that is absent from it is gone at once. PermissionDenied
drops everything. A lost connection leaves what was said last, for a while.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import grpc

from callgate import CallgateError
from callgate.trust import TrustError, TrustSnapshot
from callgate.trust.backends.feed import Contents, Lost, Refused, Withdrawn, bounded
from callgate.trust.backends.followed import FollowedSource, Patience
from callgate.trust.backends.source import Problem
from callgate.trust.backends.workload_api import (
    BundleStream,
    SocketError,
    X509BundlesResponse,
    check_owner,
    check_path,
    open_bundle_stream,
    open_channel,
)
from callgate.trust.der import split_der

NAME = "spire"
# SPIFFE-ID, section 2.1: lower-case letters, digits, dots, dashes and underscores.
_TRUST_DOMAIN = re.compile(r"spiffe://([a-z0-9._-]{1,255})")
_DENIED = grpc.StatusCode.PERMISSION_DENIED
_HOPELESS = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED)


@dataclass(frozen=True, slots=True)
class SpireBounds:
    """What is taken of a Workload API. More is as if nothing was said."""

    message_bytes: int = 16 << 20
    trust_domains: int = 1000
    bundle_certificates: int = 100


def spire(
    socket: Path,
    *,
    owner: int | None = None,
    patience: Patience | None = None,
    bounds: SpireBounds | None = None,
) -> FollowedSource:
    """A source of bundles. ``socket``: path of the Workload API's socket, without ``unix:``.

    The socket and its folder must belong to root, to this process's user or to ``owner`` (user id).
    Raises CallgateError (INVALID_ARGUMENT) on a path that cannot be one.
    """
    try:
        check_path(socket)
    except SocketError as error:
        raise CallgateError(str(error), "INVALID_ARGUMENT", NAME) from error
    patience = patience or Patience()
    owners = frozenset({0, os.geteuid()} if owner is None else {0, os.geteuid(), owner})
    feed = _BundleFeed(socket, owners, patience.first_answer, bounds or SpireBounds())
    return FollowedSource(NAME, feed, patience)


class _BundleFeed:
    """Follows FetchX509Bundles."""

    def __init__(
        self, socket: Path, owners: frozenset[int], deadline: float, bounds: SpireBounds
    ) -> None:
        self._socket = socket
        self._owners = owners
        self._deadline = deadline
        self._bounds = bounds
        self._lock = threading.Lock()
        self._stream: BundleStream | None = None
        self._cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._stream is not None:
                self._stream.cancel()

    def follow(self) -> Iterator[Contents]:
        try:
            check_owner(self._socket, self._owners)
        except (SocketError, OSError) as error:
            raise Lost(f"the socket of the Workload API: {error}") from error
        with open_channel(self._socket, message_bytes=self._bounds.message_bytes) as channel:
            stream = open_bundle_stream(channel)
            with self._lock:
                self._stream = stream
                if self._cancelled:
                    stream.cancel()
            yield from self._read(stream)

    def _read(self, stream: BundleStream) -> Iterator[Contents]:
        # gRPC has one deadline, for a whole call: it would end the stream that stays open.
        hung = threading.Event()

        def give_up() -> None:
            hung.set()
            stream.cancel()

        timer = threading.Timer(self._deadline, give_up)
        timer.daemon = True
        timer.start()
        try:
            while True:
                message = next(stream)
                timer.cancel()
                yield self._contents_of(message)
        except StopIteration:
            raise Lost("the Workload API closed the stream") from None
        except grpc.RpcError as error:
            if hung.is_set():
                text = f"the Workload API did not answer within {self._deadline:g} s"
                raise Lost(text) from None
            raise _signal_of(error) from None
        finally:
            timer.cancel()
            stream.cancel()

    def _contents_of(self, message: X509BundlesResponse) -> Contents:
        if len(message.bundles) > self._bounds.trust_domains:
            most = self._bounds.trust_domains
            raise Lost(f"{len(message.bundles)} trust domains in one message, at most {most}")
        bundles: dict[str, tuple[bytes, ...]] = {}
        problems = []
        for key, der in sorted(message.bundles.items()):
            domain = _TRUST_DOMAIN.fullmatch(key)
            if domain is None:
                problems.append(Problem(bounded(key), "not a trust domain: left out"))
                continue
            try:
                authorities = split_der(der, self._bounds.bundle_certificates)
            except ValueError as error:
                problems.append(Problem(domain[1], f"{error}: nothing of its bundle counts"))
                continue
            bundles[domain[1]], faults = _loadable(domain[1], authorities)
            problems += faults
        if message.crl:
            text = f"revocation lists are not supported: {len(message.crl)} have no effect"
            problems.append(Problem("crl", text))
        return Contents(bundles=bundles, problems=tuple(problems))


def _loadable(
    domain: str, authorities: tuple[bytes, ...]
) -> tuple[tuple[bytes, ...], list[Problem]]:
    """Those that the engine takes. One that is none must not cost the domain the others."""
    taken = []
    faults = []
    for number, authority in enumerate(authorities, 1):
        try:
            TrustSnapshot({}, bundles={domain: [authority]})
        except TrustError as error:
            place = f"{domain}, certificate {number}"
            faults.append(Problem(place, f"{error.message}: left out"))
        else:
            taken.append(authority)
    return tuple(taken), faults


def _signal_of(error: grpc.RpcError) -> Exception:
    """What a failed call means, as section 6 of the Workload API specification says."""
    call = cast(grpc.Call, error)  # what a stream raises is the call itself
    code = call.code()
    text = f"the Workload API answered {code.name}: {bounded(call.details() or '')}"
    if code is _DENIED:
        return Withdrawn(f"{text}. Register this process with SPIRE")
    if code in _HOPELESS:
        return Refused(f"{text}. Is this the socket of a Workload API with X.509 bundles?")
    return Lost(text)
