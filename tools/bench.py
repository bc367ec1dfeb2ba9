"""Runs the benchmarks and prints their tables. After tools/build.sh all.

tools/bench.py [--peers] [--quick] [--write]

--peers   the same work on other engines and libraries, instead of our own figures
--quick   fewer rounds, and no ledger of ten million entries in the rounds' stead: a check, not
          a measurement
--write   also puts the tables into docs/performance.md, between its markers
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_tables import Counted, Results, Samples, Table, operations, peers, targets
from performance_doc import machine, write

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(os.environ.get("BENCH_PROGRAMS", ROOT / "build" / "bindings" / "bench"))
INPUTS = ROOT / ".cache" / "bench-inputs"


def pin() -> None:
    """One core, the last one, so that figures can be compared."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def output(command: list[str | Path], *, pinned: bool = True) -> str:
    print("running", *(Path(part).name for part in command[:2]), file=sys.stderr)
    result = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=pin if pinned else None, cwd=ROOT
    )
    if result.returncode != 0:
        raise SystemExit(f"{command[0]} failed with {result.returncode}")
    return result.stdout


def time_natively(results: Results, operations_filter: str, rounds: int) -> None:
    """Google Benchmark, its repetitions in random order."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        output(
            [
                PROGRAMS / "callgate_time",
                f"--benchmark_filter={operations_filter}",
                f"--benchmark_repetitions={rounds}",
                "--benchmark_enable_random_interleaving=true",
                "--benchmark_min_time=0.02",
                f"--benchmark_out={report}",
            ]
        )
        runs = json.loads(report.read_text())["benchmarks"]
    units = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    for run in runs:
        if run["run_type"] != "iteration":
            continue
        name = run["run_name"]
        samples = results.cpp.setdefault(name, [])
        samples.append(run["real_time"] * units[run["time_unit"]])
        extra = {key: run[key] for key in run if key == "live" or key.endswith("per_entry")}
        if extra:
            results.figures[name] = extra


def count(results: Results) -> None:
    """Heap allocations; with valgrind also instructions: one dump for each operation."""
    program = PROGRAMS / "callgate_count"
    with tempfile.TemporaryDirectory() as folder:
        command: list[str | Path] = [program]
        if shutil.which("valgrind"):
            command = [
                "valgrind",
                "--tool=callgrind",
                "-q",
                f"--callgrind-out-file={folder}/out",
                "--toggle-collect=callgate_measured",
                "--dump-after=callgate_measured",
                program,
            ]
        lines = [json.loads(line) for line in output(command).splitlines()]
        for i, line in enumerate(lines, 1):
            dump = Path(folder) / f"out.{i}"
            instructions = None
            if dump.exists():
                total = re.search(r"^(?:summary|totals): (\d+)", dump.read_text(), re.MULTILINE)
                if total:
                    instructions = int(total[1]) / line["runs"]
            results.counted[line["name"]] = Counted(
                line["allocations"], line["usual"], instructions
            )


def samples_of(command: list[str | Path], rounds: int) -> Samples:
    INPUTS.mkdir(parents=True, exist_ok=True)
    baseline = PROGRAMS / "callgate_baseline"
    figures: Samples = json.loads(output([*command, baseline, INPUTS, str(rounds)]))
    return figures


def own_tables(quick: bool) -> list[Table]:
    rounds = 3 if quick else 15
    results = Results()
    count(results)
    time_natively(results, "-ledger/|policy/|seen/", rounds)
    # Apart, since what they keep in memory would disturb the others.
    time_natively(results, "policy/", 3 if quick else 5)
    time_natively(results, "ledger/|seen/", 3 if quick else 9)
    results.python = samples_of([sys.executable, ROOT / "bench" / "bench_python.py"], rounds)
    results.node = samples_of(["node", ROOT / "bench" / "bench_node.mjs"], rounds)
    for line in output([PROGRAMS / "callgate_threads"], pinned=False).splitlines():
        report = json.loads(line)
        results.speedups[report["name"]] = report["speedups"]
    return [targets(results), operations(results)]


def peer_tables(quick: bool) -> list[Table]:
    folder = ROOT / "bench" / "peers"
    rounds = 3 if quick else 15
    return peers(
        samples_of([sys.executable, folder / "peers.py"], rounds),
        samples_of(["node", folder / "peers.mjs"], rounds),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for flag in ("--peers", "--quick", "--write"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    tables = peer_tables(options.quick) if options.peers else own_tables(options.quick)
    print(machine())
    for table in tables:
        print("\n" + table.text(), end="")
    if options.write:
        name, target = ("peers", "bench-peers") if options.peers else ("figures", "bench")
        write(tables, name, f"make {target}")


main()
