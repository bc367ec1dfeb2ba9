"""kill -9 of a process that writes: what it answered is there, and nothing is in the way."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from callgate.audit import Sealing
from trails import Place, calls

WRITER = """
import asyncio, sys
from pathlib import Path
from callgate import SecretKey
from callgate.audit import Sealing
from trails import Place, call

async def main():
    place = Place(Path(sys.argv[1]), SecretKey.from_pem(Path(sys.argv[2]).read_text()))
    # Applied once more, a record changes nothing.
    known = {record["id"]: record for record in place.restored().records}
    place.state = list(known.values())
    sealing = Sealing(checkpoint_lines=7, rotate_bytes=20_000)
    async with place.open(sealing=sealing, compact_bytes=20_000) as audit:
        number = 0
        async def one(caller):
            nonlocal number
            while True:
                number += 1
                mine = f"{sys.argv[3]}-{caller}-{number}"
                record = {"kind": "call", "id": mine}
                place.state.append(record)
                receipt = await audit.record(call(session=mine), state=[record])
                # One write, so that no kill cuts a line, with PYTHONUNBUFFERED either.
                print(f"{receipt.sequence} {mine}\\n", end="", flush=True)
                audit.outcome(receipt, result=b"{}")
        await asyncio.gather(*(one(caller) for caller in range(20)))

asyncio.run(main())
"""


def test_what_was_answered_survives_kill_9_at_random_points(tmp_path: Path) -> None:
    key_file = tmp_path / "key.pem"
    place = Place(tmp_path / "state")
    place.root.mkdir()
    key_file.write_text(place.key.to_pem())
    seed = random.randrange(2**32)
    choose = random.Random(seed)
    answered: dict[str, int] = {}
    for life in range(6):
        arguments = [sys.executable, "-c", WRITER, str(place.root), str(key_file), str(life)]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent
        ) as writer:
            assert writer.stdout is not None
            for count, line in enumerate(writer.stdout):
                sequence, session = line.split()
                answered[session] = int(sequence)
                if count == 0:
                    deadline = choose.randrange(1, 300)
                elif count == deadline:
                    writer.send_signal(signal.SIGKILL)
            assert writer.wait(60) == -signal.SIGKILL, seed
        known = {record["id"] for record in place.restored().records}
        assert answered.keys() <= known, seed
    place.run(calls(0), sealing=Sealing(checkpoint_lines=7))
    events = {line["fields"]["session"]: line["seq"] for line in place.lines("event")}
    for session, expected in answered.items():
        assert events[session] == expected, seed
    outcomes = {line["fields"]["event"] for line in place.lines("outcome")}
    assert outcomes == {line["seq"] for line in place.lines("event")}, seed
    assert place.verify(place.head()).status == "whole", seed
