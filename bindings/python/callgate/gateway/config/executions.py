"""Which workloads may attest."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from callgate.gateway.config._section import ConfigPath, Seconds, Section


class Docker(Section):
    """Containers of a Docker Engine as executions."""

    socket: ConfigPath = Field(
        default=Path("/var/run/docker.sock"),
        description="The unix socket of the Docker Engine API.",
    )
    timeout_seconds: Seconds = Field(default=5, description="Seconds for one question to it.")


class Executions(Section):
    """Who may attest. Without `file` and `docker`, only what the operator registers."""

    file: ConfigPath | None = Field(
        default=None,
        description="A YAML file of executions (`static`), read again when it changes: an entry "
        "that is gone ends its sessions.",
    )
    docker: Docker | None = Field(
        default=None, description="Ask a Docker Engine which containers run (`docker`)."
    )
    max_sessions: int = Field(
        default=4,
        ge=1,
        le=10_000,
        description="Live sessions of one execution, where its entry does not say.",
    )
    idle_seconds: Seconds = Field(
        default=60,
        description="At `max_sessions`, the session idle longest is ended for a new one if it was "
        "idle for longer than this and the execution has a tie.",
    )
    check_seconds: Seconds = Field(
        default=10, description="How often running executions are looked at, in seconds."
    )
