"""A real Vault in development mode, with a root, an intermediate authority and a role."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import urllib3
from programs import Running, free_ports, program

TOKEN = "root-token"
ROLE = "pki_int/issue/mesh-agent"


class VaultProcess:
    """A context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        self._running: Running | None = None
        self.root = b""  # PEM

    def __enter__(self) -> VaultProcess:
        command: list[str | Path] = [program("vault"), "server", "-dev", "-dev-no-store-token"]
        listen = f"-dev-listen-address={self.address.removeprefix('http://')}"
        command += [listen, f"-dev-root-token-id={TOKEN}"]
        self._running = Running(command, self._folder / "vault.log")
        self._running.wait_until(self._is_healthy)
        self._set_up()
        return self

    def __exit__(self, *_: object) -> None:
        if self._running is not None:
            self._running.kill()

    def ask(self, *command: str) -> str:
        """What Vault's command line answers."""
        environment = {**os.environ, "VAULT_ADDR": self.address, "VAULT_TOKEN": TOKEN}
        whole = [str(program("vault")), *command]
        done = subprocess.run(whole, capture_output=True, text=True, env=environment, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _set_up(self) -> None:
        for path in ("pki", "pki_int"):
            self.ask("secrets", "enable", f"-path={path}", "pki")
            self.ask("secrets", "tune", "-max-lease-ttl=8760h", path)
        key = ("key_type=ec", "key_bits=256")
        write = ("write", "-field=certificate")
        root = ("pki/root/generate/internal", "common_name=Mesh Root", "ttl=8760h", *key)
        self.root = self.ask(*write, *root).encode()
        request = ("pki_int/intermediate/generate/internal", "common_name=Mesh Agents", *key)
        csr = self._folder / "intermediate.csr"
        csr.write_text(self.ask("write", "-field=csr", *request))
        signing = ("pki/root/sign-intermediate", f"csr=@{csr}", "format=pem_bundle", "ttl=4380h")
        signed = self._folder / "intermediate.pem"
        signed.write_text(self.ask(*write, *signing))
        self.ask("write", "pki_int/intermediate/set-signed", f"certificate=@{signed}")
        names = ("allowed_domains=mcp-mesh.local,localhost", "allow_subdomains=true")
        also = ("allow_bare_domains=true", "allow_ip_sans=true", "max_ttl=72h")
        self.ask("write", "pki_int/roles/mesh-agent", *names, *also, *key)

    def _is_healthy(self) -> bool:
        pool = urllib3.PoolManager(retries=False)
        try:
            return pool.request("GET", f"{self.address}/v1/sys/health", timeout=5).status == 200
        except urllib3.exceptions.HTTPError:
            return False
        finally:
            pool.clear()
