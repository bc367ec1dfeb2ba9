"""LeafNames: what a certificate names, by its subject alternative names (RFC 5280, 4.2.1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class LeafNames:
    """DNS names in lower case and without the dot of the root. Immutable."""

    dns: frozenset[str]
    addresses: frozenset[Address]
    uris: tuple[str, ...]
    common_name: str | None  # None where there are several, or none

    @classmethod
    def of(cls, leaf: x509.Certificate | bytes) -> LeafNames | None:
        """Of a certificate, or its DER. None where that cannot be read."""
        try:
            certificate = x509.load_der_x509_certificate(leaf) if isinstance(leaf, bytes) else leaf
            common = [one.value for one in certificate.subject.get_attributes_for_oid(_CN)]
            try:
                found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
                names = found.value
            except x509.ExtensionNotFound:
                names = x509.SubjectAlternativeName([])
        except ValueError:
            return None
        return cls(
            frozenset(map(_lowered, names.get_values_for_type(x509.DNSName))),
            frozenset(
                one for one in names.get_values_for_type(x509.IPAddress) if isinstance(one, Address)
            ),
            tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
            common[0] if len(common) == 1 and isinstance(common[0], str) else None,
        )

    def has_host(self, host: str) -> bool:
        """Whether it is for a host: an address, or a DNS name in any case, with the dot of the root
        or without. No wildcard counts, and the common name does not (RFC 9525, 6.3).
        """
        address = literal_address(host)
        return _lowered(host) in self.dns if address is None else address in self.addresses


def literal_address(host: str) -> Address | None:
    """The address that a host is, None where it is a name. A zone makes it neither."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _lowered(name: str) -> str:
    return name.removesuffix(".").lower()


_CN = NameOID.COMMON_NAME
