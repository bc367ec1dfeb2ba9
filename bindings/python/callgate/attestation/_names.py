"""The constants and enumerations of attestation."""

from __future__ import annotations

from enum import Enum
from typing import Final

from callgate.attestation import _engine

ATTESTATION_VERSION: Final = "0.1.0"
"""``attestation_metadata.attestation_version``, and ``version`` of the legacy capability."""

ATTESTATION_CAPABILITY_KEY: Final = _engine.LEGACY_KEY
"""``security.attestation``: of ``capabilities.experimental``, up to protocol version 2025-11-25."""

ATTESTATION_EXTENSION: Final = _engine.EXTENSION
"""``dev.callgate/agent-attestation``: the extension, and the member of ``_meta``, from protocol
version 2026-07-28 on."""


class _Text(str, Enum):
    """An enumeration whose members print as their values, in every version of Python."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class AttestationType(_Text):
    """``attestation_metadata.attestation_type``: what kind of issuer the token says it is from."""

    PROVIDER = "provider"
    ENTERPRISE = "enterprise"


class SafetyLevel(_Text):
    """``attestation_metadata.safety_level``, as the issuer states it."""

    STANDARD = "standard"
    ENHANCED = "enhanced"
    MINIMAL = "minimal"


class VerificationPolicy(_Text):
    """What a server does with a caller that is not verified.

    ``REQUIRED`` refuses it. ``PREFERRED`` and ``OPTIONAL`` admit a caller without a token; a bad
    token they refuse too, unless the verifier was made with ``reject_invalid=False``.
    """

    REQUIRED = "required"
    PREFERRED = "preferred"
    OPTIONAL = "optional"


class TrustLevel(_Text):
    """How far a caller is trusted: ``NONE < ENTERPRISE < PROVIDER``."""

    PROVIDER = "provider"
    ENTERPRISE = "enterprise"
    NONE = "none"

    def __lt__(self, other: str) -> bool:
        return _ORDER[self] < _ORDER[TrustLevel(other)]

    def __le__(self, other: str) -> bool:
        return _ORDER[self] <= _ORDER[TrustLevel(other)]

    def __gt__(self, other: str) -> bool:
        return _ORDER[self] > _ORDER[TrustLevel(other)]

    def __ge__(self, other: str) -> bool:
        return _ORDER[self] >= _ORDER[TrustLevel(other)]


_ORDER: Final = {TrustLevel.NONE: 0, TrustLevel.ENTERPRISE: 1, TrustLevel.PROVIDER: 2}
