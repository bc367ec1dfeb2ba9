"""BoundedAccept: a listening socket that holds only so many connections, whatever they do.

The bounds with an error body (connection.py) hold from where HTTP begins. A peer that
never begins the TLS handshake costs a descriptor as well, and the audit trail needs some.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any, Final, final

from callgate.serving.bounds import OnRefused
from callgate.serving.peer import Peer, canonical_address

# In addition to those that are spoken to: enough to tell some of the others that they are too many.
MARGIN: Final = 64


@final
class BoundedAccept(socket.socket):
    """Closes at once what is more than ``limit`` lets in. Of one event loop."""

    def limit(
        self,
        most: int,
        most_of_one: int,
        *,
        refused: OnRefused,
        uncounted: Iterable[str] = (),
    ) -> None:
        """In all, and of one address (of IPv6 the /64) that is not in an ``uncounted`` network.

        ``refused`` is told of what is closed.
        """
        # By the peer's origin; all of them under "".
        self._open: Counter[str] = Counter()
        self._most, self._most_of_one = most + MARGIN, most_of_one + MARGIN
        self._refused = refused
        self._uncounted = [ip_network(network) for network in uncounted]

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises ConnectionAbortedError for one that is too many: the loop then asks again."""
        accepted, peer = super().accept()
        connection = _Counted(self.family, self.type, self.proto, fileno=accepted.detach())
        keys = self._keys(peer)
        if self._open[""] >= self._most or any(self._open[k] >= self._most_of_one for k in keys):
            connection.close()
            self._refused("connections_closed", "LIMIT_EXCEEDED", _address(peer) or "unknown")
            raise ConnectionAbortedError
        connection.count_in(self._open, ("", *keys))
        return connection, peer

    def _keys(self, peer: Any) -> list[str]:
        address = _address(peer)
        if address is None or any(ip_address(address) in one for one in self._uncounted):
            return []
        return [Peer(address=address).origin]


def _address(peer: Any) -> str | None:
    return canonical_address(str(peer[0])) if isinstance(peer, tuple) else None


@final
class _Counted(socket.socket):
    _keys: tuple[str, ...] = ()

    def count_in(self, open_: Counter[str], keys: tuple[str, ...]) -> None:
        self._open, self._keys = open_, keys
        open_.update(keys)

    def close(self) -> None:
        keys, self._keys = self._keys, ()
        for key in keys:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]
        super().close()
