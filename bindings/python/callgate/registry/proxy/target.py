"""Target: an agent that may be called through the registry, and the addresses that never are."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Final

from callgate.registry.proxy.bounds import ProxyError
from callgate.serving.leaf_names import Address

# Where clouds answer what they know of a machine, its credentials among it, beyond link-local ones.
_METADATA: Final = (ip_network("fd00:ec2::/32"), ip_network("100.100.100.200/32"))
# IPv6 networks in whose addresses an IPv4 address stands: NAT64 (RFC 6052, 8215) last, 6to4 second.
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A healthy row.

    ``spiffe_id`` is that of the certificate it registered with, ``from_loopback`` whether its
    heartbeats come from this machine.
    """

    agent_id: str
    host: str
    port: int
    entity: str | None
    spiffe_id: str | None = None
    from_loopback: bool = False

    @property
    def authority(self) -> str:
        """``host:port`` as in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def host_and_port(text: str) -> tuple[str, int] | None:
    """Reads ``host:port``, where an IPv6 address stands in brackets. None where it is no such."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or len(port) > 5:
        return None
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return None
    return (host, int(port)) if 0 < int(port) < 65536 else None


def check_address(address: Address, target: Target) -> None:
    """Raises ProxyError (403) for an address that the registry never connects to.

    Those are loopback (unless the agent itself is on this machine), link-local, metadata services,
    multicast and reserved addresses. Private addresses are allowed, since agents have them.
    """
    real = _unwrapped(address)
    if real.is_loopback:
        what = None if target.from_loopback else "a loopback address, and the agent is elsewhere"
    elif real.is_link_local:
        what = "a link-local address"
    elif any(real.version == network.version and real in network for network in _METADATA):
        what = "the address of a metadata service"
    elif real.is_multicast or real.is_unspecified or _is_reserved(real):
        what = "not the address of a machine"
    else:
        what = None
    if what is not None:
        raise ProxyError(403, f"Target host '{target.authority}' has {what}")


def _is_reserved(address: Address) -> bool:
    # Python counts whole registries of IPv6 as reserved; of IPv4 it is 240.0.0.0/4.
    if isinstance(address, IPv4Address):
        return address.is_reserved or address in ip_network("0.0.0.0/8")
    return address.is_site_local


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries, where it carries one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if any(address in network for network in _NAT64) or address.packed[:12] == bytes(12):
            carried = IPv4Address(address.packed[12:])
            # ::1 and :: carry nothing.
            return carried if int(address) > 1 else address
    return address
