"""Services: what the handlers of a gateway work with. Built and closed by the lifespan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from callgate import Gate, TokenClaims
from callgate.gateway.clock import Clock
from callgate.gateway.ledger import Ledger
from callgate.gateway.middleware.limits import HttpLimits
from callgate.gateway.peer import TrustedProxies


class Metrics(Protocol):
    """What the call path counts."""

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        """One answer of ``invoke``, ``tools`` or ``attest``; the code's name of a failure."""


@dataclass(frozen=True, slots=True)
class Services:
    """One of each. Frozen: what changes (policy, keys, executions) changes inside its service."""

    gate: Gate
    ledger: Ledger
    clock: Clock
    audit: Any
    upstreams: Any
    metrics: Metrics
    # Token and seconds since 1970: the claims, by the issuer keys, iss and aud of the gate.
    verify_token: Callable[[str, float], TokenClaims]
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    executions: Any = None
    issuer: Any = None
    attestation: Any = None
    limits: HttpLimits = field(default_factory=HttpLimits)
    config: Any = None
