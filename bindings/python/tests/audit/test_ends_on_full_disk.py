"""What was ended while the disk was full stays ended, after kill -9 and a restart as well."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from callgate.audit import AuditUnavailable, JournalDamaged
from callgate.audit.reserve import RESERVE_FULL
from callgate.audit.trail import trail_files
from callgate.audit.verify import verify_trail
from gateway_state import Running, World
from small_disks import SIZE, fill_up, mounted
from test_disk_full import recovered

# Opens sessions, fills the disk, revokes some of them, says what it was told, waits to be killed.
LIFE = """
import asyncio, json, sys
from pathlib import Path
from callgate import SecretKey
from callgate.audit import AuditUnavailable
from gateway_state import World
from small_disks import fill_up
from test_ends_on_full_disk import until_refused

given = json.load(sys.stdin)

async def told(doing):
    try:
        await doing
        return "done"
    except AuditUnavailable:
        return "unavailable"

async def live():
    world = World(Path(given["root"]), *map(SecretKey.from_pem, given["keys"]))
    async with world.gateway() as running:
        for session in given["open"]:
            await running.attest(world, world.token(session))
        fill_up(world.root)
        await until_refused(running, world)
        answers = {}
        for session in given["revoke"]:
            answers[session] = await told(running.revoke(session, given["reason"]))
        print(json.dumps(answers), flush=True)
        await asyncio.sleep(600)

asyncio.run(live())
"""


def killed(
    world: World, opened: list[str], revoked: list[str], reason: str = "a test"
) -> dict[str, str]:
    """What the process was told before it was killed."""
    given = {
        "keys": [key.to_pem() for key in (world.issuer, world.agent, world.audit_key)],
        "root": str(world.root),
        "open": opened,
        "revoke": revoked,
        "reason": reason,
    }
    with subprocess.Popen(
        [sys.executable, "-c", LIFE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given))
        process.stdin.close()
        told: dict[str, str] = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
    return told


async def until_refused(running: Running, world: World) -> None:
    """Calls until what is left of the files' last pages is used up."""
    token = world.token("a")
    with pytest.raises(AuditUnavailable):
        for number in range(100, 1000):
            await running.call(world.envelope(token, number, "fs.list"))


def states(running: Running, *sessions: str) -> list[str]:
    found = [running.gate.session(session) for session in sessions]
    return ["unknown" if session is None else session.state for session in found]


def next_states(world: World, *sessions: str) -> list[str]:
    """After a start."""

    async def start() -> list[str]:
        async with world.gateway() as running:
            return states(running, *sessions)

    return asyncio.run(start())


def lines(world: World) -> list[str]:
    """The kinds of the trail's lines; of an event its name."""
    read = [
        json.loads(text)
        for file in trail_files(world.root / "audit")
        for text in file.read_bytes().splitlines()
    ]
    return [line["fields"].get("event", line["kind"]) for line in read]


def test_a_revocation_on_a_full_disk_survives_kill_9(small_disk: Path) -> None:
    world = World(small_disk)
    told = killed(world, ["a", "b", "c"], ["b"])
    assert told == {"b": "done"}
    assert b"SessionRevoked" in (small_disk / "journal.reserve").read_bytes()
    (small_disk / "ballast").unlink()

    async def next_life() -> None:
        async with world.gateway() as running:
            assert states(running, "a", "b", "c") == ["open", "revoked", "open"]
            assert dict(running.executions.revoked) == {"exec of b": "a test"}
            # The others live on.
            decision, _ = await running.call(world.envelope(world.token("a"), 2))
            assert decision
            assert not running.gate.authorize(world.envelope(world.token("b"), 3))

    asyncio.run(next_life())
    assert next_states(world, "a", "b", "c") == ["open", "revoked", "open"]
    assert lines(world).count("SessionRevoked") == 1
    files = trail_files(world.root / "audit")
    assert verify_trail(files, [world.audit_key.public_key], []).fault is None


def test_a_start_while_the_disk_is_full_loses_nothing(small_disk: Path) -> None:
    world = World(small_disk)
    killed(world, ["a", "b"], ["b"])
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            next_states(world, "a", "b")
    (small_disk / "ballast").unlink()
    assert next_states(world, "a", "b") == ["open", "revoked"]


def test_more_than_the_reserve_holds_ends_every_session(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(40)]
    with mounted(tmp_path / "disk", 4 * SIZE) as disk:
        world = World(disk)
        told = killed(world, ["a", *names], names, "x" * 2000)
        # The last were told that it is not durable.
        assert (told["s0"], told["s39"]) == ("done", "unavailable")
        (disk / "ballast").unlink()

        async def next_life() -> None:
            async with world.gateway() as running:
                assert not running.gate.authorize(world.envelope(world.token("a"), 2))
                assert "exec of s0" in running.executions.revoked
                assert set(states(running, "a", *names)) <= {"ended", "revoked"}

        asyncio.run(next_life())
        asyncio.run(next_life())
        assert lines(world).count(RESERVE_FULL) == 1


def test_with_room_again_the_line_is_there_once(small_disk: Path) -> None:
    world = World(small_disk)
    reserve = small_disk / "journal.reserve"

    async def use() -> None:
        async with world.gateway() as running:
            for session in ("a", "b"):
                await running.attest(world, world.token(session))
            ballast = fill_up(small_disk)
            await until_refused(running, world)
            await running.revoke("b")
            assert b"SessionRevoked" in reserve.read_bytes()
            ballast.unlink()
            await recovered(running.audit)
            assert not reserve.read_bytes().strip(b"\0")
            record = running.executions.reinstate("exec of b")
            await running.audit.note("execution_reinstated", {}, state=[record])

    async def next_life() -> None:
        async with world.gateway() as running:
            assert states(running, "a", "b") == ["open", "revoked"]
            assert not running.executions.revoked  # what came later is not undone

    asyncio.run(use())
    asyncio.run(next_life())
    assert lines(world).count("SessionRevoked") == 1


def test_a_reserve_that_cannot_be_written_is_told(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(small_disk)

    def failing(*arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    async def use() -> None:
        async with world.gateway() as running:
            for session in ("a", "b"):
                await running.attest(world, world.token(session))
            fill_up(small_disk)
            await until_refused(running, world)
            with monkeypatch.context() as patch:
                patch.setattr("os.pwrite", failing)
                with pytest.raises(AuditUnavailable):
                    await running.revoke("b")
            assert states(running, "b") == ["revoked"]

    asyncio.run(use())


def test_a_damaged_reserve_stops_the_start(small_disk: Path) -> None:
    world = World(small_disk)
    killed(world, ["a", "b"], ["b"])
    (small_disk / "ballast").unlink()
    reserve = small_disk / "journal.reserve"
    good = reserve.read_bytes()
    reserve.write_bytes(good.replace(b'"session":"b"', b'"session":"c"'))
    with pytest.raises(JournalDamaged, match="find out why"):
        next_states(world, "a", "b")
    reserve.write_bytes(good)
    assert next_states(world, "a", "b") == ["open", "revoked"]
