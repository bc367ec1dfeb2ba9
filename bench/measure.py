"""Interleaved measurement: every round takes each work once, in another order, for a while.

A work is a function `run(n) -> seconds` that does itself n times and says how long that took, so
that what has to be made ready for each run is not measured. The V of the ratios comes from the
program callgate_baseline on the same core, within the same rounds.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Run = Callable[[int], float]

ROUND_SECONDS = 0.02
SHUFFLE_SEED = 7


class Baseline:
    """Bare libsodium beside us; it also writes the inputs to `folder`."""

    def __init__(self, program: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [str(program), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask(None)

    def _ask(self, line: str | None) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        if line is not None:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("callgate_baseline ended")
        return answer

    def nanoseconds(self, kind: str) -> float:
        return float(self._ask(kind))

    def close(self) -> None:
        self._process.communicate()


def looped(call: Callable[[], Any]) -> Run:
    """The work of calling `call` without arguments."""

    def run(n: int) -> float:
        times = range(n)
        start = time.perf_counter()
        for _ in times:
            call()
        return time.perf_counter() - start

    return run


def size_for(run: Run, seconds: float, most: int) -> int:
    n = 1
    while n < most:
        took = run(n)
        if took >= seconds / 4:
            return max(1, min(most, round(n * seconds / took)))
        n *= 4
    return most


def measure(
    works: dict[str, tuple[Run, int]],
    rounds: int,
    baseline: Baseline | None = None,
    kinds: Iterable[str] = ("envelope", "token"),
) -> dict[str, list[float]]:
    """Nanoseconds of one, for every work and round. A work's number is the most it can do at once
    (0: no bound)."""
    sizes = {
        name: size_for(run, ROUND_SECONDS, most or 10**9) for name, (run, most) in works.items()
    }
    figures: dict[str, list[float]] = {name: [] for name in works}
    order: list[str] = list(works)
    if baseline is not None:
        for kind in kinds:
            figures[f"signature/{kind}"] = []
            order.append(f"signature/{kind}")
    shuffle = random.Random(SHUFFLE_SEED).shuffle
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            if name in works:
                n = sizes[name]
                figures[name].append(works[name][0](n) / n * 1e9)
            else:
                assert baseline is not None
                figures[name].append(baseline.nanoseconds(name.removeprefix("signature/")))
    return figures


def print_figures(figures: dict[str, list[float]]) -> None:
    json.dump(figures, sys.stdout)
    print()
