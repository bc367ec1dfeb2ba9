"""Health, operators, the audit trail and the operators' log."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from callgate.settings.addresses import check_address, is_loopback
from callgate.settings.duration import Duration
from callgate.settings.secrets import Secret
from callgate.settings.section import Bytes, ConfigPath, Count, PlacedError, Port, Seconds, Section


class HealthSettings(Section):
    """Which agents count as healthy, and a listener for probes."""

    check_interval: Duration = Field(
        default=10, gt=0, description="How often silent agents are looked for."
    )
    timeout_threshold: Duration = Field(
        default=20,
        gt=0,
        description="After so long without a heartbeat an agent is unhealthy, and resolved to no "
        "other.",
    )
    port: Port = Field(
        default=0,
        description="`GET /health` without a certificate on this port of 127.0.0.1, which answers "
        "nothing else. 0: there is none; in strict mode `/health` then needs a certificate.",
    )


class AdminSettings(Section):
    """The operators' listener. Without it `/admin` needs a certificate of an `admin` entity."""

    port: Port = Field(default=0, description="On `address`, with `credential`. 0: no listener.")
    address: str = Field(default="127.0.0.1", description="A loopback address.")
    unix: ConfigPath | None = Field(default=None, description="A unix socket, mode 0600.")
    credential: Secret | None = Field(
        default=None, description="Bearer credential, 16 characters at least."
    )

    @field_validator("address", mode="after")
    @classmethod
    def _check_loopback(cls, value: str) -> str:
        address = check_address(value)
        if not is_loopback(address):
            raise ValueError("expected a loopback address")
        return address

    @model_validator(mode="after")
    def _check(self) -> AdminSettings:
        if (self.port or self.unix) and self.credential is None:
            raise PlacedError(
                ("credential",),
                "the operators' listener requires a credential: write file:PATH or env:NAME",
            )
        return self


class AuditSettings(Section):
    """Evictions, refusals and changes of trust, chained, sealed by signed checkpoints."""

    directory: ConfigPath | None = Field(
        default=None, description="Folder of the audit files. `null`: `audit` in the state folder."
    )
    key: ConfigPath | None = Field(
        default=None,
        description="The secret key that signs checkpoints, PEM, 0600. `null`: `audit.pem` in the "
        "state folder, made at the first start.",
    )
    refusals: Count = Field(
        default=100_000, description="Lines a day about refused callers; the others are counted."
    )
    rotate_bytes: Bytes = Field(
        default=256 << 20, description="Begin a new file when one is so long."
    )


class LimitsSettings(Section):
    """What a caller may cost before anything of it is known, and what a mesh may hold."""

    body_bytes: Bytes = Field(
        default=1 << 20,
        description="One body. Those that are being read or worked on are 64 times as much, in "
        "all; and 16 of them are over 64 KiB. More: 503 with `Retry-After`.",
    )
    connections: Count = Field(default=10_000, description="Open connections.")
    connections_per_address: Count = Field(
        default=1_000,
        description="The same of one address (of IPv6 the /64). Each agent has one or two: raise "
        "it where more than 500 agents come through one NAT, a proxy, or run on one machine.",
    )
    requests: Count = Field(default=512, description="Requests under way that have a body.")
    header_seconds: Seconds = Field(
        default=10, description="For a handshake, and for the headers of a request."
    )
    body_seconds: Seconds = Field(default=10, description="For a body.")
    agents: Count = Field(default=100_000, description="Rows. More: status `error`.")
    stored_bytes: Bytes = Field(
        default=1 << 30,
        description="Bodies and certificates of all rows. More: status `error`.",
    )
    entity_share: int = Field(
        default=50,
        ge=10,
        le=100,
        description="What one entity, or all agents without one, may have of `agents`, "
        "`stored_bytes`, the bodies that are being read and calls through the proxy, in percent. "
        "Without TLS: 100.",
    )
    tools: Count = Field(default=500, description="Tools of one agent. More: status `error`.")
    dependencies: Count = Field(
        default=2_000,
        description="Dependencies of all tools of one agent, with alternatives and the selectors "
        "of filters. More: status `error`.",
    )


class LoggingSettings(Section):
    """The operators' log on standard error. It is not the audit trail."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe lines that are written."
    )
    format: Literal["json", "text"] = Field(
        default="json", description="One JSON object a line, or text for people."
    )
