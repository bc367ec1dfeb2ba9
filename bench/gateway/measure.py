"""measure.py FOLDER [--quick] [--memory CALLS]: prints everything that was measured as JSON.

FOLDER, on the disk that is to be measured, holds the gateway's state meanwhile. Figures of time are
seconds. Linux alone tells what is asked here.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from configuration import write_configuration
from measure_calls import CALLS, measure_calls, measure_run
from processes import HERE, Load, Server, started
from stages import shares

# Calls at a time where one figure is enough, and calls of one run there.
BUSY = 64
CHUNK = 5_000


class Sides:
    """A gateway, the baseline, and agents that attested at the gateway."""

    def __init__(self, stack: ExitStack, folder: Path, *, sampled: bool = False) -> None:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        gateway = ["-m", "callgate.cli", "serve", "--json"]
        gateway += ["--config", str(write_configuration(state))]
        baseline = [str(HERE / "baseline.py")]
        self.samples = {"gateway": state / "gateway.json", "baseline": state / "baseline.json"}
        self.servers: dict[str, Server] = {}
        for side, command in (("gateway", gateway), ("baseline", baseline)):
            if sampled:
                command = [str(HERE / "sampled.py"), str(self.samples[side]), *command]
            self.servers[side] = Server(stack.enter_context(started(*command)))
        load = stack.enter_context(started(str(HERE / "load.py"), self.servers["gateway"].url))
        self.load = Load(load)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def profile(folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of CPU a call, by side and stage, with as many calls at a time as the most."""
    cpu: dict[str, list[dict[str, float]]] = {"gateway": [], "baseline": []}
    with ExitStack() as stack:
        sides = Sides(stack, folder, sampled=True)
        for turn in range(rounds + 1):
            for side, server in sides.servers.items():
                if turn:
                    os.kill(server.pid, signal.SIGUSR1)
                run = measure_run(server, sides.load, CALLS[BUSY], BUSY)
                if turn:
                    os.kill(server.pid, signal.SIGUSR1)
                    cpu[side].append(run)
        samples = {}
        for side, server in sides.servers.items():
            server.stop()
            samples[side] = json.loads(sides.samples[side].read_text())
    figures = {}
    for side, runs in cpu.items():
        loop = sum(run["loop"] for run in runs) / rounds
        figures[side] = {stage: loop * part for stage, part in shares(samples[side]).items()}
        figures[side]["audit: other threads"] = sum(run["others"] for run in runs) / rounds
    return figures


def memory(sides: Sides, calls: int) -> list[tuple[int, int]]:
    """Bytes of the gateway in memory, after so many calls."""
    gateway = sides.servers["gateway"]
    resident = [(0, gateway.resident())]
    for done in range(CHUNK, calls + 1, CHUNK):
        measure_run(gateway, sides.load, CHUNK, BUSY)
        resident.append((done, gateway.resident()))
        say(f"{done} calls, {resident[-1][1] >> 20} MiB")
    return resident


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", type=int, default=200_000, metavar="CALLS")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    measured: dict[str, Any] = {}
    with ExitStack() as stack:
        say("calls")
        sides = Sides(stack, options.folder)
        rounds = 2 if options.quick else 9
        measured["calls"], measured["alone"] = measure_calls(
            sides.servers, sides.load, rounds, options.folder
        )
        measured["resident"] = {side: server.resident() for side, server in sides.servers.items()}
        measured["envelope_bytes"] = sides.load.envelope_bytes
    say("stages")
    measured["stages"] = profile(options.folder, 2 if options.quick else 6)
    say("memory")
    with ExitStack() as stack:
        measured["memory"] = memory(Sides(stack, options.folder), options.memory)
    print(json.dumps(measured))


main()
