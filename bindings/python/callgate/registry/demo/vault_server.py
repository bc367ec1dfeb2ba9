"""Vault's PKI secrets engine over https: the requests and answers of `sign` and `issue`, as a real
Vault 1.21 gives them, and each way an answer may be wrong.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from callgate.registry.demo.certificates import Authority, Issued

TOKEN = "hvs.the-token-of-the-agent"
Answer: TypeAlias = "tuple[int, dict[str, str], bytes]"


@dataclass
class Request:
    """What a client sent."""

    path: str
    token: str | None
    body: dict[str, Any]


@dataclass
class VaultServer:
    """A context manager that listens on a loopback port. ``answer`` may be replaced."""

    folder: Path
    authority: Authority
    tls: bool = True
    server: Authority | None = None  # issues the certificate of https; None: `authority`
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Answer] | None = None

    def __enter__(self) -> VaultServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if self.tls:
            issuer = self.server or self.authority
            own = issuer.issue("vault", dns=["localhost"], addresses=["127.0.0.1"])
            file = self.folder / "vault.pem"
            file.write_bytes(own.pem + own.key_pem)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def signed(self, request: Request) -> Answer:
        """As Vault answers: the leaf alone, with the authorities apart."""
        dns, addresses = sans_of(request.body)
        if "/sign/" in request.path:
            csr = x509.load_pem_x509_csr(request.body["csr"].encode())
            key = csr.public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            leaf = self.authority.sign(key, dns=dns, addresses=addresses)
            return answered(leaf.public_bytes(Encoding.PEM), self.authority)
        own = self.authority.issue("agent", dns=dns, addresses=addresses)
        return answered(own.pem, self.authority, key=own.key_pem)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vault = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = json.loads(self.rfile.read(length))
                request = Request(self.path, self.headers.get("x-vault-token"), body)
                vault.requests.append(request)
                status, headers, text = (vault.answer or vault.signed)(request)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler


def sans_of(body: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The DNS names and addresses that the leaf of a request is for."""
    dns = [body["common_name"], *filter(None, [body.get("alt_names")])]
    return dns, [*filter(None, [body.get("ip_sans")])]


def answered(leaf: bytes, authority: Issued, *, key: bytes | None = None) -> Answer:
    """The answer of a request that succeeded."""
    data: dict[str, Any] = {
        "certificate": leaf.decode(),
        "issuing_ca": authority.pem.decode(),
        "ca_chain": [authority.pem.decode()],
        "serial_number": "39:dd",
        "expiration": 1_800_000_000,
    }
    if key is not None:
        data |= {"private_key": key.decode(), "private_key_type": "ec"}
    body = {
        "request_id": "1",
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": data,
    }
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()
