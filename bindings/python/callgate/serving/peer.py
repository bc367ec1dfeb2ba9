"""Peer: who is at the other end of a connection, as the transport knows it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from callgate.serving.client_cert import passed_chain
from callgate.serving.judge import Judge
from callgate.serving.subject import Subject
from callgate.trust import Verdict

# Where the server's protocol class puts what it read from the socket.
EXTENSION = "callgate.peer"


@dataclass(frozen=True, slots=True)
class Peer:
    """Facts of one connection; ``None`` is unknown, and no tie accepts what is unknown.

    ``address`` is an IP address in its canonical text, ``uid`` the user at the other end of a unix
    socket, ``certificate_thumbprint`` the base64url SHA-256 of the client certificate's DER (RFC
    8705, section 3.1) that was verified. Immutable.

    A listener that lets ``callgate.trust`` judge says more: ``chain``, what the peer presented and
    holds the key of, DER, leaf first, whether trusted or not; ``verdict``, what that is worth now;
    and ``subject``, None unless it is trusted. What is not trusted has no thumbprint either.
    """

    address: str | None = None
    uid: int | None = None
    certificate_thumbprint: str | None = None
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    verdict: Verdict | None = None
    subject: Subject | None = None

    def judged(self, verdict: Verdict, *, passed_on: bool = False) -> Peer:
        """The same with what its chain is worth; ``passed_on`` by a trusted proxy."""
        subject = Subject.of_verdict(verdict, passed_on=passed_on)
        thumbprint = None if subject is None else certificate_thumbprint(self.chain[0])
        return replace(self, certificate_thumbprint=thumbprint, verdict=verdict, subject=subject)

    @property
    def name(self) -> str:
        """What trail and log call it: the address, ``uid N`` on a unix socket, or ``unknown``."""
        return self.address or self.origin

    @property
    def origin(self) -> str:
        """What attestations are counted by: the address, of IPv6 its /64, else the user."""
        if self.address is None:
            return "unknown" if self.uid is None else f"uid {self.uid}"
        address = ip_address(self.address)
        if address.version == 6:
            return str(ip_network((address.packed[:8] + bytes(8), 64)))
        return self.address


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Proxies whose headers are believed; none unless configured.

    ``networks`` are their addresses, ``uids`` their users where they come over a unix socket. Their
    ``X-Forwarded-For`` names the caller: the last address in it that is no trusted proxy. With
    ``client_certificate``, their ``Client-Cert`` (RFC 9440) does too: a proxy that passes on such a
    header of a caller lets everyone forge it. Where there is a ``judge``, that certificate and
    ``Client-Cert-Chain`` are worth what it says of them now; without, the proxy's word counts. The
    uid is never taken from a header.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    uids: frozenset[int] = field(default_factory=frozenset)
    client_certificate: bool = False
    judge: Judge | None = None

    @classmethod
    def of(
        cls,
        networks: Iterable[str],
        uids: Iterable[int] = (),
        *,
        client_certificate: bool = False,
        judge: Judge | None = None,
    ) -> TrustedProxies:
        """From addresses and networks in CIDR notation. Raises ValueError."""
        parsed = tuple(ip_network(network) for network in networks)
        return cls(parsed, frozenset(uids), client_certificate, judge)

    def trusts(self, peer: Peer) -> bool:
        """Whether the connection is a proxy's."""
        if peer.uid is not None and peer.uid in self.uids:
            return True
        return peer.address is not None and self._is_proxy(peer.address)

    def caller(self, headers: Sequence[tuple[bytes, bytes]]) -> Peer:
        """Whom the proxy speaks for. What is missing, repeated or malformed is unknown."""
        address = self.address(headers)
        chain = passed_chain(headers) if self.client_certificate else ()
        if not chain:
            return Peer(address)
        if self.judge is None:
            return Peer(address, certificate_thumbprint=certificate_thumbprint(chain[0]))
        verdict = self.judge.judge(chain)
        return Peer(address, chain=chain).judged(verdict, passed_on=True)

    def address(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The caller's address."""
        hops: list[str] = []
        for name, value in headers:
            if name == b"x-forwarded-for":
                hops.extend(value.decode("latin-1").split(","))
        for hop in reversed(hops):
            address = canonical_address(hop.strip())
            if address is None:
                return None
            if not self._is_proxy(address):
                return address
        return None

    def _is_proxy(self, text: str) -> bool:
        address = ip_address(text)
        return any(address in network for network in self.networks)


_NO_PROXIES = TrustedProxies()


def peer_of(scope: Scope, proxies: TrustedProxies = _NO_PROXIES) -> Peer:
    """The peer of an ASGI request: what the transport said, or whom a trusted proxy speaks for.

    ``scope["client"]`` is not looked at: middleware writes headers into it. Behind a server that
    does not say who its peer is, everything is unknown.
    """
    peer = (scope.get("extensions") or {}).get(EXTENSION)
    if not isinstance(peer, Peer):
        return Peer()
    return proxies.caller(scope["headers"]) if proxies.trusts(peer) else peer


def entity_of(peer: Peer) -> str | None:
    """The entity that vouches for it; None where none does."""
    return None if peer.subject is None else peer.subject.entity


def canonical_address(text: str) -> str | None:
    """An IP address as ``Peer`` has it; an IPv4-mapped IPv6 address becomes the IPv4 address.

    None where the text is no address.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(address).partition("%")[0]
    return str(address)


def certificate_thumbprint(der: bytes) -> str:
    """RFC 8705's ``x5t#S256`` of a certificate."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
