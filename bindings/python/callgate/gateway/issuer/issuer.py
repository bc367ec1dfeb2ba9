"""Issuer: makes security tokens, and says which keys vouch for them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from callgate import CallgateError, PublicKey, assemble_token, token_signing_input
from callgate.gateway.issuer.signers import Signer
from callgate.gateway.wire.refusal import Refusal

KIND = "issuer_key"
COMPROMISED = "issuer_key_compromised"
DEFAULT_LIFETIME = 3600
# The document's bound, and the engine's.
MAX_LIFETIME = 86_400
# Seconds for one signature; an attestation waits no longer.
SIGN_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and when it expires, in seconds since 1970."""

    security_token: str
    expires_at: int


class Issuer:
    """Signs tokens with what the signer holds now; trusts the keys it held as long as they matter.

    ``name`` and ``audience`` become ``iss`` and ``aud``; give the gate the same. ``lifetime`` is
    in whole seconds. A key that the signer no longer names stays trusted for 24 hours, the longest
    life of a token, unless it is among ``compromised`` (key ids): what was marked once is never
    trusted again, whatever later configurations say.
    ``on_keys`` is told whenever the trusted keys change: hand it ``gate.set_issuer_keys``.
    Owned by the event loop.
    """

    def __init__(
        self,
        signer: Signer,
        *,
        name: str = "callgate",
        audience: str = "callgate",
        lifetime: int = DEFAULT_LIFETIME,
        compromised: Iterable[str] = (),
        wall: Callable[[], float] = time.time,
        on_keys: Callable[[Mapping[str, PublicKey]], None] | None = None,
    ) -> None:
        if isinstance(lifetime, bool) or not 0 < lifetime <= MAX_LIFETIME:
            message = "a token is valid for 1 to 86400 seconds"
            raise CallgateError(message, "INVALID_ARGUMENT", "lifetime")
        self.name = name
        self.audience = audience
        self.lifetime = lifetime
        self._signer = signer
        self._compromised = frozenset(compromised)
        self._wall = wall
        self._on_keys = on_keys
        # Keys the signer held before: kid -> key, and until when it is trusted.
        self._retired: dict[str, tuple[PublicKey, float]] = {}
        self._announced: dict[str, PublicKey] = {}
        # Records of the keys in use that are to go along with the next that are made durable.
        self.pending_records: list[dict[str, Any]] = self.snapshot()
        self._check(signer, self._compromised)

    async def issue(
        self,
        *,
        subject: str,
        scope: str,
        session_id: str,
        key: PublicKey,
        wid: str | None = None,
        lifetime: float | None = None,
        now: float,
    ) -> Issued:
        """A token for a session and its key. ``lifetime`` (seconds) may only shorten the issuer's.

        Raises Refusal ``SIGNER_UNAVAILABLE``.
        """
        seconds = self.lifetime if lifetime is None else min(self.lifetime, math.floor(lifetime))
        issued_at = math.floor(now)
        claims: dict[str, Any] = {
            "iss": self.name,
            "aud": self.audience,
            "sub": subject,
            "scp": scope,
            "jti": session_id,
            "iat": issued_at,
            "exp": issued_at + seconds,
            "cnf": {"jkt": key.thumbprint},
        }
        if wid is not None:
            claims["wid"] = wid
        kid = self._signer.key_id
        public_key = self._signer.public_keys.get(kid)
        signing_input = token_signing_input(claims, kid=kid, now=now)
        try:
            signature = await asyncio.wait_for(self._signer.sign(signing_input), SIGN_TIMEOUT)
        except asyncio.TimeoutError as error:
            raise Refusal("SIGNER_UNAVAILABLE", retry_after=1) from error
        # A key service that was rotated meanwhile signs with another key than it said.
        if public_key is None or not public_key.verify(signature, signing_input):
            raise Refusal("SIGNER_UNAVAILABLE", retry_after=1)
        return Issued(assemble_token(signing_input, signature), issued_at + seconds)

    @property
    def signer(self) -> Signer:
        """What signs at this moment."""
        return self._signer

    @property
    def public_keys(self) -> dict[str, PublicKey]:
        """Every key that is trusted at this moment, by ``kid``."""
        now = self._wall()
        held = self._signer.public_keys
        retired = {kid: key for kid, (key, until) in self._retired.items() if now < until}
        trusted = {**retired, **held}
        return {kid: key for kid, key in trusted.items() if kid not in self._compromised}

    def jwks(self) -> dict[str, Any]:
        """The JWK Set (RFC 7517) of the trusted keys; it holds no secret."""
        return {
            "keys": [
                {**key.to_jwk(), "kid": kid, "use": "sig", "alg": "EdDSA"}
                for kid, key in self.public_keys.items()
            ]
        }

    def replace(self, signer: Signer, *, compromised: Iterable[str] = ()) -> list[dict[str, Any]]:
        """Signs with ``signer`` from now on, and returns the journal records of the change.

        Raises CallgateError where the new signer's key is compromised, or takes the ``kid`` of
        another trusted key, and then nothing changes.
        """
        marked = self._compromised.union(compromised)
        self._check(signer, marked)
        self._retire(self._signer.public_keys, keep=signer.public_keys)
        self._signer, self._compromised = signer, marked
        self.announce()
        self.pending_records = self.snapshot()
        return self.pending_records

    def announce(self) -> None:
        """Tells the gate which keys are trusted. Call it when time may have retired one."""
        self._retired = {k: v for k, v in self._retired.items() if self._wall() < v[1]}
        trusted = self.public_keys
        # The gate forgets what it verified when its keys are replaced, so only for a reason.
        if self._on_keys is not None and trusted != self._announced:
            self._on_keys(trusted)
        self._announced = trusted

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records: the keys in use, and until when those before are trusted."""
        held = [_record(kid, key, None) for kid, key in self._signer.public_keys.items()]
        retired = [_record(kid, key, until) for kid, (key, until) in self._retired.items()]
        marked = [{"kind": COMPROMISED, "kid": kid} for kid in sorted(self._compromised)]
        return [*held, *retired, *marked]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Trusts what was trusted before the restart; a key that the signer no longer has retires.

        Raises CallgateError where the signer's key was marked as compromised before.
        """
        held = self._signer.public_keys
        for record in records:
            if record.get("kind") == COMPROMISED:
                self._compromised |= {record["kid"]}
                continue
            if record.get("kind") != KIND or record["kid"] in held:
                continue
            until = record["until"]
            if until is None:
                until = self._wall() + MAX_LIFETIME
            self._retired[record["kid"]] = PublicKey.from_jwk(record["jwk"]), until
        self._check(self._signer, self._compromised)
        self.announce()
        self.pending_records = self.snapshot()

    def _retire(self, keys: Mapping[str, PublicKey], keep: Mapping[str, PublicKey]) -> None:
        until = self._wall() + MAX_LIFETIME
        for kid, key in keys.items():
            if kid not in keep:
                self._retired[kid] = key, until
        for kid in keep:
            self._retired.pop(kid, None)

    def _check(self, signer: Signer, compromised: frozenset[str]) -> None:
        if signer.key_id in compromised:
            message = "the key that is to sign is marked as compromised"
            raise CallgateError(message, "INVALID_ARGUMENT", "kid")
        known = {kid: key for kid, (key, _) in self._retired.items()}
        known.update(self._signer.public_keys)
        for kid, key in signer.public_keys.items():
            if kid in known and known[kid] != key:
                message = "two keys have the same kid: a new key needs a new one"
                raise CallgateError(message, "INVALID_ARGUMENT", "kid")


def _record(kid: str, key: PublicKey, until: float | None) -> dict[str, Any]:
    return {"kind": KIND, "kid": kid, "jwk": key.to_jwk(), "until": until}
