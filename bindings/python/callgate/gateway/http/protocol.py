"""The HTTP/1.1 protocol of the listeners: bounded, and it says who the peer is."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final

from callgate.gateway.config import ListenSettings
from callgate.gateway.http.answers import ANSWERS
from callgate.serving.bounds import OnRefused
from callgate.serving.connection import bounded_connections
from callgate.serving.http_limits import HttpLimits
from callgate.serving.peer_protocol import PeerProtocol

# A policy document, which is the longest body, takes a while to send.
OPERATORS: Final = HttpLimits(body_seconds=60, connections=256, connections_per_address=256)


def agent_protocol(
    settings: ListenSettings, http_limits: HttpLimits, refused: OnRefused
) -> type[PeerProtocol]:
    """The class for uvicorn's ``http=``. Trusted proxies stand for many, and count in all only."""
    networks = [ip_network(text) for text in settings.trusted_proxies.networks]

    def is_proxy(address: str) -> bool:
        return any(ip_address(address) in network for network in networks)

    return bounded_connections(http_limits, answers=ANSWERS, refused=refused, uncounted=is_proxy)


def operator_protocol(refused: OnRefused) -> type[PeerProtocol]:
    """The same for one listener of operators: any process on this machine can connect to it."""
    return bounded_connections(OPERATORS, answers=ANSWERS, refused=refused)
