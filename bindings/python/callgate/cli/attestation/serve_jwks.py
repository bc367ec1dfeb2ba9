"""``callgate attestation serve-jwks``: an issuer's public keys over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import ssl
from pathlib import Path
from typing import Final

from starlette.types import Receive, Scope, Send

from callgate import CallgateError
from callgate.attestation._engine import read_attestation_jwks
from callgate.cli import _output
from callgate.cli._command import Outcome
from callgate.cli._input import input_error
from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.connection import bounded_connections
from callgate.serving.http_limits import HttpLimits
from callgate.serving.listener import Listener
from callgate.serving.reply import Reply
from callgate.serving.signals import Signals
from callgate.serving.sockets import bound_sockets, limit_accepts

PATH: Final = "/.well-known/jwks.json"
MAX_AGE_SECONDS: Final = 300
"""For how long readers may keep the keys: a key that is taken out counts no longer than that."""
_CHECK_SECONDS: Final = 1.0
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})  # RFC 7518, section 6


def serve_jwks(arguments: argparse.Namespace) -> Outcome:
    """Until SIGTERM or SIGINT."""
    tls = _tls(arguments)
    address = _address(arguments.host, with_tls=tls is not None)
    published = PublishedKeys(Path(arguments.file))
    asyncio.run(_serve(published, address, arguments.port, tls, as_json=arguments.json))
    return Outcome(True, None, stream=[])


class PublishedKeys:
    """The bytes of a JWKS file. A file that must not be published is never served."""

    def __init__(self, path: Path) -> None:
        """Raises CallgateError, OSError."""
        self._path = path
        self._stamp = self._stamped()
        self.body = _checked(path)

    def reload(self) -> str | None:
        """Reads a file that changed; the keys from before stay where it is none. What is wrong."""
        try:
            stamp = self._stamped()
            if stamp == self._stamp:
                return None
            self._stamp = stamp
            self.body = _checked(self._path)
        except CallgateError as error:
            return f"{error}; the keys from before are still served"
        except OSError as error:
            return f"{self._path}: {error.strerror}; the keys from before are still served"
        return None

    def _stamped(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns


def _checked(path: Path) -> bytes:
    body = path.read_bytes()
    try:
        keys, skipped = read_attestation_jwks(body)
    except CallgateError as error:
        raise input_error(f"no JWKS: {error}", str(path)) from error
    if any(_PRIVATE & entry.keys() for entry in json.loads(body)["keys"]):
        message = "it holds a private key: serve the .jwks.json file that keygen wrote with it"
        raise input_error(message, str(path))
    if skipped:
        index, why = skipped[0]
        raise input_error(f"key {index} is of no use to verifiers: {why}", str(path))
    if not keys:
        raise input_error("it holds no key", str(path))
    return body


def _tls(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    if arguments.tls_cert is None and arguments.tls_key is None:
        return None
    if arguments.tls_cert is None or arguments.tls_key is None:
        raise input_error("--tls-cert and --tls-key belong together")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(arguments.tls_cert, arguments.tls_key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        message = "the certificate and the key are no pair in PEM without a pass phrase"
        raise input_error(message, arguments.tls_cert) from error
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def _address(host: str, *, with_tls: bool) -> str:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise input_error(f"{host!r} is no IP address", "--host") from error
    if not address.is_loopback and not with_tls:
        message = "keys are trusted as they are read, so only loopback is served without TLS: pass "
        raise input_error(f"{message}--tls-cert and --tls-key", "--host")
    return str(address)


class _App:
    """Answers GET and HEAD of the one path."""

    def __init__(self, published: PublishedKeys) -> None:
        self._published = published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] != PATH:
            await Reply(404, b'{"error":"only /.well-known/jwks.json is here"}').send(send)
        elif scope["method"] not in ("GET", "HEAD"):
            allowed = ((b"allow", b"GET, HEAD"),)
            await Reply(405, b'{"error":"GET or HEAD"}', allowed).send(send)
        else:
            body = self._published.body
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"public, max-age=%d" % MAX_AGE_SECONDS),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})


class _Answers:
    def malformed(self, path: str) -> Reply:
        return Reply(400, b'{"error":"no HTTP/1.1"}')

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        status = 408 if error.bound == "slow_request" else 503
        return Reply(status, json.dumps({"error": error.message}).encode())


def _refused(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
    """The connection has answered it."""


async def _serve(
    published: PublishedKeys, address: str, port: int, tls: ssl.SSLContext | None, *, as_json: bool
) -> None:
    limits = HttpLimits(body_bytes=1, connections=256, connections_per_address=64)
    signals = Signals()
    with bound_sockets(address=address, port=port) as (bound,), signals.handled():
        limit_accepts([bound], limits.connections, limits.connections_per_address, refused=_refused)
        listener = Listener(
            _App(published),
            bound=bound,
            protocol=bounded_connections(limits, answers=_Answers(), refused=_refused),
            tls=tls,
            header_bytes=limits.header_bytes,
            keep_alive_seconds=5,
            drain_seconds=1,
            backlog=128,
        )
        running = asyncio.create_task(listener.run_until_stopped())
        watching = asyncio.create_task(_watch(published))
        stopping = asyncio.create_task(signals.stop.wait())
        listening = asyncio.create_task(listener.listening.wait())
        await asyncio.wait({running, listening}, return_when=asyncio.FIRST_COMPLETED)
        url = f"{listener.url}{PATH}"
        _output.show(Outcome(True, {"url": url}, [url]), as_json=as_json)
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        listener.stop()
        for task in (listening, watching, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await running


async def _watch(published: PublishedKeys) -> None:
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        fault = published.reload()
        if fault is not None:
            _output.show_error(fault, None)
