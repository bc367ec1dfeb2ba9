"""Throughput, latency and CPU of both sides, in turn within each round."""

from __future__ import annotations

import random
import time
from statistics import quantiles

from callgate import SecretKey
from processes import Load, Server

# Calls of one run, by how many are under way at a time: each about a second.
CALLS = {1: 500, 8: 1200, 64: 2000}
SHUFFLE_SEED = 7

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
        "writer": used.others / calls,
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


def measure_calls(sides: dict[str, Server], load: Load, rounds: int) -> tuple[Runs, list[float]]:
    """Runs, and of each round what a signature took. A first round warms up, and does not count."""
    signatures: list[float] = []
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
            signatures.append(measure_signature(bytes(load.envelope_bytes)))
    return runs, signatures
