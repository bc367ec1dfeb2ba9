"""The calls and attacks that the demonstration performs, as bytes on the wire.

A scenario is what all three languages run: a policy, the issuer's public keys, and steps, each of
which opens or revokes a session or puts an envelope to the gate.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import callgate

POLICIES = Path(__file__).parent.parent / "policies"
CONTEXTS = ("default", "read-only-research", "code-assistant", "research-safe")


@dataclass
class Agent:
    """An agent as the gateway knows it: a key of its own, and the token it was issued."""

    key: callgate.SecretKey
    token: str
    session: str


@dataclass
class Scenario:
    now: float = field(default_factory=lambda: float(int(time.time())))
    issuer: callgate.SecretKey = field(default_factory=callgate.SecretKey.generate)
    steps: list[dict[str, Any]] = field(default_factory=list)
    agents: dict[str, Agent] = field(default_factory=dict)
    requests: int = 0

    def open_sessions(self) -> None:
        for context in CONTEXTS:
            self.agents[context] = self.agent(context)

    def agent(self, context: str, *, opened: bool = True) -> Agent:
        """An agent with a fresh key and an issuer-signed token for `context`."""
        key = callgate.SecretKey.generate()
        session = f"session-{len(self.steps)}"
        claims = {"sub": f"exec-{context}", "scp": context, "jti": session}
        token = callgate.issue_token(claims, self.issuer, now=self.now)
        if opened:
            public_key = base64.b64encode(key.public_key.to_bytes()).decode()
            self.steps.append({"op": "open", "token": token, "public_key": public_key})
        return Agent(key, token, session)

    def envelope(
        self, agent: Agent, tool: str, arguments: dict[str, Any], *, later: float = 0
    ) -> bytes:
        """One call as its agent signs it, `later` seconds after now."""
        self.requests += 1
        payload = {
            "jsonrpc": "2.0",
            "id": f"req-{self.requests}",
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments},
        }
        text = json.dumps(payload)
        return callgate.create_envelope(text, agent.token, agent.key, now=self.now + later)

    def put(self, title: str, data: bytes, *, expect: str, later: float = 0) -> None:
        """Puts an envelope to the gate, `later` seconds after now."""
        self.steps.append(
            {
                "op": "authorize",
                "title": title,
                "envelope": base64.b64encode(data).decode(),
                "later": later,
                "expect": expect,
            }
        )

    def call(self, context: str, tool: str, arguments: dict[str, Any], expect: str) -> None:
        title = f"{tool} {json.dumps(arguments)}"
        self.put(title, self.envelope(self.agents[context], tool, arguments), expect=expect)

    def revoke(self, agent: Agent) -> None:
        self.steps.append({"op": "revoke", "session": agent.session})

    def to_json(self) -> str:
        texts = [(POLICIES / f"{context}.yaml").read_text() for context in CONTEXTS]
        jwk = self.issuer.public_key.to_jwk()
        return json.dumps(
            {
                "policy": "\n---\n".join(texts),
                "issuer_keys": {"keys": [jwk]},
                "now": int(self.now * 1000),
                "steps": self.steps,
            }
        )


def add_calls(scenario: Scenario) -> None:
    """The "Policy Evaluation Example" of the SMCP document, and its confused deputy."""
    shared = "/workspace/shared"
    context = "research-safe"
    scenario.call(context, "fs.read", {"path": f"{shared}/data.csv"}, "ALLOW")
    scenario.call(context, "fs.write", {"path": f"{shared}/output.txt"}, "ALLOW")
    scenario.call(context, "fs.delete", {"path": f"{shared}/temp.txt"}, "TOOL_EXPLICITLY_DENIED")
    scenario.call(context, "fs.read", {"path": "/etc/passwd"}, "PATH_NOT_ALLOWED")
    scenario.call(context, "web.search", {"query": "example"}, "TOOL_NOT_ALLOWED")
    scenario.call(context, "fs.delete", {"path": "/workspace/*"}, "TOOL_EXPLICITLY_DENIED")


def add_attacks(scenario: Scenario) -> None:
    """Attacks, each really performed on bytes that were signed, or should have been."""
    agent = scenario.agents["default"]
    read = {"path": "/workspace/notes.txt"}
    genuine = scenario.envelope(agent, "fs.read", read)
    scenario.put(
        "payload changed after signing",
        genuine.replace(b"notes.txt", b"other.txt"),
        expect="INVALID_SIGNATURE",
    )
    scenario.put(
        "timestamp changed after signing",
        with_timestamp(genuine, scenario.now + 5),
        expect="INVALID_SIGNATURE",
    )
    stranger = Agent(callgate.SecretKey.generate(), agent.token, agent.session)
    scenario.put(
        "signed with another key",
        scenario.envelope(stranger, "fs.read", read),
        expect="INVALID_SIGNATURE",
    )
    scenario.put("(the genuine call)", genuine, expect="ALLOW")
    scenario.put("the genuine call, replayed", genuine, expect="REPLAY_DETECTED")
    scenario.put(
        "a call captured 31 seconds ago",
        scenario.envelope(agent, "fs.read", read, later=-31),
        expect="REPLAY_DETECTED",
    )
    scenario.put(
        "alg none in the token's header",
        scenario.envelope(with_algorithm_none(agent), "fs.read", read),
        expect="INVALID_TOKEN",
    )
    unknown = scenario.agent("default", opened=False)
    scenario.put(
        "a session that was never opened",
        scenario.envelope(unknown, "fs.read", read),
        expect="UNKNOWN_SESSION",
    )
    revoked = scenario.agent("default")
    scenario.revoke(revoked)
    scenario.put(
        "a revoked session", scenario.envelope(revoked, "fs.read", read), expect="SESSION_INACTIVE"
    )
    twice = genuine.replace(b'"path":', b'"path":"/etc/passwd","path":')
    scenario.put("a duplicate key", twice, expect="INVALID_ENVELOPE")
    scenario.call("default", "fs.read", {"path": "/workspace/../etc/passwd"}, "PATH_NOT_ALLOWED")
    scenario.call("default", "fsevil.rm", read, "TOOL_NOT_ALLOWED")
    scenario.call("default", "web.fetch", {"url": "https://evilgithub.com/"}, "DOMAIN_NOT_ALLOWED")
    scenario.call("code-assistant", "shell.run", {"command": "npm testx"}, "COMMAND_NOT_ALLOWED")
    scenario.call(
        "code-assistant", "shell.run", {"command": "git", "Command": "rm"}, "ARGUMENT_NOT_ALLOWED"
    )
    scenario.call("default", "fs.read", {**read, "target": "/etc/passwd"}, "PATH_NOT_ALLOWED")
    # Last: from here on the ledger's clock is past the token's life.
    hour = 3600
    scenario.put(
        "an expired token",
        scenario.envelope(agent, "fs.read", read, later=hour),
        later=hour,
        expect="EXPIRED_TOKEN",
    )


def with_timestamp(envelope: bytes, seconds: float) -> bytes:
    members = json.loads(envelope)
    members["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
    return json.dumps(members).encode()


def with_algorithm_none(agent: Agent) -> Agent:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    _, claims, signature = agent.token.split(".")
    return Agent(agent.key, f"{header}.{claims}.{signature}", agent.session)


def build() -> tuple[Scenario, int]:
    """The whole scenario, and the number of its calls that come before the attacks."""
    scenario = Scenario()
    scenario.open_sessions()
    add_calls(scenario)
    calls = sum(step["op"] == "authorize" for step in scenario.steps)
    add_attacks(scenario)
    return scenario, calls
