"""``callgate attestation attack``: attacks, performed against a verifier of this installation."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from callgate.attestation.attacks import (
    AttackResult,
    AttackSimulator,
    SuiteResult,
    attack_report,
    run_suite,
    suite_table,
)
from callgate.cli._command import Outcome


def attack(arguments: argparse.Namespace) -> Outcome:
    """0 where every attack was blocked."""
    results, suite = asyncio.run(_perform())
    ok = all(one.blocked for one in results) and all(one.passed for one in suite)
    data = {
        "attacks": [_attack_data(one) for one in results],
        "suite": list(map(_case_data, suite)),
    }
    lines = [*attack_report(results), "", *suite_table(suite)]
    return Outcome(ok, data, [json.dumps(data)] if arguments.output == "json" else lines)


async def _perform() -> tuple[list[AttackResult], list[SuiteResult]]:
    return await AttackSimulator().run_all_attacks(), await run_suite()


def _attack_data(result: AttackResult) -> dict[str, Any]:
    return {
        "attack_type": result.attack_type.value,
        "attack_name": result.attack_name,
        "description": result.description,
        "blocked": result.blocked,
        "error_message": result.error_message,
        "details": dict(result.details),
    }


def _case_data(result: SuiteResult) -> dict[str, Any]:
    return {
        "group": result.group,
        "name": result.name,
        "passed": result.passed,
        "attempts": len(result.attempts),
        "outcome": result.outcome,
    }
