"""GatewayConfig: all that a gateway is told, in one frozen value."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from callgate.gateway.config._section import ConfigPath, Name, Section
from callgate.gateway.config.audit import Audit
from callgate.gateway.config.executions import Executions
from callgate.gateway.config.issuer import Issuer
from callgate.gateway.config.limits import ConfigLimits
from callgate.gateway.config.listen import Admin, Listen
from callgate.gateway.config.operations import Clock, Logging, Reload
from callgate.gateway.config.upstreams import Tools, Upstream


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
    issuer: Issuer = Field(description="Security tokens and their keys.")
    admin: Admin = Field(description="The operators' listener.")
    listen: Listen = Field(default_factory=Listen, description="The agents' listener.")
    executions: Executions = Field(
        default_factory=Executions, description="Which workloads may attest."
    )
    upstreams: dict[Name, Upstream] = Field(
        default_factory=dict, description="The MCP servers behind the gateway, by name."
    )
    tools: Tools = Field(default_factory=Tools, description="How tools are named.")
    audit: Audit = Field(default_factory=Audit, description="The audit trail.")
    limits: ConfigLimits = Field(
        default_factory=ConfigLimits, description="Bounds that hold before anybody is known."
    )
    clock: Clock = Field(default_factory=Clock, description="Freshness, and clocks that jump.")
    reload: Reload = Field(default_factory=Reload, description="Reading files again.")
    logging: Logging = Field(default_factory=Logging, description="The operators' log.")
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
                raise ValueError(f"tools.names: {name} is of {alias.upstream!r}, no upstream here")
        return self

    @property
    def audit_directory(self) -> Path:
        """Where audit files lie."""
        return self.audit.directory or self.state / "audit"

    @property
    def audit_key(self) -> Path:
        """The file of the key that signs checkpoints."""
        return self.audit.key or self.state / "audit.pem"
