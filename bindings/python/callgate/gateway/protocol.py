"""The HTTP/1.1 protocol of the agents' listener: bounded, and it says who the peer is."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from uvicorn.protocols.http.h11_impl import H11Protocol

from callgate.gateway.config import Listen
from callgate.gateway.middleware.connection import bounded_connections
from callgate.gateway.middleware.limits import HttpLimits
from callgate.gateway.peer_protocol import PeerProtocol


def agent_protocol(settings: Listen, limits: HttpLimits) -> type[H11Protocol]:
    """The class for uvicorn's ``http=``. Trusted proxies stand for many, and count in all only."""
    networks = [ip_network(text) for text in settings.trusted_proxies.networks]

    def is_proxy(address: str) -> bool:
        return any(ip_address(address) in network for network in networks)

    bounded = bounded_connections(limits, uncounted=is_proxy)

    class AgentProtocol(PeerProtocol, bounded):  # type: ignore[misc, valid-type]
        """Both."""

    return AgentProtocol
