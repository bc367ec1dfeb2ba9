"""The attacks of callgate.attestation.attacks: all blocked, and told when one is not."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from callgate import SecretKey
from callgate.attestation._attacks.case import Case, accepted, refused
from callgate.attestation._attacks.suite import CASES
from callgate.attestation._attacks.world import World
from callgate.attestation.attacks import (
    AttackSimulator,
    AttackType,
    SuiteResult,
    attack_report,
    run_suite,
    suite_table,
)
from issuing import run

EXPECTED = {
    AttackType.MODEL_SPOOFING: ["signature", "kid"],
    AttackType.PROVENANCE_FORGERY: ["untrusted_issuer"],
    AttackType.TOKEN_REPLAY: ["replay"],
    AttackType.TOKEN_TAMPERING: ["signature"],
    AttackType.ISSUER_SPOOFING: ["untrusted_issuer"] * 3,
    AttackType.DOWNGRADE_ATTACK: ["not_provided"],
    AttackType.AUDIENCE_MISMATCH: ["audience"],
    AttackType.SAFETY_DOWNGRADE: ["signature", "policy"],
}


@pytest.mark.parametrize("attack", AttackType)
def test_an_attack_is_blocked_for_its_own_reason(attack: AttackType) -> None:
    result = run(AttackSimulator().run(attack))
    assert result.blocked
    assert result.details["reasons"] == EXPECTED[attack]
    assert result.details["genuine_token_verified"]
    assert result.error_message


def test_all_eight_attacks_run_in_their_order() -> None:
    results = run(AttackSimulator().run_all_attacks())
    assert [result.attack_type for result in results] == list(AttackType)
    assert attack_report(results)[-1] == "8 of 8 attacks blocked"


def test_a_verifier_that_refuses_everything_blocks_nothing(monkeypatch: Any) -> None:
    issue = World.genuine

    def unsigned(world: World, **options: Any) -> str:
        return f"{issue(world, **options).rpartition('.')[0]}.{'A' * 86}"

    monkeypatch.setattr(World, "genuine", unsigned)
    results = run(AttackSimulator().run_all_attacks())
    assert [result.blocked for result in results] == [False] * 8
    assert attack_report(results)[-1] == "0 of 8 attacks blocked"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_of_the_suite_comes_to_what_it_should(case: Case) -> None:
    (result,) = run(run_suite([case]))
    assert result.passed, [attempt for attempt in result.attempts if not attempt.passed]


def test_names_of_cases_are_given_once() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) > 80


def run_case(case: Case) -> SuiteResult:
    (result,) = run(run_suite([case]))
    return result


def test_the_suite_tells_what_it_should_not_have_come_to() -> None:
    good = refused("g", "a genuine token", "signature", lambda world: world.genuine())
    bad = accepted("g", "a forged one", lambda world: world.signed(key=SecretKey.generate()))
    other = refused("g", "for another reason", "alg", lambda world: world.resigned(bytes(64)))
    results = [run_case(case) for case in (good, bad, other)]
    assert [result.passed for result in results] == [False] * 3
    table = suite_table(results)
    assert "FAILED: accepted, not refused (signature)" in table[0]
    assert "FAILED: refused (signature)" in table[1]
    assert table[1].endswith(", not accepted")
    assert table[-1] == "3 cases, 3 attempts: 3 NOT as they should be"


def test_a_case_that_tries_nothing_does_not_pass() -> None:
    async def nothing(world: World) -> Sequence[Any]:
        return []

    assert not run_case(Case("g", "nothing", nothing)).passed


def test_the_table_fits_into_100_columns() -> None:
    table = suite_table(run(run_suite()))
    assert [line for line in table if len(line) > 100] == []
    assert table[-1].endswith("attempts: all as they should be")


@pytest.mark.parametrize("module", ["core", "attacks", "protocol"])
def test_the_modules_are_programs_that_show_what_they_do(module: str) -> None:
    command = [sys.executable, "-W", "error", "-m", f"callgate.attestation.{module}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    expected = {
        "core": "the same token again: refused (replay)",
        "attacks": "8 of 8 attacks blocked",
        "protocol": '"verification_status": "verified"',
    }
    assert expected[module] in done.stdout
