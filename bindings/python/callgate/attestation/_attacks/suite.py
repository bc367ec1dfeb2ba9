"""run_suite: every attack on tokens, proofs, key sets and handshakes, performed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from callgate.attestation._attacks.case import Attempt, Case
from callgate.attestation._attacks.claims import CLAIMS
from callgate.attestation._attacks.encodings import ENCODINGS
from callgate.attestation._attacks.handshakes import HANDSHAKES
from callgate.attestation._attacks.headers import HEADERS
from callgate.attestation._attacks.proofs import PROOFS
from callgate.attestation._attacks.published_keys import PUBLISHED_KEYS
from callgate.attestation._attacks.replays import REPLAYS
from callgate.attestation._attacks.sessions import SESSIONS
from callgate.attestation._attacks.signatures import SIGNATURES
from callgate.attestation._attacks.times import TIMES
from callgate.attestation._attacks.world import World

CASES: Final = (
    *HEADERS,
    *SIGNATURES,
    *ENCODINGS,
    *TIMES,
    *CLAIMS,
    *REPLAYS,
    *HANDSHAKES,
    *PROOFS,
    *SESSIONS,
    *PUBLISHED_KEYS,
)


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What one case came to: every attempt did what it should, or it did not pass."""

    group: str
    name: str
    attempts: Sequence[Attempt]

    @property
    def passed(self) -> bool:
        """Whether every attempt came to what it should."""
        return bool(self.attempts) and all(attempt.passed for attempt in self.attempts)

    @property
    def outcome(self) -> str:
        """What the attempts came to, each thing once."""
        return "; ".join(dict.fromkeys(attempt.observed for attempt in self.attempts))


async def run_suite(cases: Iterable[Case] = CASES) -> list[SuiteResult]:
    """Performs each case in a world of its own."""
    return [SuiteResult(case.group, case.name, await case.run(World())) for case in cases]


def suite_table(results: Sequence[SuiteResult]) -> list[str]:
    """The lines of a table, and a last one with the totals."""
    width = max(len(result.name) for result in results)
    rows = [
        f"{result.group:<9} {result.name:<{width}} {len(result.attempts):>3} "
        f"{'ok' if result.passed else 'FAILED: ' + _faults(result)}"
        for result in results
    ]
    attempts = sum(len(result.attempts) for result in results)
    failed = sum(not result.passed for result in results)
    verdict = "all as they should be" if not failed else f"{failed} NOT as they should be"
    return [*rows, f"{len(results)} cases, {attempts} attempts: {verdict}"]


def _faults(result: SuiteResult) -> str:
    wrong = [f"{a.observed}, not {a.expected}" for a in result.attempts if not a.passed]
    return "; ".join(dict.fromkeys(wrong)) or "nothing was tried"
