"""Services: what the handlers of a gateway work with. Built and closed by the lifespan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from callgate import Gate, TokenClaims
from callgate.gateway.clock import Clock
from callgate.gateway.ledger import Ledger
from callgate.gateway.middleware.limits import HttpLimits


class Metrics(Protocol):
    """What the call path counts."""

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        """One answer of ``invoke``, ``tools`` or ``attest``; the code's name of a failure."""


class ToolDefinition(Protocol):
    """A tool of an upstream, under its gateway name."""

    @property
    def name(self) -> str: ...
    @property
    def raw(self) -> bytes: ...


class UpstreamReply(Protocol):
    """What a tool server answered: one of the two, as compact JSON, digits as sent."""

    @property
    def result(self) -> bytes | None: ...
    @property
    def error(self) -> bytes | None: ...


class Upstreams(Protocol):
    """The tool servers behind the gateway."""

    def call(
        self,
        tool: str,
        arguments: bytes,
        *,
        max_result: int | None,
        on_dispatch: Callable[[], None],
    ) -> Awaitable[UpstreamReply]: ...
    def tools(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Services:
    """One of each. Frozen: what changes (policy, keys, executions) changes inside its service."""

    gate: Gate
    ledger: Ledger
    audit: Any
    upstreams: Any
    verify_token: Callable[[str], TokenClaims]  # with the issuer keys, iss and aud of the gate
    clock: Clock
    executions: Any = None
    issuer: Any = None
    attestation: Any = None
    metrics: Metrics | None = None
    limits: HttpLimits = field(default_factory=HttpLimits)
    config: Any = None
