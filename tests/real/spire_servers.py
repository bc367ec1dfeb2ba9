"""A real SPIRE server with one agent: SVIDs of a minute, entries, federated bundles."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from programs import Running, free_ports, program

TRUST_DOMAIN = "mesh.example"
_NODE = f"spiffe://{TRUST_DOMAIN}/node"
_SERVER = """
server {{
  bind_address = "127.0.0.1"
  bind_port = "{port}"
  socket_path = "{folder}/server.sock"
  trust_domain = "{domain}"
  data_dir = "{folder}/server"
  ca_ttl = "24h"
  default_x509_svid_ttl = "60s"
  log_level = "INFO"
}}
plugins {{
  DataStore "sql" {{
    plugin_data {{
      database_type = "sqlite3"
      connection_string = "{folder}/server.db"
    }}
  }}
  KeyManager "memory" {{
    plugin_data {{}}
  }}
  NodeAttestor "join_token" {{
    plugin_data {{}}
  }}
}}
"""
_AGENT = """
agent {{
  data_dir = "{folder}/agent"
  server_address = "127.0.0.1"
  server_port = "{port}"
  socket_path = "{folder}/agent.sock"
  trust_domain = "{domain}"
  insecure_bootstrap = true
  log_level = "INFO"
}}
plugins {{
  KeyManager "memory" {{
    plugin_data {{}}
  }}
  NodeAttestor "join_token" {{
    plugin_data {{}}
  }}
  WorkloadAttestor "unix" {{
    plugin_data {{}}
  }}
}}
"""


class SpireServers:
    """A context manager. This process's user is the workload; it has no entry at first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "agent.sock"
        (port,) = free_ports(1)
        values = {"folder": folder, "port": port, "domain": TRUST_DOMAIN}
        (folder / "server.conf").write_text(_SERVER.format(**values))
        (folder / "agent.conf").write_text(_AGENT.format(**values))
        self._server: Running | None = None
        self._agent: Running | None = None

    def __enter__(self) -> SpireServers:
        command: list[str | Path] = [program("spire-server"), "run", "-config"]
        self._server = Running(
            [*command, self._folder / "server.conf"], self._folder / "server.log"
        )
        self._server.wait_until(lambda: self._is_healthy("spire-server", "server.sock"))
        self.start_agent()
        return self

    def __exit__(self, *_: object) -> None:
        for running in (self._agent, self._server):
            if running is not None:
                running.kill()

    def start_agent(self) -> None:
        """A new one each time: it must be attested again, its keys are in memory only."""
        token = self.ask("token", "generate", "-spiffeID", _NODE, "-output", "json")
        value = json.loads(token)["value"]
        command: list[str | Path] = [program("spire-agent"), "run", "-joinToken", value]
        command += ["-config", self._folder / "agent.conf"]
        self._agent = Running(command, self._folder / "agent.log")
        self._agent.wait_until(lambda: self._is_healthy("spire-agent", "agent.sock"))

    def kill_agent(self) -> None:
        if self._agent is not None:
            self._agent.kill()
            self._agent = None

    def register(self, name: str = "registry", *, federates_with: str | None = None) -> str:
        """Makes this process the workload of that name. The id of the entry."""
        command = ["entry", "create", "-parentID", _NODE, "-output", "json"]
        command += ["-spiffeID", f"spiffe://{TRUST_DOMAIN}/{name}"]
        command += ["-selector", f"unix:uid:{os.geteuid()}", "-dns", "localhost"]
        if federates_with is not None:
            command += ["-federatesWith", f"spiffe://{federates_with}"]
        results = json.loads(self.ask(*command))["results"]
        return str(results[0]["entry"]["id"])

    def remove(self, entry: str) -> None:
        self.ask("entry", "delete", "-entryID", entry)

    def set_bundle(self, domain: str, pem: bytes) -> None:
        """Of a federated trust domain."""
        file = self._folder / f"{domain}.pem"
        file.write_bytes(pem)
        self.ask("bundle", "set", "-id", f"spiffe://{domain}", "-path", str(file))

    def delete_bundle(self, domain: str) -> None:
        self.ask("bundle", "delete", "-id", f"spiffe://{domain}", "-mode", "dissociate")

    def ask(self, *command: str) -> str:
        """What spire-server's command line answers."""
        whole = [str(program("spire-server")), *command]
        whole += ["-socketPath", str(self._folder / "server.sock")]
        done = subprocess.run(whole, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _is_healthy(self, name: str, socket: str) -> bool:
        command = [str(program(name)), "healthcheck", "-socketPath", str(self._folder / socket)]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
