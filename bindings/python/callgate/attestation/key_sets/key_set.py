"""What a JWKS says: the keys that it has, by kid."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from callgate import CallgateError, PublicKey
from callgate.attestation._engine import read_attestation_jwks
from callgate.attestation.key_sets.errors import PermanentFailure

_LOG: Final = logging.getLogger("callgate.attestation")

KeySet: TypeAlias = Mapping[str, PublicKey]


def read_key_set(document: bytes, issuer: str) -> KeySet:
    """The keys that can verify tokens; what else the document holds is skipped, and logged.

    Raises PermanentFailure where it is no JWKS (RFC 7517, section 5), or has more than 64 keys.
    """
    try:
        keys, skipped = read_attestation_jwks(document)
    except CallgateError as error:
        raise PermanentFailure(f"the document is no JWKS: {error}") from error
    for index, why in skipped:
        _LOG.warning("key %d of the JWKS of %s is not used: %s", index, issuer, why)
    return MappingProxyType(dict(keys))
