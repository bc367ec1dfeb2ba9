"""The generations of the protocol, as data: what each calls its paths and its members.

Imports no HTTP library: the gateway reads the same table as the SDK.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["smcp/v1", "seal/v1"]
ScopeField = Literal["requested_scope", "security_context"]


@dataclass(frozen=True, slots=True)
class Generation:
    """One published form of the protocol. Immutable, shared freely between threads."""

    name: str  # "A", "B" or "C"
    protocol: Protocol  # the literal in envelopes and replies
    attest_path: str
    invoke_path: str
    tools_path: str
    end_path: str
    scope_field: ScopeField  # how attest calls the scope; gateways take either


_A = Generation(
    name="A",
    protocol="smcp/v1",
    attest_path="/smcp/v1/attest",
    invoke_path="/smcp/v1/tool-call",
    tools_path="/smcp/v1/tools",
    end_path="/smcp/v1/end",
    scope_field="requested_scope",
)
_B = Generation(
    name="B",
    protocol="smcp/v1",
    attest_path="/v1/smcp/attest",
    invoke_path="/v1/smcp/invoke",
    tools_path="/v1/smcp/tools",
    end_path="/v1/smcp/end",
    scope_field="requested_scope",
)
_C = Generation(
    name="C",
    protocol="seal/v1",
    attest_path="/v1/seal/attest",
    invoke_path="/v1/seal/invoke",
    tools_path="/v1/seal/tools",
    end_path="/v1/seal/end",
    scope_field="security_context",
)

GENERATIONS: dict[str, Generation] = {g.name: g for g in (_A, _B, _C)}
"""The generations by name, oldest first."""
