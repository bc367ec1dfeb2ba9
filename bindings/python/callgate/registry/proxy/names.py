"""Whether a certificate is one of a host: by its subject alternative names alone (RFC 6125)."""

from __future__ import annotations

from cryptography import x509

from callgate.registry.proxy.target import literal_address


def names_host(leaf: bytes, host: str) -> bool:
    """Whether a certificate (DER) names a host: its address, or its DNS name without wildcards.

    The common name does not count. False for what cannot be read.
    """
    try:
        found = x509.load_der_x509_certificate(leaf).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except (ValueError, x509.ExtensionNotFound):
        return False
    address = literal_address(host)
    if address is not None:
        return address in found.value.get_values_for_type(x509.IPAddress)
    wanted = host.rstrip(".").lower()
    return any(
        wanted == name.rstrip(".").lower() for name in found.value.get_values_for_type(x509.DNSName)
    )
