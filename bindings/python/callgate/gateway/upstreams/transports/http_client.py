"""The HTTP client of one upstream: whom it trusts, and what it never does."""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.transports.settings import HttpSettings, TransportSettingsError

_KEPT_ALIVE = 64


def open_client(settings: HttpSettings) -> httpx2.AsyncClient:
    """No redirects, no resending, no cookies kept, nothing of the environment.

    TransportSettingsError: a certificate or key cannot be read.
    """
    connections = httpx2.Limits(
        max_connections=settings.max_in_flight + upstream_limits.MAX_ASIDE,
        max_keepalive_connections=_KEPT_ALIVE,
    )
    transport = httpx2.AsyncHTTPTransport(
        verify=client_tls(settings),
        trust_env=False,
        limits=connections,
        proxy=settings.proxy,
        retries=0,
    )
    return httpx2.AsyncClient(
        transport=transport,
        headers={**settings.headers, "accept-encoding": "identity", "user-agent": "callgate"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
        timeout=settings.timeout,
    )


def client_tls(settings: HttpSettings) -> ssl.SSLContext:
    """What connections are made with. Raises TransportSettingsError for files it cannot use."""
    # Not ssl.create_default_context: that one writes keys to SSLKEYLOGFILE of the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if settings.ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=settings.ca_file)
        if settings.client_certificate is not None:
            context.load_cert_chain(*settings.client_certificate)
    except (OSError, ssl.SSLError) as error:
        where = f"upstreams/{settings.name}"
        raise TransportSettingsError("a certificate or key cannot be read", where) from error
    return context
