"""Attacks on attestation, really performed: eight by name, and a suite of many more.

``python -m callgate.attestation.attacks`` runs both and prints what they came to.
"""

import asyncio
import sys
from collections.abc import Sequence

from callgate.attestation._attacks.case import Attempt
from callgate.attestation._attacks.simulator import AttackResult, AttackSimulator, AttackType
from callgate.attestation._attacks.suite import SuiteResult, run_suite, suite_table

__all__ = [
    "AttackResult",
    "AttackSimulator",
    "AttackType",
    "Attempt",
    "SuiteResult",
    "attack_report",
    "print_attack_report",
    "run_suite",
    "suite_table",
]


def attack_report(results: Sequence[AttackResult]) -> list[str]:
    """The lines of a table of results, and a last one with how many were blocked."""
    rows = [
        f"{result.attack_name:<21} {'blocked' if result.blocked else 'NOT BLOCKED':<12} "
        f"{', '.join(str(reason) for reason in result.details['reasons'])}"
        for result in results
    ]
    blocked = sum(result.blocked for result in results)
    return [*rows, f"{blocked} of {len(results)} attacks blocked"]


def print_attack_report(results: Sequence[AttackResult]) -> None:
    """Prints the table."""
    print(*attack_report(results), sep="\n")


async def _main() -> bool:
    results = await AttackSimulator().run_all_attacks()
    print_attack_report(results)
    print()
    suite = await run_suite()
    print(*suite_table(suite), sep="\n")
    return all(one.blocked for one in results) and all(one.passed for one in suite)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(_main()) else 1)
