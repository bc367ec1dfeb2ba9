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
from collections.abc import Mapping
from pathlib import Path

from callgate.registry.demo.certificates import Authority
from kubernetes_api_answers import Json, Listener


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
        self.watched_from: list[int] = []  # the version of each watch
        self.condition = threading.Condition()
        self.version = 100
        self.oldest = 100  # versions before it are forgotten
        self.objects: dict[tuple[str, str], Json] = {}
        self.events: list[tuple[int, Json | None, Json | None]] = []
        self.pages: dict[str, list[Json]] = {}
        self.broken = 0  # grows when all watches must end
        self._folder = folder
        self._authority = Authority("kubernetes")
        self._server: Listener | None = None
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
        self._server = Listener(("127.0.0.1", self._port), self, context)
        self._port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="kubernetes-api", daemon=True
        ).start()

    def stop(self) -> None:
        """Dies: connections break, and new ones are refused."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            self.break_connections(server)
            server.server_close()

    def break_connections(self, server: Listener | None = None) -> None:
        """As a load balancer does that restarts."""
        for connection in list((server or self._running).connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with self.condition:
            self.broken += 1
            self.condition.notify_all()

    @property
    def _running(self) -> Listener:
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
