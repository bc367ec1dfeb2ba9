"""Throughput, latency and CPU of both sides, in turn within each round."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from callgate import SecretKey
from callgate.audit.durable_file import DurableFile, append_in_order
from processes import Load, Server

# Calls of one run, by how many are under way at a time: each about a second.
CALLS = {1: 500, 8: 1200, 64: 2000}
SHUFFLE_SEED = 7
# What one call adds to each file.
TRAIL_BYTES, JOURNAL_BYTES = 1430, 890

Run = dict[str, float]
Runs = dict[str, dict[int, list[Run]]]  # by side and by calls at a time


def measure_run(server: Server, load: Load, calls: int, at_a_time: int) -> Run:
    """Calls a second; seconds of a call: 50th and 99th percentile, CPU by thread."""
    load.sign(server.url, calls, at_a_time)
    before = server.usage()
    answer = load.run()
    used = server.usage() - before
    cuts = quantiles(answer["calls"], n=100)
    return {
        "rate": calls / answer["seconds"],
        "p50": cuts[49],
        "p99": cuts[98],
        "loop": used.loop / calls,
        "others": used.others / calls,
        "cpu": used.all / calls,
    }


def measure_signature(message: bytes, times: int = 500) -> float:
    """Seconds of CPU to verify one."""
    with SecretKey.generate() as key:
        public_key, signature = key.public_key, key.sign(message)
    before = time.thread_time()
    for _ in range(times):
        public_key.verify(signature, message)
    return (time.thread_time() - before) / times


def measure_syncs(folder: Path, times: int = 100) -> float:
    """Seconds of CPU to make the trail and then the journal durable for one call."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        trail, journal = (DurableFile(Path(name) / file) for file in ("trail", "journal"))
        before = time.thread_time()
        for _ in range(times):
            append_in_order((trail, bytes(TRAIL_BYTES)), (journal, bytes(JOURNAL_BYTES)))
        used = time.thread_time() - before
        trail.close()
        journal.close()
    return used / times


def measure_calls(
    sides: dict[str, Server], load: Load, rounds: int, folder: Path
) -> tuple[Runs, dict[str, list[float]]]:
    """Runs, and of each round what by itself a signature took, and what two syncs did.

    A first round warms up, and does not count.
    """
    alone: dict[str, list[float]] = {"signature": [], "syncs": []}
    runs: Runs = {side: {n: [] for n in CALLS} for side in sides}
    order = [(side, n) for side in sides for n in CALLS]
    shuffle = random.Random(SHUFFLE_SEED).shuffle
    for turn in range(rounds + 1):
        shuffle(order)
        for side, n in order:
            run = measure_run(sides[side], load, CALLS[n], n)
            if turn:
                runs[side][n].append(run)
        if turn:
            alone["signature"].append(measure_signature(bytes(load.envelope_bytes)))
            alone["syncs"].append(measure_syncs(folder))
    return runs, alone
