"""AttestationProvider: an issuer of attestation tokens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

from callgate import PublicKey
from callgate._json import encode
from callgate._time import milliseconds, whole_seconds
from callgate._types import Instant
from callgate.attestation import _engine
from callgate.attestation._claims import AgentIdentity, AgentIntegrity, AttestationMetadata
from callgate.attestation._keys import KeyPair
from callgate.attestation.telemetry import events


class AttestationSigner(Protocol):
    """A key that is held elsewhere, as in a KMS or an HSM."""

    @property
    def kid(self) -> str:
        """The name that the issuer publishes the key under."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """The 64-byte Ed25519 signature (RFC 8032, no prehash)."""
        ...


class AttestationProvider:
    """Issues tokens that say which agent is calling. Threads may share it."""

    def __init__(
        self,
        issuer: str,
        keypair: KeyPair | AttestationSigner,
        token_lifetime: int = 300,
        *,
        trust_domain: str | None = None,
    ) -> None:
        """``issuer`` is its URL, as verifiers list it. ``token_lifetime`` is in whole seconds; a
        verifier takes 300 unless it trusts the issuer with more. ``trust_domain`` is that of the
        subjects; without it, ``<provider>.com``.
        """
        self.issuer = issuer
        self.keypair = keypair
        self.token_lifetime = whole_seconds(token_lifetime, "token_lifetime")
        self.trust_domain = trust_domain

    def create_token(
        self,
        identity: AgentIdentity,
        audience: str | Sequence[str],
        integrity: AgentIntegrity | None = None,
        metadata: AttestationMetadata | None = None,
        *,
        confirmation_key: PublicKey | None = None,
        now: Instant | None = None,
    ) -> str:
        """A token for ``identity`` that servers of this ``audience`` accept.

        Without ``confirmation_key`` it is good for one use, by anyone who has it. With one,
        ``cnf.jwk`` holds that key: the token is good until it expires, and only together with
        proofs of the key. ``iat`` and ``nbf`` are 5 s before ``now``, for verifiers whose clock is
        behind.

        Raises CallgateError, with the place, where the token would not verify everywhere.
        """
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": identity.to_spiffe_id(self.trust_domain),
            "aud": audience if isinstance(audience, str) else list(audience),
            "agent_identity": identity.to_dict(),
            "attestation_metadata": (metadata or AttestationMetadata()).to_dict(),
        }
        if integrity is not None and (digests := integrity.to_dict()):
            claims["agent_integrity"] = digests
        if confirmation_key is not None:
            claims["cnf"] = {"jwk": confirmation_key.to_jwk()}
        began = time.perf_counter()
        with events.creating_token():
            token = self._signed(encode(claims), milliseconds(now))
        events.token_created(
            issuer=self.issuer,
            audience=claims["aud"],
            lifetime=self.token_lifetime,
            seconds=time.perf_counter() - began,
        )
        return token

    def _signed(self, claims: bytes, now_ms: int) -> str:
        signer = self.keypair
        kid, lifetime = signer.kid, self.token_lifetime
        if isinstance(signer, KeyPair):
            key = signer.private_key
            return _engine.issue_attestation(claims, key, now_ms, key_id=kid, lifetime=lifetime)
        signing_input = _engine.attestation_signing_input(
            claims, now_ms, key_id=kid, lifetime=lifetime
        )
        return _engine.assemble_attestation(signing_input, signer.sign(signing_input))
