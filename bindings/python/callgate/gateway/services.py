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
from callgate.gateway.wire.call_limits import CallLimits
from callgate.gateway.wire.clock import Clock
from callgate.gateway.wire.listener_name import ListenerName
from callgate.gateway.wire.rates import Rates, listing_rates
from callgate.serving.bounds import Bound
from callgate.serving.peer import TrustedProxies
from callgate.serving.subject import Subject


class Metrics(Protocol):
    """What the call path counts."""

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        """One answer of an endpoint, such as ``invoke``; the code's name of a failure."""

    def refused(self, listener: ListenerName, bound: Bound) -> None:
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
    # By session: whom a certificate named that it was opened with.
    subject_of: Callable[[str | None], Subject | None] = lambda session_id: None
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    http_limits: CallLimits = field(default_factory=CallLimits)
    # For bearers, by session; signed listings are bounded by what is remembered against replay.
    listing_rates: Rates = field(default_factory=listing_rates)
