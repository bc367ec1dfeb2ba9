"""Whatever byte of the two files a crash leaves last: no replay passes, no limit is forgotten, no
revocation is undone, and the trail is whole."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from callgate import CallgateError
from callgate.audit.journal import Journal
from callgate.audit.trail import trail_files
from callgate.audit.verify import verify_trail
from gateway_state import OFTEN, Running, World


@dataclass
class Step:
    """What was on the disk when a caller was told that its step is durable."""

    name: str
    audit: int
    journal: int


@dataclass
class Life:
    """One life of a gateway, with what a second one is asked afterwards."""

    world: World
    envelopes: dict[str, bytes]
    tokens: dict[str, str]
    steps: list[Step]
    audit: bytes
    journal: bytes


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    world = World(tmp_path_factory.mktemp("life"))
    tokens = {name: world.token(name) for name in ("a", "b")}
    envelopes = {f"call {n}": world.envelope(tokens["a"], n) for n in range(3)}
    envelopes["of b"] = world.envelope(tokens["b"], 9, "fs.list")
    steps: list[Step] = []
    trail = world.root / "audit" / "audit-000000000001.jsonl"
    journal = world.root / "journal"

    async def live() -> None:
        async with world.gateway(sealing=OFTEN) as running:
            mark("start")
            for name, token in tokens.items():
                await running.attest(world, token)
                mark(f"attest {name}")
            for number in range(3):
                await running.call(envelopes[f"call {number}"])
                mark(f"call {number}")
            await running.revoke("b")
            mark("revoke b")
            saved.append((trail.read_bytes(), journal.read_bytes()))

    def mark(name: str) -> None:
        steps.append(Step(name, trail.stat().st_size, journal.stat().st_size))

    saved: list[tuple[bytes, bytes]] = []
    asyncio.run(live())
    ((audit, state),) = saved
    return Life(world, envelopes, tokens, steps, audit, state)


def crash_points(steps: list[Step]) -> Iterator[tuple[int, int, int]]:
    """Steps that were answered, and the lengths of both files."""
    for done, (before, after) in enumerate(itertools.pairwise(steps), 1):
        for audit in (*range(before.audit, after.audit, 173), after.audit - 1, after.audit):
            yield done, audit, before.journal
        for journal in (*range(before.journal, after.journal, 313), after.journal - 1):
            yield done, after.audit, journal
        yield done + 1, after.audit, after.journal


def test_every_crash_point_between_the_two_files(life: Life, tmp_path: Path) -> None:
    for count, (done, audit, journal) in enumerate(crash_points(life.steps)):
        root = tmp_path / str(count)
        (root / "audit").mkdir(parents=True)
        (root / "audit" / "audit-000000000001.jsonl").write_bytes(life.audit[:audit])
        (root / "journal").write_bytes(life.journal[:journal])
        world = World(root, life.world.issuer, life.world.agent, life.world.audit_key)
        answered = {step.name for step in life.steps[:done]}
        written = b'"SessionRevoked"' in life.audit[:audit] and audit >= life.steps[-1].audit
        try:
            asyncio.run(second_life(world, life, answered, revoked=written))
        except AssertionError as error:
            raise AssertionError(f"after {done} answers, {audit} and {journal} bytes") from error
        shutil.rmtree(root)


async def second_life(world: World, life: Life, answered: set[str], *, revoked: bool) -> None:
    async with world.gateway(sealing=OFTEN) as running:
        await check_replays(running, life, answered)
        await check_limits(running, world, life, answered)
        check_revocation(running, life, answered, revoked=revoked)
    with Journal(world.root / "journal") as journal:
        head = journal.restored.head
    assert head is not None
    report = verify_trail(trail_files(world.root / "audit"), [world.audit_key.public_key], [head])
    assert report.status == "whole", report


async def check_replays(running: Running, life: Life, answered: set[str]) -> None:
    for name in ("call 0", "call 1", "call 2"):
        if name in answered:
            decision, _ = await running.call(life.envelopes[name])
            assert decision.code_name == "REPLAY_DETECTED", name


async def check_limits(running: Running, world: World, life: Life, answered: set[str]) -> None:
    if "attest a" not in answered:
        return
    made = sum(name.startswith("call") for name in answered)
    codes = [
        (await running.call(world.envelope(life.tokens["a"], 100 + number)))[0].code_name
        for number in range(5)
    ]
    # A call that was not answered was not forwarded, so its charge may be gone, or not.
    assert codes.count(None) <= 3 - made
    assert codes[-1] == "RATE_LIMIT_EXCEEDED"


def check_revocation(running: Running, life: Life, answered: set[str], *, revoked: bool) -> None:
    session = running.gate.session("b")
    if "attest b" in answered:
        assert session is not None
    if "revoke b" in answered or revoked:
        assert session is not None
        assert session.state == "revoked"
        assert "exec of b" in running.executions.revoked
        assert not running.gate.authorize(life.envelopes["of b"])
        with pytest.raises(CallgateError):
            running.gate.renew_session("b", life.tokens["b"])
