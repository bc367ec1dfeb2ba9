"""sampled.py OUTPUT PROGRAM ARGUMENT...: runs a program, and samples what its main thread does.

PROGRAM is a file, or `-m` and a module. Every millisecond of CPU time the kernel interrupts the
process, and the next byte code of the main thread counts for all CPU time that this thread had
since it was interrupted last. That begins and ends with SIGUSR1. At the end OUTPUT has a JSON
object, stack to seconds: each stack is `file:function` from the inside out, joined by `;`.
"""

from __future__ import annotations

import json
import runpy
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

SECONDS = 0.001
DEPTH = 24

samples: defaultdict[str, float] = defaultdict(float)
names: dict[object, str] = {}
last = 0.0


def sample(number: int, frame: FrameType | None) -> None:
    global last
    stack: list[str] = []
    while frame is not None and len(stack) < DEPTH:
        code = frame.f_code
        name = names.get(code)
        if name is None:
            path = Path(code.co_filename)
            name = names[code] = f"{'/'.join(path.parts[-3:])}:{code.co_name}"
        stack.append(name)
        frame = frame.f_back
    now = time.thread_time()
    samples[";".join(stack)] += now - last
    last = now


def toggle(number: int, frame: FrameType | None) -> None:
    global last
    last = time.thread_time()
    on = signal.getitimer(signal.ITIMER_PROF)[1] > 0
    signal.setitimer(signal.ITIMER_PROF, 0 if on else SECONDS, 0 if on else SECONDS)


def main() -> None:
    output = Path(sys.argv[1])
    sys.argv = sys.argv[2:]
    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR1, toggle)
    try:
        if sys.argv[0] == "-m":
            sys.argv = sys.argv[1:]
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        output.write_text(json.dumps(samples))


main()
