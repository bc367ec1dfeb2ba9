"""A real kube-apiserver with etcd, RBAC, and a service account as the examples set it up."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import urllib3
import yaml
from callgate.registry.demo.certificates import Authority
from kubernetes.client import ApiClient, Configuration, CoreV1Api, RbacAuthorizationV1Api
from kubernetes.utils import create_from_yaml
from programs import ROOT, Running, free_ports, program

RBAC = ROOT / "examples" / "registry" / "kubernetes" / "rbac.yaml"
NAMESPACE = "mcp-mesh-trust"  # of entities
HOME = "mcp-mesh"  # of the registry
ACCOUNT = "mcp-mesh-registry"


class KubernetesServer:
    """A context manager. ``admin`` may do everything; ``service_account`` is a pod's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._etcd_port, self._peer_port, self.port = free_ports(3)
        self._running: list[Running] = []
        self._authority = Authority("kubernetes")
        self.service_account = folder / "serviceaccount"
        self._write_files()

    def __enter__(self) -> KubernetesServer:
        try:
            self._start_etcd()
            self.start()
            self._set_up()
        except BaseException:
            self._kill_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.admin.close()
        self._kill_all()

    def _kill_all(self) -> None:
        for running in reversed(self._running):
            running.kill()

    def _set_up(self) -> None:
        self.admin: Any = ApiClient(self._configuration("admin-token"))
        self.core: Any = CoreV1Api(self.admin)
        self.rbac: Any = RbacAuthorizationV1Api(self.admin)
        create: Any = create_from_yaml
        create(self.admin, str(RBAC))
        self.issue_token("first")

    @property
    def environment(self) -> dict[str, str]:
        return {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(self.port)}

    def start(self) -> None:
        folder = self._folder
        running = Running(
            [
                program("kube-apiserver"),
                f"--etcd-servers=http://127.0.0.1:{self._etcd_port}",
                f"--secure-port={self.port}",
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
                f"--cert-dir={folder / 'certs'}",
                f"--tls-cert-file={folder / 'server.crt'}",
                f"--tls-private-key-file={folder / 'server.key'}",
                "--service-account-issuer=https://localhost",
                f"--service-account-key-file={folder / 'sa.pem'}",
                f"--service-account-signing-key-file={folder / 'sa.key'}",
                f"--token-auth-file={folder / 'tokens.csv'}",
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
            ],
            folder / "kube-apiserver.log",
        )
        self._running.append(running)
        running.wait_until(self._ready)

    def kill(self) -> None:
        self._running.pop().kill()

    def put(self, name: str, pem: bytes, *, labelled: bool = True) -> None:
        """A Secret that was not there."""
        labels = {"mcp-mesh.io/trust": "entity-ca"} if labelled else {}
        data = {"ca.crt": base64.b64encode(pem).decode()}
        body = {"metadata": {"name": name, "labels": labels}, "data": data}
        self.core.create_namespaced_secret(NAMESPACE, body)

    def delete_all(self) -> None:
        """Every Secret that has the label."""
        self.core.delete_collection_namespaced_secret(
            NAMESPACE, label_selector="mcp-mesh.io/trust=entity-ca"
        )

    def issue_token(self, bound_to: str) -> None:
        """Puts a token where kubelet would, which lives as long as a Secret of that name."""
        body = {"metadata": {"name": f"token-{bound_to}"}}
        self.core.create_namespaced_secret(HOME, body)
        bound = {"kind": "Secret", "apiVersion": "v1", "name": f"token-{bound_to}"}
        spec = {"audiences": ["https://localhost"], "boundObjectRef": bound}
        request = {"spec": {**spec, "expirationSeconds": 600}}
        answer = self.core.create_namespaced_service_account_token(ACCOUNT, HOME, request)
        fresh = self.service_account / "token.new"
        fresh.write_text(answer.status.token)
        fresh.replace(self.service_account / "token")

    def withdraw_permission(self) -> None:
        self.rbac.delete_namespaced_role_binding(ACCOUNT, NAMESPACE)

    def give_permission(self) -> None:
        for document in yaml.safe_load_all(RBAC.read_text()):
            if document["kind"] == "RoleBinding":
                self.rbac.create_namespaced_role_binding(NAMESPACE, document)

    def invalidate_token(self, bound_to: str) -> None:
        self.core.delete_namespaced_secret(f"token-{bound_to}", HOME)

    def _start_etcd(self) -> None:
        client, peer = (f"http://127.0.0.1:{p}" for p in (self._etcd_port, self._peer_port))
        command: list[str | Path] = [
            program("etcd"),
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]
        running = Running(command, self._folder / "etcd.log")
        self._running.append(running)
        running.wait_until(lambda: _answers(f"{client}/health"))

    def _ready(self) -> bool:
        return _answers(f"https://127.0.0.1:{self.port}/readyz", self._authority_file)

    @property
    def _authority_file(self) -> Path:
        return self.service_account / "ca.crt"

    def _configuration(self, token: str) -> Configuration:
        configuration = Configuration(host=f"https://127.0.0.1:{self.port}")
        configuration.ssl_ca_cert = str(self._authority_file)
        configuration.api_key = {"BearerToken": f"Bearer {token}"}
        return configuration

    def _write_files(self) -> None:
        self.service_account.mkdir()
        issued = self._authority.issue("kubernetes", addresses=["127.0.0.1"], dns=["localhost"])
        (self._folder / "server.crt").write_bytes(issued.pem)
        (self._folder / "server.key").write_bytes(issued.key_pem)
        signer = Authority("service accounts")
        (self._folder / "sa.key").write_bytes(signer.key_pem)
        (self._folder / "sa.pem").write_bytes(signer.pem)
        self._authority_file.write_bytes(self._authority.pem)
        (self._folder / "tokens.csv").write_text('admin-token,admin,1,"system:masters"\n')


def _answers(url: str, authority: Path | None = None) -> bool:
    pool = urllib3.PoolManager(ca_certs=str(authority) if authority else None, retries=False)
    try:
        headers = {"authorization": "Bearer admin-token"}
        return pool.request("GET", url, headers=headers, timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False
    finally:
        pool.clear()
