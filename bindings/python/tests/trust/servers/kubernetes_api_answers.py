"""How the Kubernetes API server of the tests answers a request, in the words of kube-apiserver."""

from __future__ import annotations

import copy
import json
import socket
import ssl
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from selectors_of_labels import matches

if TYPE_CHECKING:
    from kubernetes_api_server import KubernetesApiServer

Json = dict[str, Any]
USER = "system:serviceaccount:mesh:registry"


class Listener(ThreadingHTTPServer):
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
    disable_nagle_algorithm = True
    server: Listener
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
        api.watched_from.append(seen)
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
