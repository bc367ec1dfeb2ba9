"""AttackSimulator: eight attacks on a server that requires attestation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from callgate.attestation._attacks.world import (
    IDENTITY,
    ISSUER,
    KID,
    NOW,
    OTHER_SERVER,
    SERVER,
    World,
    edited,
)
from callgate.attestation._claims import AttestationMetadata
from callgate.attestation._keys import KeyPair
from callgate.attestation._names import SafetyLevel
from callgate.attestation._provider import AttestationProvider
from callgate.attestation._result import VerificationResult
from callgate.attestation._verifier import AttestationVerifier


class AttackType(str, Enum):
    """The eight attacks."""

    MODEL_SPOOFING = "model_spoofing"
    PROVENANCE_FORGERY = "provenance_forgery"
    TOKEN_REPLAY = "token_replay"
    TOKEN_TAMPERING = "token_tampering"
    ISSUER_SPOOFING = "issuer_spoofing"
    DOWNGRADE_ATTACK = "downgrade_attack"
    AUDIENCE_MISMATCH = "audience_mismatch"
    SAFETY_DOWNGRADE = "safety_downgrade"


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What one attack came to."""

    attack_type: AttackType
    attack_name: str
    description: str
    # Every attempt was refused for the reason that it should be, and the same server verified a
    # genuine token: one that refuses everything blocks nothing.
    blocked: bool
    error_message: str | None = None  # of the first refusal; of the first that was none, None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Tried:
    reason: str  # for which it must be refused
    result: VerificationResult

    @property
    def blocked(self) -> bool:
        return not self.result.admitted and self.result.reason == self.reason


class AttackSimulator:
    """Performs the attacks, each with new keys and an empty replay cache."""

    async def run_all_attacks(self) -> list[AttackResult]:
        """All eight, in the order of AttackType."""
        return [await self.run(attack_type) for attack_type in AttackType]

    async def run(self, attack_type: AttackType) -> AttackResult:
        """One of them."""
        name, description, perform = _ATTACKS[attack_type]
        world = World()
        verifier = world.verifier()
        tried = await perform(world, verifier)
        control = await verifier.verify(world.genuine(), now=NOW)
        return AttackResult(
            attack_type=attack_type,
            attack_name=name,
            description=description,
            blocked=bool(tried) and all(one.blocked for one in tried) and control.verified,
            error_message=tried[0].result.error,
            details={
                "reasons": [one.result.reason for one in tried],
                "places": [one.result.where for one in tried],
                "genuine_token_verified": control.verified,
            },
        )


async def _try(verifier: AttestationVerifier, token: str | None, reason: str) -> _Tried:
    return _Tried(reason, await verifier.verify(token, now=NOW))


async def _model_spoofing(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    """Under the kid of the issuer's key, so that the signature is judged, then under its own."""
    named, own = KeyPair.generate(KID), KeyPair.generate("attacker-key")
    tokens = [_issued(ISSUER, named), _issued(ISSUER, own)]
    return [
        await _try(verifier, token, reason)
        for token, reason in zip(tokens, ("signature", "kid"), strict=True)
    ]


async def _provenance_forgery(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    token = _issued("https://evil-llm-provider.com", KeyPair.generate("malicious-provider"))
    return [await _try(verifier, token, "untrusted_issuer")]


async def _token_replay(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    token = world.genuine()
    first = await verifier.verify(token, now=NOW)
    return [await _try(verifier, token, "replay")] if first.verified else [_Tried("replay", first)]


async def _token_tampering(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    a_year = 365 * 24 * 3600
    return [await _try(verifier, edited(world.genuine(), {"exp": NOW + a_year}), "signature")]


async def _issuer_spoofing(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    lookalikes = ("https://api.anthropic.org", "https://api.anthroplc.com", f"{ISSUER}/")
    return [
        await _try(verifier, _issued(issuer, KeyPair.generate(KID)), "untrusted_issuer")
        for issuer in lookalikes
    ]


async def _downgrade_attack(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    return [await _try(verifier, None, "not_provided")]


async def _audience_mismatch(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    return [await _try(verifier, world.genuine(audience=OTHER_SERVER), "audience")]


async def _safety_downgrade(world: World, verifier: AttestationVerifier) -> Sequence[_Tried]:
    """By an attacker; then by the issuer itself, to a server that wants more."""
    enhanced = AttestationMetadata(safety_level=SafetyLevel.ENHANCED)
    minimal = AttestationMetadata(safety_level=SafetyLevel.MINIMAL)
    tampered = edited(world.genuine(metadata=enhanced), {"attestation_metadata": minimal.to_dict()})
    strict = world.verifier(lowest_safety_level=SafetyLevel.STANDARD)
    return [
        await _try(verifier, tampered, "signature"),
        await _try(strict, world.genuine(metadata=minimal), "policy"),
    ]


def _issued(issuer: str, keypair: KeyPair) -> str:
    """By an attacker, who has every tool of an issuer but the key of a trusted one."""
    return AttestationProvider(issuer, keypair).create_token(IDENTITY, SERVER, now=NOW)


_Perform = Callable[[World, AttestationVerifier], Awaitable[Sequence[_Tried]]]
_ATTACKS: Final[Mapping[AttackType, tuple[str, str, _Perform]]] = {
    AttackType.MODEL_SPOOFING: (
        "Model Spoofing",
        "a token in the name of the trusted issuer, signed by the attacker's key",
        _model_spoofing,
    ),
    AttackType.PROVENANCE_FORGERY: (
        "Provenance Forgery",
        "a good token of an issuer that the server does not trust",
        _provenance_forgery,
    ),
    AttackType.TOKEN_REPLAY: (
        "Token Replay",
        "a genuine token, sent again after its use",
        _token_replay,
    ),
    AttackType.TOKEN_TAMPERING: (
        "Token Tampering",
        "a genuine token whose expiry was moved by a year",
        _token_tampering,
    ),
    AttackType.ISSUER_SPOOFING: (
        "Issuer Typosquatting",
        "tokens of issuers whose names look like the trusted one",
        _issuer_spoofing,
    ),
    AttackType.DOWNGRADE_ATTACK: (
        "Downgrade Attack",
        "no token, as if the client knew nothing of attestation",
        _downgrade_attack,
    ),
    AttackType.AUDIENCE_MISMATCH: (
        "Audience Mismatch",
        "a genuine token that was issued for another server",
        _audience_mismatch,
    ),
    AttackType.SAFETY_DOWNGRADE: (
        "Safety Downgrade",
        "a token whose safety level was lowered, by an attacker and by the issuer",
        _safety_downgrade,
    ),
}
