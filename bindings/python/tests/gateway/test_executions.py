"""Executions: they begin, end, are revoked, and a restart forgets none of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from attest_path import PEER, AttestPath, execution
from callgate import CallgateError, SecretKey
from callgate.gateway.executions.enrolments import Enrolments
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.ties import EnrolmentTie, KeyTie, NoTie, UidTie
from callgate.gateway.executions.verifiers.api import ApiVerifier
from callgate.gateway.executions.verifiers.docker import ContainerRule, DockerVerifier
from callgate.gateway.executions.verifiers.static import StaticVerifier
from callgate.gateway.wire.refusal import Refusal

pytestmark = pytest.mark.anyio


async def attempt(path: AttestPath, key: SecretKey, *args: Any, **members: Any) -> str:
    try:
        await path.attest(key, *args, **members)
    except Refusal as error:
        return error.code_name
    return "attested"


@pytest.mark.parametrize(
    "members",
    [
        {"workload_id": ""},
        {"workload_id": "x" * 257},
        {"workload_id": "a\nb"},
        {"scopes": []},
        {"scopes": [""]},
        {"scopes": ["a\0"]},
        {"max_sessions": 0},
        {"max_sessions": True},
        {"lifetime": 0},
        {"lifetime": 30 * 86_400 + 1},
        {"lifetime": float("nan")},
        {"source": "nowhere"},
    ],
    ids=str,
)
def test_an_entry_that_could_not_be_meant_is_refused(members: dict[str, Any]) -> None:
    given: dict[str, Any] = {"workload_id": "w", "scopes": ["a"], "tie": NoTie()}
    with pytest.raises(CallgateError) as caught:
        Execution(**{**given, **members})
    assert caught.value.code_name == "INVALID_ARGUMENT"


def test_an_entry_is_read_back_from_the_journal_as_it_was() -> None:
    entry = execution(lifetime=60.0, tie=UidTie(7), source="api", wid="docker://x").at(5)
    assert Execution.of_json(entry.to_json()) == entry


def test_two_entries_of_a_file_have_two_ids() -> None:
    with pytest.raises(CallgateError):
        StaticVerifier([execution(), execution()])


def test_an_execution_without_a_tie_is_logged_wherever_it_comes_from(
    caplog: pytest.LogCaptureFixture,
) -> None:
    static = StaticVerifier([execution("file"), execution("tied", tie=UidTie(0))])
    ExecutionRegistry(static=static)
    static.replace([execution("reloaded")])
    ApiVerifier().put(execution("api", lifetime=60))
    DockerVerifier([ContainerRule(label="x", scopes=frozenset({"a"}), tie=NoTie())])
    named = [record.execution for record in caplog.records]  # type: ignore[attr-defined]
    assert named == ["file", "reloaded", "api", "containers with the label x"]


async def test_an_entry_that_left_the_file_ends_its_sessions(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    other = await path.attest(SecretKey.generate(), "w-2")
    path.registry.static.replace([execution("w-2")])
    assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "ended"
    assert path.state_of(other.session_id) == "open"


async def test_an_entry_that_lost_a_scope_ends_the_sessions_that_have_it(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    reading = await path.attest(SecretKey.generate(), scope="reading")
    path.registry.static.replace([execution(scopes=frozenset({"reading"}))])
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "ended"
    assert path.state_of(reading.session_id) == "open"


async def test_an_attestation_finds_out_at_once_that_its_execution_has_ended(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    other = await path.attest(SecretKey.generate(), "w-2")
    path.registry.static.replace([execution("w-2", scopes=frozenset({"reading"}))])
    assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
    assert await attempt(path, SecretKey.generate(), "w-2") == "SCOPE_NOT_FOUND"
    assert path.state_of(attested.session_id) == "ended"
    assert path.state_of(other.session_id) == "ended"


async def test_revoking_twice_is_as_good_as_once_and_the_journal_stays_whole(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
        for _ in range(2):
            await path.attestation.revocation.revoke_session(attested.session_id, "test")
        await path.attestation.revocation.revoke_execution("w-1", "test")
    async with made.running() as path:
        assert path.state_of(attested.session_id) == "revoked"
        assert dict(path.registry.revoked) == {"w-1": "test"}


async def test_an_entry_with_another_tie_is_another_execution(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    path.registry.static.replace([execution(tie=KeyTie(key.public_key.thumbprint))])
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "ended"
    assert await attempt(path, key) == "attested"


async def test_a_registered_execution_ends_with_its_lifetime(
    path: AttestPath, key: SecretKey
) -> None:
    path.registry.register(execution("api", lifetime=100))
    attested = await path.attest(key, "api")
    path.time.pass_(99)
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "open"
    path.time.pass_(1)
    assert await attempt(path, key, "api") == "UNKNOWN_WORKLOAD"
    call = path.gate.authorize(path.call(key, attested.security_token), now=path.time.wall)
    assert call.code_name == "EXPIRED_TOKEN"


def test_what_is_registered_has_a_lifetime_and_is_not_in_the_file() -> None:
    registry = ExecutionRegistry(static=StaticVerifier([execution()]))
    for entry in (execution("api"), execution("w-1", lifetime=60)):
        with pytest.raises(CallgateError) as caught:
            registry.register(entry)
        assert caught.value.code_name == "INVALID_ARGUMENT"


def test_registered_executions_are_bounded() -> None:
    api = ApiVerifier(max_entries=2)
    for number in range(2):
        api.put(execution(f"w-{number}", lifetime=60))
    api.put(execution("w-1", lifetime=60))  # again
    with pytest.raises(Refusal) as caught:
        api.put(execution("w-9", lifetime=60))
    assert caught.value.code_name == "LIMIT_EXCEEDED"


async def test_revoking_a_session_ends_its_execution_with_all_its_sessions(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution(), execution("w-2")]).running() as path:
        first = await path.attest(key)
        second = await path.attest(SecretKey.generate())
        other = await path.attest(SecretKey.generate(), "w-2")
        workload = await path.attestation.revocation.revoke_session(first.session_id, "why")
        assert workload == "w-1"
        states = [path.state_of(a.session_id) for a in (first, second, other)]
        assert states == ["revoked", "revoked", "open"]
        assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
        assert await attempt(path, SecretKey.generate()) == "UNKNOWN_WORKLOAD"
        call = path.gate.authorize(path.call(key, first.security_token), now=path.time.wall)
        assert call.code_name == "SESSION_INACTIVE"  # A47
    revoked = path.events("SessionRevoked")
    assert {event["session"] for event in revoked} == {first.session_id, second.session_id}
    assert {event["reason"] for event in revoked} == {"why"}


async def test_a_revocation_outlives_restarts_and_reloads_until_the_operator_undoes_it(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        path.registry.register(execution("api", lifetime=3600))
        attested = await path.attest(key)
        await path.attestation.revocation.revoke_session(attested.session_id, "test")
        await path.attestation.revocation.revoke_execution("api", "test")
    async with made.running() as path:
        path.registry.static.replace([])
        path.registry.static.replace([execution()])
        assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
        assert await attempt(path, key, "api") == "UNKNOWN_WORKLOAD"
        assert path.state_of(attested.session_id) == "revoked"
        record = path.registry.reinstate("w-1")
        await path.audit.note("execution_reinstated", {}, state=[record])
        _, record = path.registry.register(execution("api", lifetime=3600))
        await path.audit.note("execution_registered", {}, state=[record])
        # The sessions of before stay closed; new ones open.
        assert await attempt(path, key) == "attested"
        assert path.state_of(attested.session_id) == "revoked"
    async with made.running() as path:
        assert await attempt(path, key) == "attested"
        assert await attempt(path, SecretKey.generate(), "api") == "attested"


async def test_a_revocation_while_a_token_is_signed_wins(path: AttestPath, key: SecretKey) -> None:
    issue = path.issuer.issue

    async def revoke_meanwhile(**members: Any) -> Any:
        issued = await issue(**members)
        await path.attestation.revocation.revoke_execution("w-1", "test")
        return issued

    path.issuer.issue = revoke_meanwhile  # type: ignore[method-assign]
    assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
    assert not path.attestation.sessions.live_of("w-1")


async def test_sessions_and_their_bound_outlive_a_restart(tmp_path: Path, key: SecretKey) -> None:
    made = AttestPath(tmp_path, [execution(max_sessions=2)])
    async with made.running() as path:
        attested = await path.attest(key)
        path.time.pass_(10)
        await path.attest(SecretKey.generate())
    async with made.running() as path:
        await path.attestation.revocation.review()
        assert await attempt(path, SecretKey.generate()) == "LIMIT_EXCEEDED"
        renewed = await path.attest(key)
        assert renewed.session_id == attested.session_id
        assert await attempt(path, key, scope="reading") == "KEY_REFUSED"
        call = path.call(key, attested.security_token)
        assert path.gate.authorize(call, now=path.time.wall).allowed


async def test_what_was_answered_is_on_the_disk_already(tmp_path: Path, key: SecretKey) -> None:
    tie, secret = EnrolmentTie.generate()
    made = AttestPath(tmp_path / "first", [execution(), execution("w-2", tie=tie)])
    made.folder.mkdir()
    async with made.running() as path:
        attested = await path.attest(key, proof=True)
        request = path.request(SecretKey.generate(), proof=True)
        await path.attestation.attest(request, PEER)
        await path.attest(SecretKey.generate(), "w-2", enrolment_secret=secret)
        victim = await path.attest(SecretKey.generate())
        await path.attestation.revocation.end_all_of("w-2", "test")
        # As a machine that stops at this moment leaves it.
        shutil.copytree(made.folder, tmp_path / "second")
        await path.attestation.revocation.revoke_session(victim.session_id, "test")
        shutil.copytree(made.folder, tmp_path / "third")
    made.folder = tmp_path / "second"
    async with made.running() as path:
        assert (await path.attest(key)).session_id == attested.session_id
        assert (
            await attempt(path, SecretKey.generate(), "w-2", enrolment_secret=secret) != "attested"
        )
        with pytest.raises(Refusal) as caught:
            await path.attestation.attest(request, PEER)
        assert caught.value.code_name == "REPLAY_DETECTED"
    made.folder = tmp_path / "third"
    async with made.running() as path:
        assert path.state_of(victim.session_id) == "revoked"
        assert await attempt(path, SecretKey.generate()) == "UNKNOWN_WORKLOAD"


async def test_an_execution_that_went_away_during_a_restart_ends_its_sessions(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
    made.executions = []
    async with made.running() as path:
        await path.attestation.revocation.review()
        assert path.state_of(attested.session_id) == "ended"


async def test_what_is_over_is_forgotten(path: AttestPath) -> None:
    for _ in range(4):
        await path.attest(SecretKey.generate())
    path.time.pass_(3600 + 61)
    await path.attestation.revocation.review()
    assert len(path.attestation.sessions) == 0
    assert not path.attestation.sessions.workloads()


def test_restoring_twice_changes_nothing() -> None:
    registry = ExecutionRegistry()
    _, registered = registry.register(execution("a", lifetime=60, tie=EnrolmentTie.generate()[0]))
    registry.register(execution("b", lifetime=60))
    revoked = registry.revoke("b", "test")
    records = [registered, revoked]
    second = ExecutionRegistry()
    for _ in range(2):
        second.restore([*records, {"kind": "something else"}])
    assert second.snapshot() == registry.snapshot()
    with pytest.raises((CallgateError, KeyError)):
        second.restore([{"kind": "execution", "change": "unheard of"}])


def test_a_spent_secret_stays_spent_for_30_days_after_its_entry_has_ended() -> None:
    now = [1_800_000_000.0]
    enrolments = Enrolments(wall=lambda: now[0], max_spent=1)
    tie, _ = EnrolmentTie.generate()
    enrolments.spend(tie, "first")
    with pytest.raises(Refusal) as caught:
        enrolments.spend(tie, "second")
    assert caught.value.code_name == "WORKLOAD_VERIFICATION_FAILED"
    with pytest.raises(Refusal) as caught:
        enrolments.spend(EnrolmentTie.generate()[0], "second")
    assert caught.value.code_name == "LEDGER_FULL"
    enrolments.release(tie)
    again = Enrolments(wall=lambda: now[0])
    again.restore(enrolments.snapshot())
    now[0] += 30 * 86_400
    again.drop_released()
    assert again.spent == {tie.secret_sha256: "first"}
    now[0] += 1
    again.drop_released()
    assert not again.spent
