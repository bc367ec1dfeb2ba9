"""OperatorCredential: who may use the operator API."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from starlette.types import Scope

from callgate import CallgateError

MIN_LENGTH: Final = 16
_BEARER: Final = re.compile(rb"(?i:bearer) +([!-~]{1,1024})")


class OperatorCredential:
    """A bearer credential (RFC 6750), of which only the SHA-256 is kept. Immutable.

    It is no security token, and no security token is accepted as one.
    """

    __slots__ = ("_digest",)

    def __init__(self, credential: str) -> None:
        if len(credential) < MIN_LENGTH:
            message = f"an operator's credential has at least {MIN_LENGTH} characters"
            raise CallgateError(message, "INVALID_ARGUMENT", "credential")
        if _BEARER.fullmatch(b"Bearer " + credential.encode()) is None:
            message = "an operator's credential is visible ASCII without spaces, 1024 at most"
            raise CallgateError(message, "INVALID_ARGUMENT", "credential")
        self._digest = hashlib.sha256(credential.encode()).digest()

    def is_in(self, scope: Scope) -> bool:
        """Whether the request carries it, once. Compared in constant time."""
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        match = _BEARER.fullmatch(values[0].strip()) if len(values) == 1 else None
        presented = hashlib.sha256(b"" if match is None else match[1]).digest()
        return hmac.compare_digest(presented, self._digest) and match is not None

    def __repr__(self) -> str:
        return "<OperatorCredential>"
