"""Where anchors come from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from callgate.settings.duration import Duration
from callgate.settings.section import ConfigPath, PlacedError, Section

Backend: TypeAlias = Literal["localca", "filestore", "k8s-secrets", "spire"]


class TrustSettings(Section):
    """The trust backends. The first in the order that trusts a chain names its entity."""

    no_folder: ClassVar[str] = "requires MCP_MESH_TRUST_DIR: set the folder"

    backend: tuple[Backend, ...] = Field(
        default=(), description="`localca`, `filestore`, `k8s-secrets`, `spire`, in this order."
    )
    dir: ConfigPath | None = Field(
        default=None,
        description="Folder of `localca` and `filestore`; entities lie in `entities`, tombstones "
        "of revoked keys in `revoked`.",
    )
    stale_after: Duration = Field(
        default=300,
        description="How long what a backend said last counts while it cannot be reached. Then its "
        "agents are refused.",
    )

    @field_validator("backend", mode="after")
    @classmethod
    def _no_repeats(cls, value: tuple[Backend, ...]) -> tuple[Backend, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a backend stands there twice")
        return value

    @model_validator(mode="after")
    def _check(self) -> TrustSettings:
        needing = [one for one in self.backend if one in ("localca", "filestore")]
        if needing and self.dir is None:
            raise PlacedError(("dir",), f"{needing[0]} {self.no_folder}")
        return self


class K8sSettings(Section):
    """The Secrets that `k8s-secrets` reads."""

    namespace: str = Field(
        default="default",
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="Their namespace.",
    )
    label_selector: str = Field(
        default="mcp-mesh.io/trust=entity-ca",
        min_length=1,
        max_length=1024,
        description="Their labels.",
    )


class SpireSettings(Section):
    """The Workload API that `spire` reads bundles from."""

    socket: ConfigPath = Field(
        default=Path("/run/spire/agent/sockets/agent.sock"),
        description="A unix socket, as a bare path.",
    )

    @field_validator("socket", mode="before")
    @classmethod
    def _no_scheme(cls, value: object) -> object:
        if isinstance(value, str) and value.startswith(("unix:", "tcp:")):
            raise ValueError("write the path of the socket without a scheme")
        return value
