"""TLS of the agents' listener, and what the registry shows where it connects itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from callgate.settings.section import ConfigPath, PlacedError, Section


class TlsSettings(Section):
    """`off` is plain HTTP, and every agent anonymous."""

    mode: Literal["off", "auto", "strict"] = Field(
        default="off",
        description="`auto`: HTTPS; a client certificate is optional, and one that is presented "
        "must be trusted. `strict`: a trusted one is required on every path.",
    )
    cert: ConfigPath | None = Field(
        default=None,
        description="The registry's certificate, PEM, leaf first. Read again, with `key`, when "
        "they change.",
    )
    key: ConfigPath | None = Field(
        default=None, description="Its secret key, PEM, which no other user may read."
    )
    ca: ConfigPath | None = Field(
        default=None,
        description="What clients on this machine verify the registry with; `/proxy` verifies an "
        "agent by the entities, never by this file.",
    )
    minimum_version: Literal["1.2", "1.3"] = Field(
        default="1.2", description="Agents of the public system speak both."
    )

    @property
    def on(self) -> bool:
        """Whether the listener speaks TLS."""
        return self.mode != "off"

    @model_validator(mode="after")
    def _check(self) -> TlsSettings:
        for name in ("cert", "key"):
            if self.on and getattr(self, name) is None:
                raise PlacedError(
                    (name,),
                    f"mode {self.mode} requires MCP_MESH_TLS_CERT and MCP_MESH_TLS_KEY: set them, "
                    "or start with --tls-auto",
                )
        return self
