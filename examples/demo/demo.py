"""Shows the engine at its main job: real signed calls, and attacks on them, in three languages.

Everything is made afresh: keys, tokens, envelopes. The same bytes go through the gate in C++,
Python and Node; a call that they do not decide alike is shown as DIFFER.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import scenario as scenarios
from paint import BOLD, GREEN, RED, paint, say, say_call

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CPP = ROOT / "build" / "bindings" / "examples" / "demo_gate"


def decisions(command: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def verdict(decision: dict[str, Any]) -> str:
    return "ALLOW" if decision["allowed"] else str(decision["code_name"])


def show(titles: list[str], answers: dict[str, list[dict[str, Any]]], begin: int, end: int) -> None:
    for i in range(begin, end):
        rows = [decided[i] for decided in answers.values()]
        first = rows[0]
        word = verdict(first) if all(row == first for row in rows) else "DIFFER"
        say_call(word, titles[i], "" if first["allowed"] else str(first["reason"]))


def main() -> int:
    scenario, calls = scenarios.build()
    steps = [step for step in scenario.steps if step["op"] == "authorize"]
    titles = [step["title"] for step in steps]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.json"
        file.write_text(scenario.to_json())
        answers = {
            "C++": decisions([str(CPP), str(file)]),
            "Python": decisions([sys.executable, str(HERE / "gate.py"), str(file)]),
            "Node": decisions(["node", str(HERE / "gate.mjs"), str(file)]),
        }
        cost = decisions([str(CPP), "--cost", str(file)])[0]

    say()
    say(paint("The policy example of the SMCP document, and last its confused deputy:", BOLD))
    show(titles, answers, 0, calls)
    say()
    say(paint("Attacks:", BOLD))
    show(titles, answers, calls, len(titles))
    say()
    say(
        f"One decision costs {cost['ratio']:.2f} times one bare libsodium verification of the same "
        f"message\n({cost['decision_us']:.1f} and {cost['verification_us']:.1f} microseconds, "
        f"medians of {cost['calls']} calls, measured in turn)."
    )

    wrong = [
        f"{language}: {step['title']}: {verdict(rows[i])} instead of {step['expect']}"
        for language, rows in answers.items()
        for i, step in enumerate(steps)
        if verdict(rows[i]) != step["expect"]
    ]
    agreed = sum(
        all(rows[i] == answers["C++"][i] for rows in answers.values()) for i in range(len(steps))
    )
    say()
    if wrong or agreed != len(steps):
        say(paint("\n".join([*wrong, f"{len(steps) - agreed} decisions differ"]), RED))
        return 1
    say(
        paint(
            f"{len(steps)} calls decided, the same in C++, Python and Node, each as it should be.",
            GREEN,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
