"""Writes random.json: contexts and calls of tests/reference/generate.py.

What a call is answered is what the reference says, which was written from docs/policy.md alone;
`contained` is the engine's answer, to which the calls are counterexamples where it is wrong.
"""

import json
import pathlib
import random
import sys

from callgate import PolicySet
from vectors import FOLDER

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference"))
import generate
import policy_reference

SEED = 20260301
PAIRS = 160
CALLS = 8


def verdict(document, call):
    contexts = policy_reference.load(json.dumps(document))
    return policy_reference.evaluate(contexts, document["name"], call[0], json.dumps(call[1]))[1]


def vector(rng, i):
    case = generate.random_case(rng, CALLS)
    outer, middle, _ = case["contexts"]
    contained = PolicySet.parse(json.dumps([outer, middle])).contains("outer", "middle").contained
    calls = [
        {
            "tool": call[0],
            "arguments": call[1],
            "outer": verdict(outer, call),
            "middle": verdict(middle, call),
        }
        for call in case["calls"]
    ]
    return {
        "id": f"pair-{i}",
        "contexts": [outer, middle],
        "contained": contained,
        "calls": calls,
    }


def main():
    rng = random.Random(SEED)
    source = f"tests/reference/generate.py, seed {SEED}"
    vectors = [json.dumps(vector(rng, i), separators=(",", ":")) for i in range(PAIRS)]
    text = f'{{"source":{json.dumps(source)},"vectors":[\n' + ",\n".join(vectors) + "\n]}\n"
    (FOLDER / "random.json").write_text(text, encoding="utf-8")


main()
