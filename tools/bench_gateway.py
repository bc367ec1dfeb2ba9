"""Measures the gateway and prints its tables. Needs the wheel with the extra `gateway` in .venv.

tools/bench_gateway.py [--quick] [--write]

--quick   fewer rounds and 20,000 calls instead of 200,000 for the memory: a check, no measurement
--write   also puts the tables into docs/performance.md, between its markers
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench_tables import Row, Table
from performance_doc import machine, write

ROOT = Path(__file__).parent.parent
STATE = ROOT / ".cache" / "bench-gateway"
AIM = 150e-6  # seconds of CPU a call, beyond the baseline
SIDES = ("gateway", "baseline")
AT_A_TIME = ("1", "8", "64")
SHOWN_EVERY = 20_000  # calls, in the table of the memory

Runs = list[dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for flag in ("--quick", "--write"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    command = [sys.executable, str(ROOT / "bench" / "gateway" / "measure.py"), str(STATE)]
    if options.quick:
        command += ["--quick", "--memory", "20000"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"measure.py failed with {result.returncode}")
    measured = json.loads(result.stdout)
    tables = [aims(measured), calls(measured), stages(measured), memory(measured)]
    print(machine())
    for table in tables:
        print("\n" + table.text(), end="")
    if options.write:
        write(tables, "gateway", "make bench-gateway")


def aims(measured: dict[str, Any]) -> Table:
    """CPU of a call in the gateway, less what the same call costs without one."""
    rows: list[Row] = []
    for n in AT_A_TIME:
        ours, theirs = (column(measured["calls"][side][n], "cpu") for side in SIDES)
        least, middle = min(ours) - min(theirs), median(ours) - median(theirs)
        reached = "yes" if middle <= AIM else "at best" if least <= AIM else "no"
        rows.append((n, micro(AIM), micro(least), micro(middle), reached))
    for what, name in (("one signature alone", "signature"), ("two syncs alone", "syncs")):
        seconds = measured["alone"][name]
        rows.append((what, "", micro(min(seconds)), micro(median(seconds)), ""))
    header = ("calls at a time", "aim, µs", "best", "median", "reached")
    return Table("CPU of a call beyond the baseline", header, rows)


def calls(measured: dict[str, Any]) -> Table:
    """Medians of all rounds."""
    rows: list[Row] = []
    for n in AT_A_TIME:
        for side in SIDES:
            runs: Runs = measured["calls"][side][n]
            middle = {name: median(column(runs, name)) for name in runs[0]}
            rows.append(
                (
                    n,
                    side,
                    f"{middle['rate']:,.0f}",
                    f"{middle['p50'] * 1e3:.2f}",
                    f"{middle['p99'] * 1e3:.2f}",
                    micro(middle["cpu"]),
                    micro(middle["loop"]),
                    micro(middle["others"]),
                    mebi(measured["resident"][side]),
                )
            )
    header = ("at a time", "side", "calls/s", "p50, ms", "p99, ms", "CPU, µs")
    title = f"Calls, with envelopes of {measured['envelope_bytes']} bytes"
    return Table(title, (*header, "event loop", "other threads", "memory, MiB"), rows)


def stages(measured: dict[str, Any]) -> Table:
    """64 at a time, the most expensive first."""
    ours, theirs = (measured["stages"][side] for side in SIDES)
    names = sorted(ours, key=lambda name: theirs.get(name, 0) - ours[name])
    rows: list[Row] = [
        (
            name,
            micro(ours[name]),
            micro(theirs.get(name, 0)),
            micro(ours[name] - theirs.get(name, 0)),
        )
        for name in names
    ]
    total = [sum(side.values()) for side in (ours, theirs)]
    rows.append(("sum", micro(total[0]), micro(total[1]), micro(total[0] - total[1])))
    header = ("stage", "gateway, µs", "baseline, µs", "beyond, µs")
    return Table("CPU of a call by stage, 64 calls at a time", header, rows)


def memory(measured: dict[str, Any]) -> Table:
    """Of the gateway, all calls in a row."""
    found = [one for one in measured["memory"] if one[0] % SHOWN_EVERY == 0]
    rows: list[Row] = [(f"{done:,}", mebi(resident)) for done, resident in found]
    return Table("Memory of the gateway", ("after calls", "MiB"), rows)


def column(runs: Runs, name: str) -> list[float]:
    return [run[name] for run in runs]


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}"


def mebi(size: float) -> str:
    return f"{size / 2**20:.0f}"


main()
