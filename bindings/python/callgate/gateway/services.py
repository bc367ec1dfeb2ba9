"""Services: what the handlers of a gateway work with. Built and closed by the lifespan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from callgate import Gate, TokenClaims
from callgate.audit.log import AuditLog
from callgate.gateway.attest.service import Attestation
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.sessions.ledger import Ledger
from callgate.gateway.upstreams.upstreams import Upstreams
from callgate.gateway.wire.bounds import Bound, Listener
from callgate.gateway.wire.clock import Clock
from callgate.gateway.wire.http_limits import HttpLimits
from callgate.gateway.wire.peer import TrustedProxies
from callgate.gateway.wire.rates import Rates, listing_rates


class Metrics(Protocol):
    """What the call path counts."""

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        """One answer of an endpoint, such as ``invoke``; the code's name of a failure."""

    def refused(self, listener: Listener, bound: Bound) -> None:
        """One request or connection that a bound refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One of each. Frozen: what changes (policy, keys, executions) changes inside its service."""

    gate: Gate
    ledger: Ledger
    clock: Clock
    audit: AuditLog
    upstreams: Upstreams
    metrics: Metrics
    # Token and seconds since 1970: the claims, by the issuer keys, iss and aud of the gate.
    verify_token: Callable[[str, float], TokenClaims]
    executions: ExecutionRegistry
    issuer: Issuer
    attestation: Attestation
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    http_limits: HttpLimits = field(default_factory=HttpLimits)
    # For bearers, by session; signed listings are bounded by what is remembered against replay.
    listing_rates: Rates = field(default_factory=listing_rates)
