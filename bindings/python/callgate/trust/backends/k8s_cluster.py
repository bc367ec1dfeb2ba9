"""How the API server of a cluster is reached: from a pod, or with a kubeconfig."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes import config
from kubernetes.client import ApiClient, Configuration
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

from callgate import CallgateError

# What the loader of the official client raises on YAML that is something else.
_NO_KUBECONFIG = (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError)
# For a credential plugin: the client itself waits for one without end.
PLUGIN_SECONDS = 10
# Where kubelet puts what belongs to the pod's service account.
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Either ``kubeconfig``, or ``server`` with the two files."""

    kubeconfig: Path | None = None
    server: str = ""  # https://host:port
    token_file: Path = SERVICE_ACCOUNT / "token"
    ca_file: Path = SERVICE_ACCOUNT / "ca.crt"

    @classmethod
    def of_environment(
        cls, environment: Mapping[str, str], service_account: Path = SERVICE_ACCOUNT
    ) -> Cluster:
        """That of the pod this process is in; else of KUBECONFIG, else of ~/.kube/config.

        Raises CallgateError (INVALID_ARGUMENT) where there is none.
        """
        host = environment.get("KUBERNETES_SERVICE_HOST", "")
        port = environment.get("KUBERNETES_SERVICE_PORT", "")
        token_file = service_account / "token"
        if host and port and token_file.exists():
            server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
            return cls(None, server, token_file, service_account / "ca.crt")
        kubeconfig = environment.get("KUBECONFIG") or "~/.kube/config"
        path = Path(kubeconfig).expanduser()
        if not path.is_file():
            raise CallgateError(
                f"no Kubernetes cluster: {token_file} and {path} are not there. Run in a pod with "
                "a service account, or set KUBECONFIG",
                "INVALID_ARGUMENT",
                "k8s-secrets",
            )
        return cls(kubeconfig=path)

    def connect(self) -> ApiClient:
        """A client that reads tokens and certificates again. Makes no connection yet.

        Redirects are off: the token would travel. Raises CallgateError (INVALID_ARGUMENT) on
        settings that cannot be right, OSError on a file that is not there.
        """
        configuration = Configuration()
        if self.kubeconfig is None:
            self.ca_file.read_bytes()
            configuration.host = self.server
            configuration.ssl_ca_cert = str(self.ca_file)
            self._read_token(configuration)
            # The client declares the attribute as None alone.
            configuration.refresh_api_key_hook = self._read_token  # type: ignore[assignment]
        else:
            self._load_kubeconfig(self.kubeconfig, configuration)
        if not configuration.host.startswith("https://") or not configuration.verify_ssl:
            raise CallgateError(
                f"{configuration.host}: anchors come over a verified connection only: the server "
                "must be an https address, and insecure-skip-tls-verify off",
                "INVALID_ARGUMENT",
                "k8s-secrets",
            )
        configuration.retries = False
        configuration.keep_alive = True
        return ApiClient(configuration)

    def _read_token(self, configuration: Configuration) -> None:
        """Called for each request: kubelet replaces the file long before its token expires."""
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
        except UnicodeDecodeError:
            raise CallgateError(
                "not a token: it is not ASCII", "INVALID_ARGUMENT", str(self.token_file)
            ) from None
        configuration.api_key = {"BearerToken": f"Bearer {token}"}

    def _load_kubeconfig(self, path: Path, configuration: Configuration) -> None:
        try:
            # The client has no types for it.
            merged = KubeConfigMerger(str(path)).config  # type: ignore[no-untyped-call]
            if merged is None:
                raise ValueError("empty")
            _bound_commands(merged)
            loader = KubeConfigLoader(merged, config_base_path=None)  # type: ignore[no-untyped-call]
            loader.load_and_set(configuration)  # type: ignore[no-untyped-call]
        except config.ConfigException as error:
            raise CallgateError(str(error), "INVALID_ARGUMENT", str(path)) from error
        except _NO_KUBECONFIG as error:  # its text could be the file's, which has credentials
            text = f"not a kubeconfig ({type(error).__name__})"
            raise CallgateError(text, "INVALID_ARGUMENT", str(path)) from None


def _bound_commands(kubeconfig: Any) -> None:
    """Has each credential plugin (``users[].user.exec``) run with a deadline."""
    for user in kubeconfig.safe_get("users") or ():
        plugin = (user.safe_get("user") or {}).get("exec")
        if plugin is not None and isinstance(plugin.get("command"), str):
            before = ["-m", "callgate.trust.backends.within", str(PLUGIN_SECONDS)]
            plugin["args"] = [*before, plugin["command"], *(plugin.get("args") or [])]
            plugin["command"] = sys.executable
