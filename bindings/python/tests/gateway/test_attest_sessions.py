"""Which session a key gets: a new one, the same renewed, or none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from attest_path import AttestPath, execution, refused
from callgate import PolicySet, SecretKey
from callgate.gateway.executions.ties import KeyTie
from callgate.gateway.wire.refusal import Refusal

pytestmark = pytest.mark.anyio


async def test_the_same_key_and_scope_renew_the_session(path: AttestPath, key: SecretKey) -> None:
    first = await path.attest(key)
    path.time.pass_(1800)
    second = await path.attest(key)
    assert second.renewed and not first.renewed
    assert second.session_id == first.session_id
    assert (second.expires_at - first.expires_at).total_seconds() == 1800
    for token in (first.security_token, second.security_token):
        assert path.gate.authorize(path.call(key, token), now=path.time.wall).allowed
    path.time.pass_(2000)
    now = path.time.wall
    assert path.gate.authorize(path.call(key, second.security_token), now=now).allowed
    late = path.gate.authorize(path.call(key, first.security_token), now=now)
    assert late.code_name == "EXPIRED_TOKEN"


async def test_a_session_that_expired_is_not_renewed_but_replaced(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    path.time.pass_(3601)
    second = await path.attest(key)
    assert not second.renewed
    assert second.session_id != first.session_id


async def test_a_session_expired_by_the_gates_clock_is_replaced(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    other = SecretKey.generate()
    path.time.pass_(3630)
    await path.attest(other, "w-2")  # the gate has seen this time
    path.time.wall -= 600
    assert (await refused(path, key)).code_name == "SESSION_INACTIVE"
    assert (await path.attest(key)).session_id != first.session_id


async def test_a49_a_key_belongs_to_one_workload_and_scope(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    assert (await refused(path, key, "w-2")).code_name == "KEY_REFUSED"
    assert (await refused(path, key, scope="reading")).code_name == "KEY_REFUSED"
    # Also right after the session has ended: who knows the key shall not get it elsewhere.
    await path.attestation.revocation.end_all_of("w-1", "test")
    assert (await refused(path, key, "w-2")).code_name == "KEY_REFUSED"
    again = await path.attest(key)
    assert again.session_id != attested.session_id


async def test_a50_another_key_opens_another_session_and_changes_none(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    before = path.gate.session(first.session_id)
    other = SecretKey.generate()
    second = await path.attest(other)
    after = path.gate.session(first.session_id)
    assert before is not None and after is not None
    assert second.session_id != first.session_id
    assert (after.public_key, after.expires_at) == (before.public_key, before.expires_at)
    forged = path.call(other, first.security_token)
    decision = path.gate.authorize(forged, now=path.time.wall)
    assert decision.code_name == "INVALID_SIGNATURE"  # A46


async def test_a45_a_token_and_another_sessions_key_do_not_fit(
    path: AttestPath, key: SecretKey
) -> None:
    other = SecretKey.generate()
    await path.attest(key)
    theirs = await path.attest(other)
    decision = path.gate.authorize(path.call(key, theirs.security_token), now=path.time.wall)
    assert decision.code_name == "INVALID_SIGNATURE"


async def test_the_same_key_at_once_for_two_workloads_gets_one(
    path: AttestPath, key: SecretKey
) -> None:
    outcomes = await asyncio.gather(
        path.attest(key, "w-1"), path.attest(key, "w-2"), return_exceptions=True
    )
    errors = [o for o in outcomes if isinstance(o, Refusal)]
    assert [error.code_name for error in errors] == ["KEY_REFUSED"]


async def test_a_context_that_left_the_policy_is_given_to_nobody(
    path: AttestPath, key: SecretKey
) -> None:
    await path.attest(key)
    path.gate.set_policy(PolicySet.parse("name: reading\ncapabilities: []\n"))
    assert (await refused(path, key)).code_name == "SCOPE_NOT_FOUND"


async def test_no_token_outlives_its_execution(path: AttestPath, key: SecretKey) -> None:
    path.registry.register(execution("short", lifetime=100))
    attested = await path.attest(key, "short")
    assert attested.expires_at.timestamp() == path.time.wall + 100
    path.time.pass_(99.5)
    assert (await refused(path, SecretKey.generate(), "short")).code_name == "UNKNOWN_WORKLOAD"


async def test_a_key_tie_admits_its_key_only(tmp_path: Path, key: SecretKey) -> None:
    tie = KeyTie(key.public_key.thumbprint)
    async with AttestPath(tmp_path, [execution(tie=tie)]).running() as path:
        await path.attest(key)
        error = await refused(path, SecretKey.generate())
        assert error.code_name == "WORKLOAD_VERIFICATION_FAILED"
