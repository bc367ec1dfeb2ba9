"""Measures the registry and prints its tables. Needs the wheel with the extra `registry` in .venv.

tools/bench_registry.py [--quick] [--write]

--quick   fewer rounds and 1,000 agents instead of 10,000: a check, no measurement
--write   also puts the tables into docs/performance.md, between its markers
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench_tables import Row, Table
from performance_doc import machine, write

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench" / "registry"
TRUST = ROOT / "build" / "bindings" / "bench" / "callgate_trust_time"
HEADER = ("what", "aim", "measured", "reached")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for flag in ("--quick", "--write"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    quick = ["--quick"] if options.quick else []
    mesh, listener = (
        measured([sys.executable, str(BENCH / name), *quick]) for name in ("mesh.py", "listener.py")
    )
    tables = [aims(mesh, listener, measured([str(TRUST)])), revocation(mesh), listeners(listener)]
    print(machine())
    for table in tables:
        print("\n" + table.text(), end="")
    if options.write:
        write(tables, "registry", "make bench-registry")


def measured(command: list[str]) -> Any:
    """What a program says, in JSON."""
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{command[-1]} failed with {result.returncode}")
    return json.loads(result.stdout)


def aims(mesh: Any, listener: Any, trust: Any) -> Table:
    """Each figure that was set for the registry."""
    felt = mesh["revocation"]
    rows = [
        at_most("a chain judged, of OpenSSL's time", 1.10, trust["ratio"], ""),
        at_most("1,000 entities loaded", 200, trust["load_1000_ms"], " ms"),
        at_least("HEAD, of the listener answering 200: CPU", 0.8, mesh["heads"]["cpu"], ""),
        at_least("the same: answers a second", 0.8, mesh["heads"]["throughput"], ""),
        at_most("revocation to the first 403", 100, felt["refused"], " ms"),
        at_most(f"to {mesh['rows']:,} rows evicted", 1000, felt["evicted"], " ms"),
        at_most("to a consumer's new resolution", 5000, felt["resolved"], " ms"),
        at_most("memory of an open connection", 80, listener["trust"]["connection_kb"], " kB"),
    ]
    return Table("The registry, of what was aimed at", HEADER, rows)


def revocation(mesh: Any) -> Table:
    """Medians of all rounds, and the slowest."""
    rows: list[Row] = [
        (name, f"{mesh['revocation'][key]:.0f}", f"{mesh['slowest'][key]:.0f}")
        for key, name in (
            ("refused", "the first 403 on an open connection"),
            ("evicted", "the last row out of resolution"),
            ("resolved", "a consumer has its new resolution"),
        )
    ]
    title = f"From the beginning of an entity's revocation, with {mesh['rows']:,} agents of it"
    return Table(title, ("until", "median, ms", "slowest, ms"), rows)


def listeners(listener: Any) -> Table:
    """CPU and memory over mTLS."""
    names = ("head_cpu_us", "heads_per_second", "connection_cpu_us", "connection_kb")
    rows: list[Row] = [
        (side, *(f"{listener[side][name]:,.0f}" for name in names))
        for side in ("trust", "bounded", "stdlib")
    ]
    header = ("listener", "HEAD, µs", "HEADs/s", "new connection, µs", "kB each of 1,000")
    return Table("The listener against uvicorn with ssl", header, rows)


def at_most(what: str, aim: float, found: float, unit: str) -> Row:
    return what, f"≤ {aim:g}{unit}", f"{number(found)}{unit}", "yes" if found <= aim else "no"


def at_least(what: str, aim: float, found: float, unit: str) -> Row:
    return what, f"≥ {aim:g}{unit}", f"{number(found)}{unit}", "yes" if found >= aim else "no"


def number(found: float) -> str:
    return f"{found:,.0f}" if found >= 10 else f"{found:.2f}"


main()
