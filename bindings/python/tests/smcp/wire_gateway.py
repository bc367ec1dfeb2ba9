"""A small gateway over real sockets that follows the wire, decides with the engine, and lies on
request."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import socketserver
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, TypeAlias

import callgate
from callgate import CallgateError, PublicKey, SecretKey, _native, canonicalize, issue_token
from callgate._generations import GENERATIONS

POLICY = """\
- name: project
  capabilities:
    - {tool_pattern: "fs.*", path_allowlist: [/workspace], only_arguments: [path, n, note]}
    - {tool_pattern: echo.any}
    - {tool_pattern: once.only, rate_limit: {calls: 1, per_seconds: 60}}
  deny_list: [fs.delete]
- name: research-safe
  capabilities: [{tool_pattern: web_search, only_arguments: [query]}]
"""
SCOPES = ("project", "research-safe")
WORKLOADS = ("exec-1", "exec-abc123")
NUMBERS = {
    "smcp/v1": {name: number for name, number, _, _ in _native.error_codes()},
    "seal/v1": {name: number for name, _, number, _ in _native.error_codes()},
}

GENERATIONS_OF_TESTS = sorted(GENERATIONS)

Lie: TypeAlias = "Callable[[Handler], None]"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


@dataclass
class WireGateway:
    """Answers on the paths of every generation; ``…_lies`` of a path come first."""

    address: Any = ("127.0.0.1", 0)
    tls: ssl.SSLContext | None = None
    lifetime: float = 3600.0
    seen: list[Seen] = field(default_factory=list)
    attest_lies: deque[Lie] = field(default_factory=deque)
    call_lies: deque[Lie] = field(default_factory=deque)
    end_lies: deque[Lie] = field(default_factory=deque)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> WireGateway:
        self.issuer = SecretKey.generate()
        self.policy = callgate.PolicySet.parse(POLICY)
        self.gate = callgate.Gate(self.policy, issuer_keys=[self.issuer.public_key])
        self.sessions: dict[bytes, str] = {}
        self.opened: list[str] = []
        self.proofs: set[bytes] = set()
        self.lock = threading.Lock()
        self.server = _Server(self)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.close_all()
        self.thread.join(10)

    @property
    def url(self) -> str:
        if isinstance(self.address, str):
            return f"unix:{self.address}"
        port = self.server.server_address[1]
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{port}"

    def calls(self) -> list[Seen]:
        paths = [g.invoke_path for g in GENERATIONS.values()]
        return [seen for seen in self.seen if seen.path in paths]

    def attestations(self) -> list[Seen]:
        paths = [g.attest_path for g in GENERATIONS.values()]
        return [seen for seen in self.seen if seen.path in paths]

    def ends(self) -> list[Seen]:
        paths = [g.end_path for g in GENERATIONS.values()]
        return [seen for seen in self.seen if seen.path in paths]

    def states(self) -> list[str]:
        """Of the sessions, in the order of their opening."""
        found = [self.gate.session(id) for id in self.opened]
        return [session.state for session in found if session is not None]

    # What an honest gateway answers.

    def attest(
        self, body: dict[str, Any], protocol: str, check_time: bool = True
    ) -> tuple[int, dict[str, Any]]:
        scope = body.get("requested_scope") or body["security_context"]
        key = PublicKey.from_base64(body["public_key"])
        proven = {
            "public_key": body["public_key"],
            "scope": scope,
            "timestamp": body["proof_timestamp"],
            "workload_id": body["workload_id"],
        }
        proof = _decode(body["proof"])
        if not key.verify(proof, canonicalize(json.dumps(proven))):
            return self.error(401, "KEY_REFUSED", protocol)
        late = check_time and abs(body["proof_timestamp"] - time.time()) > 30
        if late or proof in self.proofs:
            cause = "outside_window" if late else "already_seen"
            return self.error(401, "REPLAY_DETECTED", protocol, details={"cause": cause})
        self.proofs.add(proof)
        if body["workload_id"] not in WORKLOADS:
            return self.error(401, "UNKNOWN_WORKLOAD", protocol)
        if scope not in SCOPES:
            return self.error(403, "SCOPE_NOT_FOUND", protocol)
        with self.lock:
            now = time.time()
            session_id = self.sessions.get(key.to_bytes())
            claims: dict[str, Any] = {
                "sub": body["workload_id"],
                "scp": scope,
                "cnf": {"jkt": key.thumbprint},
                "iat": now,
                "exp": now + self.lifetime,
            }
            if session_id is None:
                token = issue_token(claims, self.issuer, lifetime=86400)
                session_id = self.gate.open_session(token, key).id
                self.sessions[key.to_bytes()] = session_id
                self.opened.append(session_id)
            else:
                token = issue_token({**claims, "jti": session_id}, self.issuer, lifetime=86400)
                self.gate.renew_session(session_id, token)
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + self.lifetime))
        return 200, {
            "protocol": protocol,
            "status": "attested",
            "security_token": token,
            "expires_at": expires,
            "session_id": session_id,
        }

    def end(self, body: dict[str, Any], protocol: str) -> tuple[int, dict[str, Any]]:
        assert set(body) == {"session_id", "proof", "proof_timestamp"}
        session = self.gate.session(body["session_id"])
        if session is None:
            return self.error(401, "UNKNOWN_SESSION", protocol)
        proven = {"end_session": session.id, "timestamp": body["proof_timestamp"]}
        key = session.public_key
        if not key.verify(_decode(body["proof"]), canonicalize(json.dumps(proven))):
            return self.error(401, "INVALID_SIGNATURE", protocol)
        if abs(body["proof_timestamp"] - time.time()) > 30:
            return self.error(401, "REPLAY_DETECTED", protocol)
        with self.lock:
            self.sessions.pop(key.to_bytes(), None)
            self.gate.end_session(session.id)
        return 200, {"protocol": protocol, "status": "ended", "session_id": session.id}

    def invoke(self, body: bytes, protocol: str) -> tuple[int, dict[str, Any]]:
        decision = self.gate.authorize(body)
        if not decision:
            assert decision.code_name is not None
            status = {1: 401, 2: 403}.get(NUMBERS[protocol][decision.code_name] // 1000, 503)
            extra = {"retry_after": decision.retry_after} if decision.retry_after else {}
            return self.error(
                status,
                decision.code_name,
                protocol,
                message=decision.reason,
                request_id=decision.request_id,
                **extra,
            )
        if decision.method == "tools/list":
            result: Any = {"tools": [{"name": "fs.read", "inputSchema": {"type": "object"}}]}
        else:
            result = {"tool": decision.tool, "arguments": json.loads(decision.arguments or b"{}")}
        return 200, answer(decision.request_id, result=result)

    def error(
        self, status: int, name: str, protocol: str, message: str | None = None, **extra: Any
    ) -> tuple[int, dict[str, Any]]:
        number = NUMBERS[protocol][name]
        text = message or f"meaning of {name}"
        error = {"code": number, "name": name, "message": text, "request_id": None, **extra}
        error.setdefault("dispatched", False)
        return status, {
            "protocol": protocol,
            "status": "error",
            "error_code": number,
            "message": text,
            "error": error,
        }


def answer(request_id: object, **member: Any) -> dict[str, Any]:
    """The body of a success, or of a tool's error."""
    return {"payload": {"jsonrpc": "2.0", "id": request_id, **member}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway: WireGateway
    seen: Seen

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Seen(self.path, headers, body)
        self.gateway.seen.append(self.seen)
        for generation in GENERATIONS.values():
            honest: Callable[[str], None]
            if self.path == generation.attest_path:
                lies, honest = self.gateway.attest_lies, self.attest
            elif self.path == generation.invoke_path:
                lies, honest = self.gateway.call_lies, self.invoke
            elif self.path == generation.end_path:
                lies, honest = self.gateway.end_lies, self.end
            else:
                continue
            if lies:
                lies.popleft()(self)
            else:
                honest(generation.protocol)
            return
        self.reply(404, b"<html>no such page</html>", {"content-type": "text/html"})

    def attest(self, protocol: str, check_time: bool = True) -> None:
        try:
            self.reply_json(*self.gateway.attest(self.seen.json, protocol, check_time))
        except CallgateError as error:
            self.reply_json(*self.gateway.error(401, error.code_name, protocol))

    def end(self, protocol: str) -> None:
        self.reply_json(*self.gateway.end(self.seen.json, protocol))

    def invoke(self, protocol: str = "smcp/v1") -> None:
        self.reply_json(*self.gateway.invoke(self.seen.body, protocol))

    def answer(self, **member: Any) -> dict[str, Any]:
        return answer(self.request_id, **member)

    @property
    def request_id(self) -> Any:
        return self.seen.json["payload"]["id"]

    def reply_json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.reply(status, data, {"content-type": "application/json", **(headers or {})})

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, gateway: WireGateway) -> None:
        self.gateway = gateway
        self.connections: set[socket.socket] = set()
        if isinstance(gateway.address, str):
            self.address_family = socket.AF_UNIX
        handler = type("BoundHandler", (Handler,), {"gateway": gateway})
        super().__init__(gateway.address, handler)

    def get_request(self) -> tuple[Any, Any]:
        connection, peer = super().get_request()
        self.connections.add(connection)
        return connection, peer

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.gateway.tls is not None:
            request = self.gateway.tls.wrap_socket(request, server_side=True)
            self.connections.add(request)
        super().finish_request(request, client_address or ("unix", 0))

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that hang up on a lie are what the tests are about

    def close_all(self) -> None:
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        for connection in list(self.connections):
            connection.close()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def socket_path(folder: Path) -> str:
    return str(folder / "gateway.sock")
