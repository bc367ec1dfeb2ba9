"""Security tokens: compact JWS with EdDSA."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias, final

from callgate import _native
from callgate._native import PublicKey
from callgate._secret_key import SecretKey, native_key
from callgate._time import milliseconds, whole_seconds
from callgate._types import Buffer, Instant, JsonObject, Text

IssuerKeys: TypeAlias = Mapping[str, Any] | Text | Iterable[PublicKey]


@final
class TokenClaims(Mapping[str, Any]):
    """The claims of a token whose signature verified: a mapping, and the known ones by name."""

    __slots__ = ("_claims", "_native")

    def __init__(self, native: _native.TokenClaims) -> None:
        self._native = native
        self._claims: dict[str, Any] = json.loads(native.json)

    @property
    def subject(self) -> str:
        """``sub``."""
        return self._native.subject

    @property
    def scope(self) -> str:
        """``scp``: the name of the SecurityContext."""
        return self._native.scope

    @property
    def id(self) -> str | None:
        """``jti``."""
        return self._native.id

    @property
    def key_id(self) -> str:
        """The id of the issuer key that verified the token."""
        return self._native.key_id

    @property
    def key_thumbprint(self) -> str | None:
        """``cnf.jkt``: the RFC 7638 thumbprint of the session's key."""
        return self._native.key_thumbprint

    @property
    def issued_at(self) -> datetime:
        """``iat``."""
        return self._native.issued_at

    @property
    def not_before(self) -> datetime | None:
        """``nbf``."""
        return self._native.not_before

    @property
    def expires_at(self) -> datetime:
        """``exp``."""
        return self._native.expires_at

    @property
    def json(self) -> bytes:
        """All claims: compact, keys sorted, digits as sent."""
        return self._native.json

    def __getitem__(self, name: str) -> Any:
        return self._claims[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __repr__(self) -> str:
        # Names only: other claims may be private.
        return f"<TokenClaims sub={self.subject!r} scp={self.scope!r} jti={self.id!r}>"


def verify_token(
    token: Text,
    issuer_keys: IssuerKeys,
    *,
    now: Instant | None = None,
    issuer: str | None = None,
    audience: str | None = None,
    leeway: float = 0,
    accept_any_audience: bool = False,
) -> TokenClaims:
    """The claims of a token that is valid now.

    ``issuer_keys`` is a mapping of key ids to PublicKey, a JWK Set (RFC 7517; a mapping or JSON
    text), or a list of PublicKey, whose ids are their thumbprints. A token without ``kid`` is
    accepted only where one key is configured. ``leeway``, 0 to 60 whole seconds, is on ``exp`` and
    ``nbf``.

    ``aud`` must equal or contain ``audience``. Without one, a token that has ``aud`` is refused
    (RFC 7519 section 4.1.3), unless ``accept_any_audience`` is set: for programs that read
    tokens without acting on them.

    Raises TokenError: ``EXPIRED_TOKEN``, or ``INVALID_TOKEN`` for everything else; CallgateError
    ``INVALID_ARGUMENT`` for times out of range, and for an audience together with any.
    """
    keys = native_issuer_keys(issuer_keys)
    seconds = whole_seconds(leeway, "leeway")
    return TokenClaims(
        _native.verify_token(
            token, keys, milliseconds(now), issuer, audience, seconds, accept_any_audience
        )
    )


def issue_token(
    claims: JsonObject,
    key: SecretKey,
    *,
    kid: str | None = None,
    lifetime: float = 3600,
    now: Instant | None = None,
) -> str:
    """Signs ``claims``, which have at least ``sub`` and ``scp``.

    ``iat``, ``exp`` (``lifetime`` whole seconds later, at most 24 hours) and a random ``jti`` are
    added where they are absent. Raises TokenError where the token would not verify.
    """
    seconds = whole_seconds(lifetime, "lifetime")
    return _native.issue_token(claims, native_key(key), kid, seconds, milliseconds(now))


def token_signing_input(
    claims: JsonObject,
    *,
    kid: str | None = None,
    lifetime: float = 3600,
    now: Instant | None = None,
) -> bytes:
    """What a key that is held elsewhere has to sign; the rest is as for ``issue_token``."""
    seconds = whole_seconds(lifetime, "lifetime")
    return _native.token_signing_input(claims, kid, seconds, milliseconds(now))


def assemble_token(signing_input: Text, signature: Buffer) -> str:
    """The token of a signing input and its 64-byte signature. Only its form is checked."""
    return _native.assemble_token(signing_input, signature)


def native_issuer_keys(keys: IssuerKeys) -> _native.IssuerKeys:
    """Raises KeyFormatError for a key that is refused, and for no key."""
    if isinstance(keys, (str, bytes, bytearray, memoryview)):
        return _native.IssuerKeys.from_jwks(keys)
    if isinstance(keys, Mapping):
        if isinstance(keys.get("keys"), (list, tuple)):
            return _native.IssuerKeys.from_jwks(keys)
        return _native.IssuerKeys.from_ids(dict(keys))
    return _native.IssuerKeys.from_list(list(keys))
