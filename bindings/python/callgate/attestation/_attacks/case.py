"""Case: one attack of the suite, and what it came to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from callgate.attestation._attacks.world import NOW, World
from callgate.attestation._result import VerificationResult
from callgate.attestation._verifier import AttestationVerifier


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of an attack."""

    expected: str  # "accepted", "refused (alg)"
    observed: str  # "refused (alg) at header/alg"
    passed: bool  # whether the verifier did what it should


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried, in plain words. ``run`` performs it in a world of its own."""

    group: str
    name: str
    run: Callable[[World], Awaitable[Sequence[Attempt]]]


Tokens = Callable[[World], str | Sequence[str | None]]
"""Makes the token of an attack, or several."""


def refused(group: str, name: str, reasons: str, tokens: Tokens, **options: Any) -> Case:
    """Tokens that a verifier with these options has to refuse for one of these reasons."""

    async def run(world: World) -> Sequence[Attempt]:
        made = tokens(world)
        several = [made] if isinstance(made, str) else made
        return [await refusal(world.verifier(**options), one, reasons) for one in several]

    return Case(group, name, run)


def accepted(group: str, name: str, tokens: Tokens, **options: Any) -> Case:
    """Tokens that look suspicious and are good."""

    async def run(world: World) -> Sequence[Attempt]:
        made = tokens(world)
        several = [made] if isinstance(made, str) else made
        return [await acceptance(world.verifier(**options), one) for one in several]

    return Case(group, name, run)


async def refusal(
    verifier: AttestationVerifier, token: str | None, reasons: str, now: float = NOW, **sent: Any
) -> Attempt:
    """Whether the token is refused for one of the reasons, which spaces separate."""
    return judged_refused(await verifier.verify(token, now=now, **sent), reasons)


async def acceptance(
    verifier: AttestationVerifier, token: str | None, now: float = NOW, **sent: Any
) -> Attempt:
    """Whether the token is verified."""
    return judged_accepted(await verifier.verify(token, now=now, **sent))


def judged_refused(result: VerificationResult, reasons: str) -> Attempt:
    """Of a result that should be a refusal."""
    passed = not result.verified and not result.admitted and result.reason in reasons.split()
    return Attempt(f"refused ({reasons.replace(' ', ', ')})", _observed(result), passed)


def judged_accepted(result: VerificationResult) -> Attempt:
    """Of a result that should be verified."""
    return Attempt("accepted", _observed(result), result.verified and result.admitted)


def _observed(result: VerificationResult) -> str:
    if result.verified:
        return "accepted"
    place = f" at {result.where}" if result.where else ""
    return f"{'admitted' if result.admitted else 'refused'} ({result.reason}){place}"
