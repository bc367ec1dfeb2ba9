"""Head: a signed statement that a log reaches up to one line. A checkpoint is one in the log."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, fields
from typing import Any, Final

from callgate import PublicKey, SecretKey
from callgate.audit.canonical import canonical
from callgate.audit.chain import FORMAT
from callgate.audit.errors import AuditError

SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Head:
    """Line ``sequence`` of ``log`` has ``hash``, and with it every line before.

    ``key`` is the RFC 7638 thumbprint of the audit key, ``signature`` base64 over ``statement``.
    """

    log: str
    sequence: int
    hash: str
    time: str
    key: str
    signature: str

    def verify(self, public_key: PublicKey) -> bool:
        """Whether this key signed it."""
        return public_key.thumbprint == self.key and verify_statement(
            public_key, self.signature, "head", self._stated()
        )

    def to_json(self) -> bytes:
        """What ``--anchor`` reads."""
        return canonical({"format": FORMAT, **self._stated(), "signature": self.signature})

    @classmethod
    def from_json(cls, text: bytes) -> Head:
        """Raises AuditError."""
        try:
            value = json.loads(text)
        except ValueError as error:
            raise AuditError("the head is no JSON") from error
        return cls.from_value(value)

    @classmethod
    def from_value(cls, value: Any) -> Head:
        """Raises AuditError."""
        names = {item.name for item in fields(cls)}
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise AuditError(f"the head is no object with format {FORMAT}")
        members = {name: item for name, item in value.items() if name != "format"}
        texts = names - {"sequence"}
        if (
            members.keys() != names
            or type(members["sequence"]) is not int
            or not all(isinstance(members[name], str) for name in texts)
        ):
            raise AuditError("the head has other members than it should")
        return cls(**members)

    def _stated(self) -> dict[str, Any]:
        return _stated(self.log, self.sequence, self.hash, self.time, self.key)


def _stated(log: str, sequence: int, hash: str, time: str, key: str) -> dict[str, Any]:
    return {"hash": hash, "key": key, "log": log, "sequence": sequence, "time": time}


def sign_head(key: SecretKey, log: str, sequence: int, hash: str, time: str) -> Head:
    """The head, signed."""
    thumbprint = key.public_key.thumbprint
    stated = _stated(log, sequence, hash, time, thumbprint)
    return Head(log, sequence, hash, time, thumbprint, sign_statement(key, "head", stated))


def sign_statement(key: SecretKey, what: str, members: dict[str, Any]) -> str:
    """Base64 of the signature over ``statement``."""
    return base64.b64encode(key.sign(statement(what, members))).decode()


def verify_statement(key: PublicKey, signature: str, what: str, members: dict[str, Any]) -> bool:
    """Whether the key signed it. Base64 has one spelling here."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        return False
    if len(raw) != SIGNATURE_BYTES or base64.b64encode(raw).decode() != signature:
        return False
    return key.verify(raw, statement(what, members))


def statement(what: str, members: dict[str, Any]) -> bytes:
    """RFC 8785 text; ``format`` keeps one kind of statement from being taken for another."""
    return canonical({"format": f"{FORMAT}/{what}", **members})
