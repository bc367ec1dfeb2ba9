"""The MCP servers behind the gateway, and the names of their tools."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from callgate.settings.secrets import MaybeSecret, Secret
from callgate.settings.section import (
    Bytes,
    ConfigPath,
    Count,
    Name,
    Seconds,
    Section,
    ToolName,
)

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,128}$")]
HiddenText = Annotated[Secret, MaybeSecret]


class UpstreamSettings(Section):
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
        description="Variables for `command`, texts or references to secrets.",
    )
    inherit: tuple[VariableName, ...] = Field(
        default=("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"),
        description="Variables of the gateway's own environment that `command` gets too. No other "
        "reaches it.",
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
    client_certificate: ConfigPath | None = Field(
        default=None, description="File with a client certificate, PEM, shown to `url`."
    )
    client_key: ConfigPath | None = Field(
        default=None, description="File with the private key of `client_certificate`, PEM."
    )
    proxy: HiddenText | None = Field(
        default=None,
        description="The URL of an HTTP proxy for `url`, a text or a reference to a secret. "
        "Variables like `HTTPS_PROXY` are not looked at.",
    )
    era: Literal["auto", "initialize", "discover"] = Field(
        default="auto",
        description="How the server is greeted: `discover` is MCP 2026-07-28, `initialize` all "
        "before; `auto` tries the first, then the second.",
    )
    call_seconds: Seconds = Field(
        default=30,
        description="Seconds for one call, from dispatch to the whole reply. More: "
        "`UPSTREAM_TIMEOUT`, 504.",
    )
    start_seconds: Seconds = Field(
        default=20, description="Seconds to start or reach the server, and to greet it."
    )
    max_result_bytes: Bytes = Field(
        default=8 << 20,
        description="Bytes of one result, where the context that decides says no less. More: "
        "`OUTPUT_SIZE_EXCEEDED`, 403.",
    )
    max_in_flight: Count = Field(
        default=256, description="Calls in flight at a time. More: `UPSTREAM_FAILED`, 502."
    )
    listing_seconds: Seconds = Field(
        default=300, description="How long the server's list of tools is taken as current."
    )

    @model_validator(mode="after")
    def _check(self) -> UpstreamSettings:
        if (self.command is None) == (self.url is None):
            raise ValueError("expected either command or url")
        if self.command is None and (self.environment or self.directory):
            raise ValueError("environment and directory belong to command, not to url")
        of_url = (self.headers, self.ca, self.client_certificate, self.client_key, self.proxy)
        if self.url is None and any(of_url):
            raise ValueError("headers, ca, client_certificate and proxy belong to url")
        if (self.client_certificate is None) != (self.client_key is None):
            raise ValueError("client_certificate and client_key go together")
        return self


class ToolAliasSettings(Section):
    """What one gateway name stands for."""

    upstream: Name = Field(description="The upstream's name.")
    tool: str = Field(min_length=1, max_length=256, description="The tool's name there.")


class ToolsSettings(Section):
    """How the gateway names the tools of its upstreams."""

    names: dict[ToolName, ToolAliasSettings] = Field(
        default_factory=dict,
        description="Names of their own for single tools. The others are named `upstream.tool`. "
        "Two tools of one name are an error.",
    )
    only_named: bool = Field(
        default=False, description="Offer only the tools in `names`, and no `upstream.tool`."
    )
