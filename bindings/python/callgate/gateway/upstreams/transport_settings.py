"""The upstreams' settings, as their transports have them, from what the configuration says."""

from __future__ import annotations

from collections.abc import Mapping

from callgate.gateway.config import GatewayConfig, UpstreamSettings
from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings


def transport_settings(
    config: GatewayConfig, environ: Mapping[str, str]
) -> list[StdioSettings | HttpSettings]:
    """One for each upstream."""
    return [_settings(name, one, config, environ) for name, one in config.upstreams.items()]


def _settings(
    name: str, upstream: UpstreamSettings, config: GatewayConfig, environ: Mapping[str, str]
) -> StdioSettings | HttpSettings:
    aliases = config.tools.names.items()
    tools = {alias: tool.tool for alias, tool in aliases if tool.upstream == name}
    if upstream.command is not None:
        inherited = {key: environ[key] for key in upstream.inherit if key in environ}
        given = {key: value.reveal() for key, value in upstream.environment.items()}
        return StdioSettings(
            name=name,
            command=upstream.command[0],
            arguments=upstream.command[1:],
            environment={**inherited, **given},
            directory=upstream.directory,
            era=upstream.era,
            timeout=upstream.call_seconds,
            start_timeout=upstream.start_seconds,
            max_result=upstream.max_result_bytes,
            max_in_flight=upstream.max_in_flight,
            listing_ttl=upstream.listing_seconds,
            tools=tools,
            others=not config.tools.only_named,
        )
    certificate = None
    if upstream.client_certificate is not None and upstream.client_key is not None:
        certificate = (upstream.client_certificate, upstream.client_key)
    return HttpSettings(
        name=name,
        url=upstream.url or "",
        headers={key: value.reveal() for key, value in upstream.headers.items()},
        ca_file=upstream.ca,
        client_certificate=certificate,
        proxy=None if upstream.proxy is None else upstream.proxy.reveal(),
        allow_plain_http=upstream.allow_plain_http,
        era=upstream.era,
        timeout=upstream.call_seconds,
        start_timeout=upstream.start_seconds,
        max_result=upstream.max_result_bytes,
        max_in_flight=upstream.max_in_flight,
        listing_ttl=upstream.listing_seconds,
        tools=tools,
        others=not config.tools.only_named,
    )
