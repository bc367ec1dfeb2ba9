"""The part of a Kubernetes API server that Secrets need: LIST in pages, WATCH, create, delete.

Real TLS, tokens, permissions, versions that are forgotten (410). What it answers is in the words of
kube-apiserver 1.34; `tests/real` asks a real one the same.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from certificates import Authority
from selectors_of_labels import matches

Json = dict[str, Any]
USER = "system:serviceaccount:mesh:registry"


class KubernetesApiServer:
    """A context manager. ``folder`` gets the files that clients need.

    ``token`` is who may ask, ``allowed`` what that token's user may do now; both may change while
    it runs. As at a real server, a watch that is open goes on when either does.
    """

    def __init__(self, folder: Path, *, token: str = "first-token") -> None:
        self.token = token
        self.allowed = {"list", "watch", "get", "create", "patch", "delete"}
        self.redirect_to: str | None = None
        self.refuse: tuple[int, str, str] | None = None  # status, reason, message of every answer
        self.bodies: dict[str, bytes] = {}  # by verb: what is sent instead of the truth
        self.headers: dict[str, str] = {}  # beside it
        self.silent = False  # takes requests and never answers
        self.bookmark_seconds = 0.2
        self.requests: list[str] = []  # "list", "watch", ... as they came
        self.condition = threading.Condition()
        self.version = 100
        self.oldest = 100  # versions before it are forgotten
        self.objects: dict[tuple[str, str], Json] = {}
        self.events: list[tuple[int, Json | None, Json | None]] = []
        self.pages: dict[str, list[Json]] = {}
        self.broken = 0  # grows when all watches must end
        self._folder = folder
        self._authority = Authority("kubernetes")
        self._server: _Server | None = None
        self._port = 0
        self._write_files()

    def __enter__(self) -> KubernetesApiServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Of a pod of the cluster."""
        return {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self._port)}

    @property
    def service_account(self) -> Path:
        """The folder with ``token`` and ``ca.crt``, as kubelet mounts it."""
        return self._folder / "serviceaccount"

    def start(self) -> None:
        """Again after ``stop``, at the same port, too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.crt", self._folder / "server.key")
        self._server = _Server(("127.0.0.1", self._port), self, context)
        self._port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="kubernetes-api", daemon=True
        ).start()

    def stop(self) -> None:
        """Dies: connections break, nobody listens."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            self.break_connections(server)
            server.server_close()

    def break_connections(self, server: _Server | None = None) -> None:
        """As a load balancer does that restarts."""
        for connection in list((server or self._running).connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with self.condition:
            self.broken += 1
            self.condition.notify_all()

    @property
    def _running(self) -> _Server:
        assert self._server is not None, "it was not started"
        return self._server

    def write_token(self, token: str) -> None:
        """As kubelet does: a new file in place of the old one."""
        fresh = self.service_account / "token.new"
        fresh.write_text(token)
        fresh.replace(self.service_account / "token")

    def write_kubeconfig(self, path: Path) -> None:
        """With what the service account has."""
        cluster = {
            "server": f"https://127.0.0.1:{self._port}",
            "certificate-authority": str(self.service_account / "ca.crt"),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "local", "cluster": cluster}],
            "users": [{"name": "mesh", "user": {"token": self.token}}],
            "contexts": [{"name": "c", "context": {"cluster": "local", "user": "mesh"}}],
            "current-context": "c",
        }
        path.write_text(json.dumps(config))  # JSON is YAML

    def put(
        self,
        name: str,
        data: Mapping[str, bytes],
        *,
        namespace: str = "mesh",
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        """Creates a Secret, or writes all of it again. The trust label by default."""
        labels = {"mcp-mesh.io/trust": "entity-ca"} if labels is None else labels
        encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
        self.store(
            {
                "metadata": {
                    "name": name,
                    "namespace": namespace,
                    "labels": dict(labels),
                    "annotations": dict(annotations or {}),
                },
                "type": "Opaque",
                "data": encoded,
            }
        )

    def store(self, secret: Json) -> Json:
        with self.condition:
            self.version += 1
            secret = copy.deepcopy(secret)
            secret |= {"kind": "Secret", "apiVersion": "v1"}
            secret["metadata"]["resourceVersion"] = str(self.version)
            key = (secret["metadata"]["namespace"], secret["metadata"]["name"])
            self.events.append((self.version, self.objects.get(key), secret))
            self.objects[key] = secret
            self.condition.notify_all()
            return secret

    def delete(self, name: str, namespace: str = "mesh") -> None:
        with self.condition:
            self.version += 1
            gone = copy.deepcopy(self.objects.pop((namespace, name)))
            gone["metadata"]["resourceVersion"] = str(self.version)
            self.events.append((self.version, gone, None))
            self.condition.notify_all()

    def forget(self) -> None:
        """Versions up to now are too old from now on, and watches break."""
        with self.condition:
            self.version += 1
            self.oldest = self.version
            self.events.clear()
            self.pages.clear()
        self.break_connections()

    def _write_files(self) -> None:
        issued = self._authority.issue("kubernetes", addresses=["127.0.0.1"], dns=["localhost"])
        self.service_account.mkdir(parents=True)
        (self._folder / "server.crt").write_bytes(issued.pem)
        (self._folder / "server.key").write_bytes(issued.key_pem)
        (self.service_account / "ca.crt").write_bytes(self._authority.pem)
        (self.service_account / "namespace").write_text("mesh")
        (self.service_account / "token").write_text(self.token)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, address: tuple[str, int], api: KubernetesApiServer, context: ssl.SSLContext
    ) -> None:
        super().__init__(address, _Handler)
        self.api = api
        self.connections: set[socket.socket] = set()
        self._context = context

    def get_request(self) -> tuple[socket.socket, Any]:
        raw, peer = super().get_request()
        secure = self._context.wrap_socket(
            raw, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self.connections.add(secure)
        return secure, peer

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    verbs: ClassVar[Mapping[str, str]] = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}

    def log_message(self, format: str, *args: object) -> None:  # its parent's name
        """Says nothing."""

    def do_GET(self) -> None:  # the name that http.server looks for
        self._handle()

    do_POST = do_PATCH = do_DELETE = do_GET

    def _handle(self) -> None:
        api = self.server.api
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        parts = [unquote(part) for part in url.path.strip("/").split("/")]
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        namespace, name = parts[3], parts[5] if len(parts) > 5 else None
        verb = self.verbs.get(self.command) or ("get" if name else "list")
        if query.get("watch") in ("true", "1"):
            verb = "watch"
        api.requests.append(verb)
        if api.silent:
            with api.condition:
                broken = api.broken
                api.condition.wait_for(lambda: api.broken != broken or not api.silent)
            self.close_connection = True
        elif api.redirect_to is not None:
            self._send(307, {}, {"location": api.redirect_to})
        elif api.refuse is not None:
            self._fail(*api.refuse)
        elif self.headers.get("authorization") != f"Bearer {api.token}":
            self._fail(401, "Unauthorized", "Unauthorized")
        elif verb not in api.allowed:
            text = f'User "{USER}" cannot {verb} resource "secrets" in API group ""'
            self._fail(
                403,
                "Forbidden",
                f'secrets is forbidden: {text} in the namespace "{namespace}"',
            )
        elif verb in api.bodies:
            self._send_bytes(200, api.bodies[verb], api.headers)
        elif verb == "watch":
            self._watch(namespace, query)
        elif verb == "list":
            self._list(namespace, query)
        else:
            self._change(verb, namespace, name, json.loads(body or b"{}"))

    def _list(self, namespace: str, query: Mapping[str, str]) -> None:
        api = self.server.api
        with api.condition:
            version, token = api.version, query.get("continue")
            if token is None:
                selector = query.get("labelSelector", "")
                items = [
                    secret
                    for (of, _), secret in sorted(api.objects.items())
                    if of == namespace and matches(selector, secret["metadata"]["labels"])
                ]
            elif token in api.pages:
                items = api.pages.pop(token)
            else:
                text = "The provided continue parameter is too old"
                self._fail(410, "Expired", text)
                return
            limit = int(query.get("limit") or 0) or len(items)
            metadata: Json = {"resourceVersion": str(version)}
            if items[limit:]:
                metadata["continue"] = f"page-{len(api.pages)}-{version}"
                metadata["remainingItemCount"] = len(items[limit:])
                api.pages[metadata["continue"]] = items[limit:]
        page = {"kind": "SecretList", "apiVersion": "v1", "metadata": metadata}
        self._send(200, {**page, "items": items[:limit]})

    def _watch(self, namespace: str, query: Mapping[str, str]) -> None:
        api = self.server.api
        seen = int(query.get("resourceVersion") or 0)
        until = time.monotonic() + float(query.get("timeoutSeconds") or 1800)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        broken = api.broken
        while time.monotonic() < until:
            with api.condition:
                pause = min(api.bookmark_seconds, max(until - time.monotonic(), 0))
                if api.version <= seen and api.broken == broken:
                    api.condition.wait(pause)
                if api.broken != broken:
                    self.close_connection = True
                    return
                news = [event for event in api.events if event[0] > seen]
                forgotten = seen < api.oldest
                version = api.version
            if forgotten:
                text = f"too old resource version: {seen} ({version})"
                self._chunk({"type": "ERROR", "object": _status(410, "Expired", text)})
                break
            for _, before, after in news:
                event = _event(namespace, query.get("labelSelector", ""), before, after)
                if event is not None:
                    self._chunk(event)
            seen = version
            if query.get("allowWatchBookmarks") == "true":
                metadata = {"resourceVersion": str(seen)}
                bookmark = {"kind": "Secret", "apiVersion": "v1", "metadata": metadata}
                self._chunk({"type": "BOOKMARK", "object": bookmark})
        self.wfile.write(b"0\r\n\r\n")

    def _change(self, verb: str, namespace: str, name: str | None, body: Json) -> None:
        api = self.server.api
        if verb == "create":
            body["metadata"] = {"labels": {}, "annotations": {}, **body["metadata"]}
            body["metadata"]["namespace"] = namespace
            self._send(201, api.store(body))
            return
        found = api.objects.get((namespace, name or ""))
        if found is None:
            self._fail(404, "NotFound", f'secrets "{name}" not found')
        elif verb == "get":
            self._send(200, found)
        elif verb == "delete":
            api.delete(name or "", namespace)
            self._send(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
        else:
            self._send(200, api.store(_merged(found, body)))

    def _fail(self, code: int, reason: str, message: str) -> None:
        self._send(code, _status(code, reason, message))

    def _send(self, code: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        self._send_bytes(code, json.dumps(body).encode(), headers or {})

    def _send_bytes(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _chunk(self, event: Json) -> None:
        data = json.dumps(event).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def _event(namespace: str, selector: str, before: Json | None, after: Json | None) -> Json | None:
    """What a watch with that selector hears of a change."""

    def seen(secret: Json | None) -> bool:
        if secret is None or secret["metadata"]["namespace"] != namespace:
            return False
        return matches(selector, secret["metadata"]["labels"])

    if seen(after):
        return {"type": "MODIFIED" if seen(before) else "ADDED", "object": after}
    if seen(before):
        return {"type": "DELETED", "object": after or before}
    return None


def _status(code: int, reason: str, message: str) -> Json:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


def _merged(old: Json, patch: Json) -> Json:
    """JSON merge patch (RFC 7396)."""
    merged = copy.deepcopy(old)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged
