"""peer_name: how the audit trail calls the other end of a connection."""

from __future__ import annotations

from starlette.types import Scope

from callgate.serving.peer import EXTENSION, Peer, TrustedProxies, peer_of


def peer_name(scope: Scope, proxies: TrustedProxies) -> str:
    """Its address, ``uid N`` on a unix socket, or ``unknown``."""
    if proxies.networks or proxies.uids:
        peer = peer_of(scope)
        if proxies.trusts(peer):
            peer = Peer(proxies.address(scope["headers"]))
    else:
        # No header is believed, so nothing has to be compared, and this is asked for every call.
        peer = (scope.get("extensions") or {}).get(EXTENSION, _UNKNOWN)
    name: str = peer.name
    return name


_UNKNOWN = Peer()
