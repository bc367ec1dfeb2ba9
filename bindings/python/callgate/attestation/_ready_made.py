"""Providers and verifiers for demonstrations and tests."""

from __future__ import annotations

from typing import Final

from callgate.attestation._keys import InMemoryKeyResolver, KeyPair
from callgate.attestation._names import VerificationPolicy
from callgate.attestation._provider import AttestationProvider
from callgate.attestation._trust import ANY_AUDIENCE
from callgate.attestation._verifier import AttestationVerifier

DEMONSTRATED_ISSUER: Final = "https://api.anthropic.com"


def create_anthropic_provider(
    kid: str = "anthropic-2025-01",
) -> tuple[AttestationProvider, KeyPair]:
    """An issuer of this name with a new key, and that key: for demonstrations.

    It has nothing to do with the company: no model provider publishes keys for attestations today.
    """
    keypair = KeyPair.generate(kid)
    return AttestationProvider(DEMONSTRATED_ISSUER, keypair), keypair


def create_test_verifier(
    keypair: KeyPair, policy: VerificationPolicy | str = VerificationPolicy.REQUIRED
) -> AttestationVerifier:
    """Trusts the provider of ``create_anthropic_provider``, for any audience: for tests."""
    resolver = InMemoryKeyResolver()
    resolver.add_keypair(DEMONSTRATED_ISSUER, keypair)
    return AttestationVerifier(
        [DEMONSTRATED_ISSUER], resolver, policy=policy, audience=ANY_AUDIENCE
    )
