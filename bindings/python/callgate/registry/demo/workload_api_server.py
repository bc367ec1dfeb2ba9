"""A SPIFFE Workload API on a unix socket: streams that stay open, and each way they may end.

Behaves as SPIRE's agent does towards a workload: refuses a call without the security header, sends
all there is at once, and again after each change. For the certificates it is told what to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from spiffe._proto import workload_pb2, workload_pb2_grpc


@dataclass(frozen=True)
class Svid:
    """What a workload is given. All DER; ``bundle`` is of its own trust domain."""

    spiffe_id: str
    chain: bytes  # leaf first, concatenated
    key: bytes  # PKCS#8
    bundle: bytes  # concatenated


@dataclass(frozen=True)
class Said:
    """All that the server says now. ``refusal`` instead of everything: the status and its text."""

    svids: Sequence[Svid] = ()
    bundles: Mapping[str, bytes] = field(default_factory=dict)  # SPIFFE ID of a domain -> DER
    crl: Sequence[bytes] = ()
    refusal: tuple[grpc.StatusCode, str] | None = None
    silent: bool = False  # takes calls and never answers


class WorkloadApiServer(workload_pb2_grpc.SpiffeWorkloadAPIServicer):
    """A context manager. ``say`` changes what every open stream hears, and later ones."""

    def __init__(self, socket: Path, said: Said | None = None) -> None:
        self.socket = socket
        self.calls: list[str] = []  # the methods that were called with the header
        self._said = said or Said()
        self._version = 0
        self._condition = threading.Condition()
        self._server: grpc.Server | None = None

    def __enter__(self) -> WorkloadApiServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Again after ``stop``, too."""
        self.socket.unlink(missing_ok=True)
        server = grpc.server(futures.ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        register: Callable[[object, grpc.Server], None] = (
            workload_pb2_grpc.add_SpiffeWorkloadAPIServicer_to_server
        )
        register(self, server)
        server.add_insecure_port(f"unix:{self.socket}")
        server.start()
        self._server = server

    def stop(self) -> None:
        """Dies: open streams break, and the socket is gone."""
        server, self._server = self._server, None
        if server is not None:
            server.stop(0).wait()
        self.socket.unlink(missing_ok=True)

    def say(self, said: Said) -> None:
        with self._condition:
            self._said = said
            self._version += 1
            self._condition.notify_all()

    def FetchX509Bundles(  # the name of the protocol
        self, request: Any, context: grpc.ServicerContext
    ) -> Iterator[workload_pb2.X509BundlesResponse]:
        return self._stream("FetchX509Bundles", context, _bundles)

    def FetchX509SVID(
        self, request: Any, context: grpc.ServicerContext
    ) -> Iterator[workload_pb2.X509SVIDResponse]:
        return self._stream("FetchX509SVID", context, _svids)

    def _stream(
        self, method: str, context: grpc.ServicerContext, response: Callable[[Said], Any]
    ) -> Iterator[Any]:
        if ("workload.spiffe.io", "true") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "security header missing from request")
        self.calls.append(method)
        context.add_callback(self._wake)
        sent = -1
        while context.is_active():
            with self._condition:
                while self._version == sent and context.is_active():
                    self._condition.wait()
                said, sent = self._said, self._version
            if said.refusal is not None:
                context.abort(*said.refusal)
            if context.is_active() and not said.silent:
                yield response(said)

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()


def _bundles(said: Said) -> workload_pb2.X509BundlesResponse:
    return workload_pb2.X509BundlesResponse(crl=said.crl, bundles=dict(said.bundles))


def _svids(said: Said) -> workload_pb2.X509SVIDResponse:
    own = {svid.spiffe_id.split("/")[2] for svid in said.svids}
    federated = {key: der for key, der in said.bundles.items() if key.split("/")[2] not in own}
    return workload_pb2.X509SVIDResponse(
        svids=[
            workload_pb2.X509SVID(
                spiffe_id=svid.spiffe_id,
                x509_svid=svid.chain,
                x509_svid_key=svid.key,
                bundle=svid.bundle,
            )
            for svid in said.svids
        ],
        crl=said.crl,
        federated_bundles=federated,
    )
