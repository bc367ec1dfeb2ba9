"""Certificates with every field at will."""

import hashlib
from dataclasses import dataclass, field, replace

from . import der
from .keys import Key

KEY_USAGE = [
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
]
CLIENT = "1.3.6.1.5.5.7.3.2"
SERVER = "1.3.6.1.5.5.7.3.1"
ANY = "2.5.29.37.0"
ATTRIBUTES = {"CN": "2.5.4.3", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6"}


def name(_encode=der.utf8, **attributes):
    """A distinguished name: name(O="Acme", CN="Root")."""
    return der.sequence(
        *(
            der.set_of(der.sequence(der.oid(ATTRIBUTES[kind]), _encode(value)))
            for kind, value in attributes.items()
        )
    )


def extension(dotted, value, critical=False):
    marked = der.boolean(True) if critical else b""
    return der.sequence(der.oid(dotted), marked, der.octets(value))


def basic_constraints(ca, path_length=None, critical=True):
    parts = [der.boolean(True)] if ca else []
    if path_length is not None:
        parts.append(der.integer(path_length))
    return extension("2.5.29.19", der.sequence(*parts), critical)


NOT_CA = basic_constraints(False)


def key_usage(*usages):
    return extension("2.5.29.15", der.named_bits([KEY_USAGE.index(u) for u in usages]), True)


def extended_key_usage(*purposes, critical=False):
    return extension("2.5.29.37", der.sequence(*map(der.oid, purposes)), critical)


def dns(text):
    return der.tlv(0x82, text if isinstance(text, bytes) else text.encode())


def uri(text):
    return der.tlv(0x86, text if isinstance(text, bytes) else text.encode())


def address(*octets):
    return der.tlv(0x87, bytes(octets))


def directory(distinguished):
    return der.tlv(0xA4, distinguished)


def alternative_names(*names, critical=False):
    return extension("2.5.29.17", der.sequence(*names), critical)


def name_constraints(permitted=(), excluded=()):
    def trees(tag, names):
        return der.tlv(tag, b"".join(map(der.sequence, names))) if names else b""

    return extension("2.5.29.30", der.sequence(trees(0xA0, permitted), trees(0xA1, excluded)), True)


def subject_key_id(key):
    return extension("2.5.29.14", der.octets(key.key_id))


def authority_key_id(key):
    return extension("2.5.29.35", der.sequence(der.tlv(0x80, key.key_id)))


@dataclass(frozen=True)
class Certificate:
    subject: bytes
    key: Key
    issuer: bytes
    issuer_key: Key
    extensions: tuple = ()
    not_before: str = "2026-01-01"
    not_after: str = "2031-01-01"
    version: int = 3
    digest: str = "sha256"
    serial: int = 0
    label: str = field(default="", compare=False)

    def but(self, **changes):
        return replace(self, **changes)

    def to_be_signed(self):
        validity = der.sequence(der.time(self.not_before), der.time(self.not_after))
        version = der.tlv(0xA0, der.integer(self.version - 1)) if self.version > 1 else b""
        algorithm = self.issuer_key.algorithm(self.digest)
        content = (algorithm, self.issuer, validity, self.subject, self.key.spki)
        seed = hashlib.sha256(b"".join(content) + b"".join(self.extensions)).digest()
        serial = self.serial or int.from_bytes(seed[:8], "big") >> 1
        extensions = der.tlv(0xA3, der.sequence(*self.extensions)) if self.extensions else b""
        return der.sequence(version, der.integer(serial), *content, extensions)

    def der(self):
        signed = self.to_be_signed()
        signature = self.issuer_key.sign(signed, self.digest)
        return der.sequence(signed, self.issuer_key.algorithm(self.digest), der.bits(signature))


class Authority:
    """A name and a key that issue; `.certificate` is self-signed unless `by` issued it."""

    def __init__(self, label, by=None, kind="P-256", *, subject=None, key=None, **options):
        self.subject = subject or name(O=label, CN=f"{label} CA")
        self.key = key or Key(label, kind)
        issuer = by or self
        self.certificate = issuer.issue_ca(self.subject, self.key, **options)

    def issue_ca(
        self,
        subject,
        key,
        *,
        path_length=None,
        usage=("keyCertSign", "cRLSign"),
        constraints=None,
        more=(),
        ids=True,
        ca=True,
        **fields,
    ):
        extensions = [basic_constraints(ca, path_length)] if ca is not None else []
        if usage:
            extensions.append(key_usage(*usage))
        if constraints:
            extensions.append(constraints)
        if ids:
            extensions += [subject_key_id(key), authority_key_id(self.key)]
        return Certificate(subject, key, self.subject, self.key, (*extensions, *more), **fields)

    def cross(self, other, **options):
        """This authority's certificate for another's name and key."""
        return self.issue_ca(other.subject, other.key, **options)

    def leaf(
        self,
        label="agent",
        *,
        kind="P-256",
        key=None,
        subject=None,
        names=None,
        usage=("digitalSignature",),
        purposes=(CLIENT, SERVER),
        more=(),
        ids=True,
        constraints=NOT_CA,
        **fields,
    ):
        key = key or Key(label, kind)
        extensions = [constraints] if constraints else []
        if usage is not None:
            extensions.append(key_usage(*usage))
        if purposes:
            extensions.append(extended_key_usage(*purposes))
        names = [dns(f"{label}.example")] if names is None else names
        if names:
            extensions.append(alternative_names(*names))
        if ids:
            extensions.append(authority_key_id(self.key))
        fields = {"not_before": "2026-11-01", "not_after": "2027-02-01"} | fields
        subject = subject or name(CN=label)
        return Certificate(subject, key, self.subject, self.key, (*extensions, *more), **fields)

    def svid(self, spiffe_id, **options):
        return self.leaf("workload", names=[uri(spiffe_id)], **options)
