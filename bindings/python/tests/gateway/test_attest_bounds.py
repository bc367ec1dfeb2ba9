"""How many sessions an execution may have, and how often one may ask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from attest_path import AttestPath, execution, refused
from callgate import SecretKey
from callgate.gateway.executions.ties import UidTie
from callgate.gateway.wire import replies
from callgate.gateway.wire.rates import Rates, attestation_rates
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer

pytestmark = pytest.mark.anyio
UID, USER = UidTie(1000), Peer(uid=1000)


def status_of(refusal: Refusal) -> int:
    return replies.refused(refusal, "smcp/v1").status


async def test_at_the_bound_an_untied_execution_gets_no_session(
    path: AttestPath,
) -> None:
    first = await path.attest(SecretKey.generate())
    path.time.pass_(100)
    for _ in range(3):
        await path.attest(SecretKey.generate())
    path.time.pass_(600)
    error = await refused(path, SecretKey.generate())
    assert (error.code_name, status_of(error)) == ("LIMIT_EXCEEDED", 429)
    # None gives way, however idle: there is room when the first has expired.
    assert error.retry_after is not None
    assert error.retry_after == first.expires_at.timestamp() - path.time.wall
    assert error.retry_after > 60
    assert len(path.attestation.sessions.live_of("w-1")) == 4


async def test_at_the_bound_the_longest_idle_session_gives_way(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution(max_sessions=2, tie=UID)]).running() as path:
        keys = [SecretKey.generate() for _ in range(2)]
        first, second = [await path.attest(k, peer=USER) for k in keys]
        path.time.pass_(60)
        # A call keeps the first session in use: the second is idle longest.
        now = path.time.wall
        call = path.call(keys[0], first.security_token)
        assert (await path.services.ledger.authorize(call, now)).allowed
        error = await refused(path, key, peer=USER)
        assert status_of(error) == 429  # idle for 60 s, and not for longer
        assert error.retry_after == 1
        path.time.pass_(1)
        third = await path.attest(key, peer=USER)
        states = [path.state_of(a.session_id) for a in (first, second, third)]
        assert states == ["open", "ended", "open"]
    (ended,) = path.events("SessionRevoked")
    assert ended["session"] == second.session_id
    assert "idle" in ended["reason"]


async def test_a_bound_that_was_lowered_holds_for_the_next_session(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution(tie=UID)]).running() as path:
        for _ in range(4):
            await path.attest(SecretKey.generate(), peer=USER)
        path.registry.static.replace([execution(tie=UID, max_sessions=2)])
        path.time.pass_(61)
        await path.attest(key, peer=USER)
        assert len(path.attestation.sessions.live_of("w-1")) == 2


async def test_renewal_needs_no_room(tmp_path: Path, key: SecretKey) -> None:
    async with AttestPath(tmp_path, [execution(max_sessions=1)]).running() as path:
        first = await path.attest(key)
        assert (await path.attest(key)).session_id == first.session_id
        assert status_of(await refused(path, SecretKey.generate())) == 429


async def test_concurrent_attestations_never_exceed_the_bound(path: AttestPath) -> None:
    attempts = [path.attest(SecretKey.generate()) for _ in range(20)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    opened = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(opened) == 4
    assert len({attested.session_id for attested in opened}) == 4


async def test_a54_a_flood_gets_429_and_other_addresses_do_not(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    made.rates = attestation_rates(5, 60, monotonic=made.time.monotonic)
    async with made.running() as path:
        for _ in range(5):
            assert (await refused(path, key, "nobody")).code_name == "UNKNOWN_WORKLOAD"
        error = await refused(path, key, "nobody")
        assert (error.code_name, status_of(error)) == ("LIMIT_EXCEEDED", 429)
        assert error.retry_after == pytest.approx(12)
        await path.attest(key, peer=Peer(address="192.0.2.2"))
        path.time.pass_(12)
        assert (await refused(path, key, "nobody")).code_name == "UNKNOWN_WORKLOAD"


def test_addresses_beyond_the_bound_share_one_rate() -> None:
    steady = [0.0]
    rates = Rates("too many", 2, 60, max_callers=3, monotonic=lambda: steady[0])
    for number in range(3):
        rates.take(f"192.0.2.{number}")
    rates.take("192.0.2.100")
    rates.take("192.0.2.101")
    with pytest.raises(Refusal):
        rates.take("192.0.2.102")
    assert len(rates) <= 4
    rates.take("192.0.2.0")  # who was known keeps a bucket
    steady[0] = 120
    rates.take("192.0.2.103")
    assert len(rates) == 1
