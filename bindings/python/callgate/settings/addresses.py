"""IP addresses and networks, as the configuration has them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


def check_address(text: str) -> str:
    """An IP address; a host name could come to mean another place."""
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("expected an IP address") from None


def check_networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses or networks in CIDR notation, host bits zero."""
    for text in texts:
        network(text)
    return texts


def network(text: str) -> IPv4Network | IPv6Network:
    """One of them. Raises ValueError."""
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"expected an address or a network, not {text[:64]!r}") from None


def is_loopback(address: str) -> bool:
    """Of an address that ``check_address`` gave."""
    return ip_address(address).is_loopback
