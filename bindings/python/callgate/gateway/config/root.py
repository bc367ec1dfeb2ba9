"""GatewayConfig: all that a gateway is told, in one frozen value."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from callgate.gateway.config.attestation import AttestationSettings
from callgate.gateway.config.audit import AuditSettings
from callgate.gateway.config.executions import ExecutionsSettings
from callgate.gateway.config.issuer import IssuerSettings
from callgate.gateway.config.limits import LimitsSettings
from callgate.gateway.config.listen import AdminSettings, ListenSettings
from callgate.gateway.config.operations import ClockSettings, LoggingSettings, ReloadSettings
from callgate.gateway.config.upstreams import ToolsSettings, UpstreamSettings
from callgate.settings.section import ConfigPath, Name, PlacedError, Section


class GatewayConfig(Section):
    """The configuration of `callgate serve`.

    Immutable, shared freely; paths in it are absolute where ``load_config`` made it, secrets are
    read and hidden.
    """

    state: ConfigPath = Field(
        description="The gateway's own folder, 0700: the journal, and by default the audit trail. "
        "One gateway at a time uses it."
    )
    policy: ConfigPath = Field(
        description="The SecurityContexts: a file, or a folder of `*.yaml`, `*.yml`, `*.json`."
    )
    issuer: IssuerSettings = Field(description="Security tokens and their keys.")
    admin: AdminSettings = Field(description="The operators' listener.")
    listen: ListenSettings = Field(
        default_factory=ListenSettings, description="The agents' listener."
    )
    executions: ExecutionsSettings = Field(
        default_factory=ExecutionsSettings, description="Which workloads may attest."
    )
    attestation: AttestationSettings | None = Field(
        default=None,
        description="Whose attestation tokens are believed. `null`: no execution may ask for one.",
    )
    upstreams: dict[Name, UpstreamSettings] = Field(
        default_factory=dict, description="The MCP servers behind the gateway, by name."
    )
    tools: ToolsSettings = Field(default_factory=ToolsSettings, description="How tools are named.")
    audit: AuditSettings = Field(default_factory=AuditSettings, description="The audit trail.")
    limits: LimitsSettings = Field(
        default_factory=LimitsSettings, description="Bounds that hold before anybody is known."
    )
    clock: ClockSettings = Field(
        default_factory=ClockSettings, description="Freshness, and clocks that jump."
    )
    reload: ReloadSettings = Field(
        default_factory=ReloadSettings, description="Reading files again."
    )
    logging: LoggingSettings = Field(
        default_factory=LoggingSettings, description="The operators' log."
    )
    development: bool = Field(
        default=False,
        description="Development settings, as `--demo` has them: executions without a tie need no "
        "acknowledgement. Refused with an address that is not loopback.",
    )

    @model_validator(mode="after")
    def _check(self) -> GatewayConfig:
        if self.development and not self.listen.is_loopback:
            raise ValueError(
                f"development settings on {self.listen.address}: expected a loopback address"
            )
        for name, alias in self.tools.names.items():
            if alias.upstream not in self.upstreams:
                raise PlacedError(
                    ("tools", "names", name, "upstream"),
                    f"no upstream is named {alias.upstream!r}",
                )
        return self

    @property
    def audit_directory(self) -> Path:
        """Where audit files lie."""
        return self.audit.directory or self.state / "audit"

    @property
    def audit_key(self) -> Path:
        """The file of the key that signs checkpoints."""
        return self.audit.key or self.state / "audit.pem"
