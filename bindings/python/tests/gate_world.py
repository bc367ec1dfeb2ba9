"""An issuer, a gate that trusts it, and agents, at one time."""

from dataclasses import dataclass, field
from typing import Any

import callgate
from callgate import Decision, Gate, Limits, PolicySet, SecretKey

NOW = 1771338721.0
POLICY = """
- name: wide
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      rate_limit: {calls: 3, per_seconds: 60}
      max_response_size: 20
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/a]
      rate_limit: {calls: 2, per_seconds: 60}
"""


@dataclass
class World:
    """An issuer, a gate that trusts it, and agents."""

    issuer: SecretKey = field(default_factory=SecretKey.generate)
    policy: PolicySet = field(default_factory=lambda: PolicySet.parse(POLICY))
    limits: Limits | None = None

    def __post_init__(self) -> None:
        keys = {"k1": self.issuer.public_key}
        self.gate = Gate(self.policy, issuer_keys=keys, issuer="me", limits=self.limits)

    def token(self, key: SecretKey, session: str, scope: str = "wide", **claims: Any) -> str:
        claims = {"sub": f"agent of {session}", "scp": scope, "jti": session, "iss": "me", **claims}
        claims["cnf"] = {"jkt": key.public_key.thumbprint}
        return callgate.issue_token(claims, self.issuer, kid="k1", now=NOW)

    def agent(self, session: str = "s1", scope: str = "wide", parent: str | None = None) -> "Agent":
        key = SecretKey.generate()
        token = self.token(key, session, scope)
        opened = self.gate.open_session(token, key.public_key, parent=parent, now=NOW)
        assert opened.id == session
        return Agent(self.gate, key, token, opened)


@dataclass
class Agent:
    gate: Gate
    key: SecretKey
    token: str
    session: callgate.Session
    calls: int = 0

    def envelope(self, path: str = "/workspace/a/b", tool: str = "fs.read", **more: Any) -> bytes:
        self.calls += 1
        params = {"name": tool, "arguments": {"path": path}}
        payload = {"jsonrpc": "2.0", "id": self.calls, "method": "tools/call", "params": params}
        return callgate.create_envelope(payload, self.token, self.key, now=NOW, **more)

    def call(self, path: str = "/workspace/a/b", tool: str = "fs.read") -> Decision:
        return self.gate.authorize(self.envelope(path, tool), now=NOW)
