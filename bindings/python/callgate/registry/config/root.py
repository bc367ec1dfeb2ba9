"""RegistryConfig: all that a registry is told, in one frozen value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from callgate.registry.config.entities import EntityName, EntitySettings
from callgate.registry.config.operations import (
    AdminSettings,
    AuditSettings,
    HealthSettings,
    LimitsSettings,
    LoggingSettings,
)
from callgate.registry.config.tls import TlsSettings
from callgate.settings.addresses import check_address, is_loopback
from callgate.settings.duration import Duration
from callgate.settings.secrets import MaybeSecret, Secret
from callgate.settings.section import ConfigPath, PlacedError, Port, Section
from callgate.settings.trust import K8sSettings, SpireSettings, TrustSettings


class RegistryConfig(Section):
    """The configuration of `callgate registry serve`. Immutable, shared freely."""

    host: str = Field(
        default="127.0.0.1", description="The address that agents connect to, or `localhost`."
    )
    port: Port = Field(default=8000, description="Its port.")
    tls: TlsSettings = Field(default_factory=TlsSettings, description="TLS of that listener.")
    trust: TrustSettings = Field(default_factory=TrustSettings, description="Trust backends.")
    k8s: K8sSettings = Field(default_factory=K8sSettings, description="For `k8s-secrets`.")
    spire: SpireSettings = Field(default_factory=SpireSettings, description="For `spire`.")
    entities: dict[EntityName, EntitySettings] = Field(
        default_factory=dict, description="Bindings and rights, by entity or trust domain."
    )
    state: ConfigPath = Field(
        default_factory=lambda: Path("~/.mcp-mesh/registry").expanduser(),
        description="The registry's own folder, 0700: audit trail, journal, and by default the "
        "database. One registry at a time uses it. By default `~/.mcp-mesh/registry`.",
    )
    database_url: Annotated[Secret, MaybeSecret] | None = Field(
        default=None,
        description="`postgresql://…`, `sqlite:///…`, a path of a SQLite file, or a reference to "
        "one of them. `null`: `registry.db` in the state folder. Several registries share "
        "PostgreSQL.",
    )
    retention: Duration = Field(
        default=3600, description="Rows of agents silent for so long are removed. 0: never."
    )
    sweep_interval: Duration = Field(
        default=300, gt=0, description="How often such rows are looked for."
    )
    health: HealthSettings = Field(default_factory=HealthSettings, description="Health.")
    admin: AdminSettings = Field(default_factory=AdminSettings, description="Operators.")
    audit: AuditSettings = Field(default_factory=AuditSettings, description="The audit trail.")
    limits: LimitsSettings = Field(default_factory=LimitsSettings, description="Bounds.")
    logging: LoggingSettings = Field(default_factory=LoggingSettings, description="The log.")

    @field_validator("host", mode="after")
    @classmethod
    def _check_host(cls, value: str) -> str:
        return check_address(value)

    @model_validator(mode="after")
    def _check(self) -> RegistryConfig:
        if self.tls.on and not self.trust.backend:
            raise PlacedError(
                ("trust", "backend"),
                f"mode {self.tls.mode} requires a trust backend: set MCP_MESH_TRUST_BACKEND, "
                "for example to filestore",
            )
        if not self.tls.on and not is_loopback(self.host):
            raise PlacedError(
                ("host",),
                f"mode off on {self.host}, which is not a loopback address, would let anyone "
                "register: set MCP_MESH_TLS_MODE to auto or strict, or start with --tls-auto",
            )
        folded: set[str] = set()
        for name in self.entities:
            if name.casefold() in folded:
                raise PlacedError(("entities", name), "differs from another name by case alone")
            folded.add(name.casefold())
        return self

    @property
    def audit_directory(self) -> Path:
        """Where audit files lie."""
        return self.audit.directory or self.state / "audit"

    @property
    def audit_key(self) -> Path:
        """The file of the key that signs checkpoints."""
        return self.audit.key or self.state / "audit.pem"
