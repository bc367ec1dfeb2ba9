"""The gateway that is measured: an ordinary configuration, in a fresh folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from callgate import SecretKey

UPSTREAM = Path(__file__).with_name("upstream.py")
POLICY = """\
name: bench
capabilities:
  - tool_pattern: bench.list
    path_allowlist: [/workspace/docs]
  - tool_pattern: bench.read
    path_allowlist: [/workspace/project, /workspace/shared]
    max_response_size: 1048576
deny_list: ["bench.read:/workspace/project/.env"]
"""


def write_configuration(folder: Path) -> Path:
    """The audit trail is durable and on, as it always is. The path for ``--config``."""
    with SecretKey.generate() as key:
        _write(folder / "issuer.pem", key.to_pem())
    _write(folder / "credential", "a-credential-that-nobody-uses")
    _write(folder / "contexts.yaml", POLICY)
    entry = {"workload_id": "bench", "scopes": ["bench"], "tie": "none", "max_sessions": 64}
    _write(folder / "executions.yaml", json.dumps([entry]))
    config = {
        "development": True,
        "state": "state",
        "policy": "contexts.yaml",
        "issuer": {"key": "issuer.pem", "token_seconds": 3600},
        "listen": {"port": 0},
        "admin": {"port": 0, "credential": "file:credential"},
        "executions": {"file": "executions.yaml"},
        "upstreams": {"bench": {"command": [sys.executable, str(UPSTREAM)]}},
        "logging": {"level": "error"},
    }
    _write(folder / "gateway.yaml", json.dumps(config))
    return folder / "gateway.yaml"


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
