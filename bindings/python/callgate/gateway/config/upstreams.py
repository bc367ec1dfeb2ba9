"""The MCP servers behind the gateway, and the names of their tools."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from callgate.gateway.config._section import (
    Bytes,
    ConfigPath,
    Count,
    Name,
    Seconds,
    Section,
    ToolName,
)
from callgate.gateway.secrets import MaybeSecret, Secret

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,128}$")]
HiddenText = Annotated[Secret, MaybeSecret]


class Upstream(Section):
    """One MCP server: `command` (stdio) or `url` (streamable HTTP)."""

    command: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="The program and its arguments, started without a shell and spoken to over its "
        "standard input and output.",
    )
    directory: ConfigPath | None = Field(
        default=None, description="The working directory of `command`."
    )
    environment: dict[VariableName, HiddenText] = Field(
        default_factory=dict,
        description="Variables for `command`, texts or references to secrets. Of the gateway's own "
        "environment it gets `PATH`, `HOME`, `LANG`, `TZ` and the like only.",
    )
    url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="The URL of an MCP endpoint. `http:` is for loopback addresses only, unless "
        "`allow_plain_http` is set.",
    )
    headers: dict[HeaderName, HiddenText] = Field(
        default_factory=dict,
        description="Headers sent to `url`, texts or references to secrets.",
    )
    allow_plain_http: bool = Field(
        default=False, description="Speak `http:` to an address that is not loopback."
    )
    ca: ConfigPath | None = Field(
        default=None,
        description="File with the certificates, PEM, that `url`'s certificate must come from, "
        "instead of the system's.",
    )
    era: Literal["auto", "initialize", "2026-07-28"] = Field(
        default="auto",
        description="The era of MCP that the server speaks; `auto` finds out.",
    )
    timeout_seconds: Seconds = Field(
        default=30, description="Seconds for one call, from dispatch to the whole reply."
    )
    connect_seconds: Seconds = Field(
        default=20, description="Seconds to start or reach the server and list its tools."
    )
    max_reply_bytes: Bytes = Field(
        default=16 << 20, description="Bytes of one message of the server; more is a failure."
    )
    max_concurrent: Count = Field(default=64, description="Calls in flight at a time.")

    @model_validator(mode="after")
    def _check(self) -> Upstream:
        if (self.command is None) == (self.url is None):
            raise ValueError("expected either command or url")
        if self.command is None and (self.environment or self.directory):
            raise ValueError("environment and directory belong to command, not to url")
        if self.url is None and (self.headers or self.ca):
            raise ValueError("headers and ca belong to url, not to command")
        return self


class ToolAlias(Section):
    """What one gateway name stands for."""

    upstream: Name = Field(description="The upstream's name.")
    tool: str = Field(min_length=1, max_length=256, description="The tool's name there.")


class Tools(Section):
    """How the gateway names the tools of its upstreams."""

    names: dict[ToolName, ToolAlias] = Field(
        default_factory=dict,
        description="Names of their own for single tools. The others are named `upstream.tool`. "
        "Two tools of one name are an error.",
    )
    only_named: bool = Field(
        default=False, description="Offer only the tools in `names`, and no `upstream.tool`."
    )
