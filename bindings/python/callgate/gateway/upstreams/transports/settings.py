"""What there is to say about one upstream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from callgate import CallgateError
from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.era import Era

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class TransportSettingsError(CallgateError):
    """An upstream's settings cannot be used."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message, "INVALID_ARGUMENT", where)


@dataclass(frozen=True, kw_only=True)
class TransportSettings:
    """What both transports have. Times are in seconds, sizes in bytes.

    ``tools`` maps gateway names to this server's names; ``others`` says whether tools that it does
    not name are offered too, as ``name.tool``.
    """

    name: str
    era: Era = "auto"
    timeout: float = 30.0
    start_timeout: float = 20.0
    max_result: int = upstream_limits.DEFAULT_MAX_RESULT
    max_in_flight: int = upstream_limits.MAX_IN_FLIGHT
    listing_ttl: float = 300.0
    tools: Mapping[str, str] = field(default_factory=dict)
    others: bool = True
    first_backoff: float = 0.25
    longest_backoff: float = 30.0


@dataclass(frozen=True, kw_only=True)
class StdioSettings(TransportSettings):
    """A program that speaks over its standard input and output.

    Its environment is ``environment`` and nothing else: no variable of the gateway's reaches it.
    ``command`` is looked up in that environment's PATH.
    """

    command: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    directory: Path | None = None
    stop_grace: float = 2.0


@dataclass(frozen=True, kw_only=True)
class HttpSettings(TransportSettings):
    """A streamable HTTP endpoint.

    ``headers`` go with every request and are secret. ``proxy`` is None for a direct connection,
    whatever the environment says. ``ca_file`` replaces the system's authorities. Without TLS a
    name can be made to mean another host, so that plain HTTP needs a loopback address or
    ``allow_plain_http``. TransportSettingsError: the URL is not one of these.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    client_certificate: tuple[Path, Path] | None = None
    proxy: str | None = field(default=None, repr=False)
    allow_plain_http: bool = False
    connect_timeout: float = 5.0

    def __post_init__(self) -> None:
        where = f"upstreams/{self.name}/url"
        url = urlsplit(self.url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise TransportSettingsError("not an http or https URL", where)
        if url.username is not None or url.password is not None:
            raise TransportSettingsError("credentials belong in headers, not in the URL", where)
        if url.fragment:
            raise TransportSettingsError("a URL with a fragment is not an endpoint", where)
        if url.scheme == "http" and url.hostname not in _LOOPBACK and not self.allow_plain_http:
            raise TransportSettingsError("plain HTTP to another host must be allowed", where)
