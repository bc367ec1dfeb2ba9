"""Authorities made for one test, what they issue, and what is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from callgate.registry.demo import certificates
from callgate.registry.demo.certificates import DAY, PrivateKey, make_certificate, new_key
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

__all__ = ["DAY", "Issued", "authority", "issued"]


class Issued(certificates.Issued):
    """One that issues others."""

    def issue(self, name: str, **how: object) -> Issued:
        """One of ``issued``'s, signed by this key."""
        return issued(name, by=self, **how)  # type: ignore[arg-type]


def issued(
    name: str,
    *,
    by: certificates.Issued | None = None,
    ca: bool = False,
    organization: str | None = None,
    key: PrivateKey | None = None,
    key_cert_sign: bool | None = None,
    starts: datetime.timedelta = -DAY,
    ends: datetime.timedelta = 365 * DAY,
    names: Sequence[x509.GeneralName] = (),
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    serves: bool = False,
) -> Issued:
    """Self-signed unless ``by`` somebody; times are from now, ``names`` the alternative ones.

    ``serves``: it is for a server besides, as those of agents are.
    """
    own = key or new_key()
    made = make_certificate(
        name,
        own.public_key(),
        by or own,
        ca=ca,
        key_cert_sign=key_cert_sign,
        organization=organization,
        names=names,
        purposes=[purpose, ExtendedKeyUsageOID.SERVER_AUTH] if serves else [purpose],
        starts=starts,
        ends=ends,
    )
    return Issued(made, own)


def authority(name: str = "Acme Root", **how: object) -> Issued:
    """A self-signed one."""
    return issued(name, ca=True, **how)  # type: ignore[arg-type]
