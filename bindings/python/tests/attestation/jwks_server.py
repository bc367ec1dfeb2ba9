"""A web server of an issuer for tests: on loopback, in a thread, answering as it is told."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from authorities import authority
from callgate import PublicKey, SecretKey
from cryptography import x509

Answer: TypeAlias = "Callable[[Handler], None]"


def published(kid: str, key: PublicKey) -> dict[str, str]:
    return {**key.to_jwk(), "kid": kid, "use": "sig", "alg": "EdDSA"}


def new_key() -> PublicKey:
    return SecretKey.generate().public_key


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        owner = self.server.owner
        owner.requests.append(self.path)
        owner.headers.append(dict(self.headers.items()))
        answer = owner.next_answers.pop(0) if owner.next_answers else owner.answer
        answer(self)

    def reply(
        self, body: bytes, status: int = 200, kind: str = "application/json", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test says itself what it wants to know."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: JwksServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what many tests are about."""


class JwksServer:
    """``keys`` are what it publishes; ``next_answers`` go before ``answer``, each once."""

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        self.keys: dict[str, PublicKey] = {"k1": new_key()}
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.next_answers: list[Answer] = []
        self.answer: Answer = self.publish
        # Answers that wait end with the test.
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.owner = self
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def publish(self, handler: Handler) -> None:
        entries = [published(kid, key) for kid, key in self.keys.items()]
        handler.reply(json.dumps({"keys": entries}).encode())

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def failing(status: int) -> Answer:
    return lambda handler: handler.reply(b"{}", status)


@contextlib.contextmanager
def jwks_server() -> Iterator[JwksServer]:
    server = JwksServer()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def tls_jwks_server(folder: Path) -> Iterator[tuple[JwksServer, Path]]:
    """A server with TLS, and the file of the authority that vouches for it."""
    root = authority("Issuers")
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = root.issue("issuer", serves=True, names=names)
    ca_file, chain, key = folder / "ca.pem", folder / "leaf.pem", folder / "leaf.key"
    ca_file.write_bytes(root.pem)
    chain.write_bytes(leaf.pem)
    key.write_bytes(leaf.key_pem)
    server = JwksServer((chain, key))
    try:
        yield server, ca_file
    finally:
        server.stop()


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
