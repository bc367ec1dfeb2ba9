"""A registry that answers as it is told, over https with client certificates asked for."""

from __future__ import annotations

import json
import queue
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

from callgate.registry.demo.certificates import Authority

Answer: TypeAlias = "tuple[int, dict[str, Any] | None]"
REGISTERED: dict[str, Any] = {"agent_id": "weather-1", "status": "success", "message": "registered"}


@dataclass
class Request:
    """What arrived, and whose certificate came with it."""

    method: str
    path: str
    body: Any
    leaf: bytes | None


@dataclass
class ScriptedRegistry:
    """A context manager. ``answers`` maps a method to what answers it; ``heard`` has requests."""

    folder: Path
    authority: Authority
    answers: dict[str, Callable[[Request], Answer]] = field(default_factory=dict)
    heard: queue.Queue[Request] = field(default_factory=queue.Queue)

    def __enter__(self) -> ScriptedRegistry:
        own = self.authority.issue("registry", addresses=["127.0.0.1"])
        file = self.folder / "registry.pem"
        file.write_bytes(own.pem + own.key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.load_verify_locations(cadata=self.authority.der)
        context.verify_mode = ssl.CERT_OPTIONAL
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
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
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def next(self) -> Request:
        """The next request; waits for it."""
        return self.heard.get(timeout=20)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                assert isinstance(self.connection, ssl.SSLSocket)
                leaf = self.connection.getpeercert(binary_form=True)
                request = Request(self.command, self.path, body, leaf)
                default: Answer = (200, REGISTERED if self.command == "POST" else None)
                answer = registry.answers.get(self.command) or (lambda _: default)
                status, said = answer(request)
                registry.heard.put(request)
                text = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_POST = do_HEAD = do_DELETE = _answer

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler
