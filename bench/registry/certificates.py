"""Authorities and what they issue, for the benchmark's entities."""

from __future__ import annotations

from callgate.registry.demo import certificates
from callgate.registry.demo.certificates import DAY, make_certificate, new_key
from cryptography import x509


class Issued(certificates.Issued):
    """One that issues others."""

    def issue(self, name: str) -> Issued:
        """For an agent or a server on this machine."""
        key, names = new_key(), [x509.DNSName("localhost")]
        made = make_certificate(name, key.public_key(), self, names=names, ends=DAY)
        return Issued(made, key)


def authority(name: str) -> Issued:
    """A self-signed one."""
    key = new_key()
    return Issued(make_certificate(name, key.public_key(), key, ca=True, ends=DAY), key)
