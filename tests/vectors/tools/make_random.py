"""Writes random.json: contexts and calls of tests/reference/generate.py.

What a call is answered is what the reference says, which was written from docs/policy.md alone;
`contained` is the engine's answer, to which the calls are counterexamples where it is wrong.
"""

import json
import pathlib
import random
import re
import sys

from callgate import PolicySet
from vectors import FOLDER

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference"))
import generate
import policy_reference
import ref_documents

SEED = 20260301
PAIRS = 160
CALLS = 8


def verdict(document, call):
    contexts = ref_documents.load(generate.text_of(document))
    text = generate.text_of(call[1])
    return policy_reference.evaluate(contexts, document["name"], call[0], text)[1]


def is_written_alike(text):
    """Whether every language that reads and writes the JSON again writes the same numbers."""
    strings_gone = re.sub(r'"(\\.|[^"\\])*"', "", text)
    numbers = re.findall(r"[-+0-9.eE]*[0-9][-+0-9.eE]*", strings_gone)
    return all(re.fullmatch(r"0|-?[1-9][0-9]{0,14}|-?[0-9]+\.[0-9]{0,9}[1-9]", n) for n in numbers)


def vector(rng, i):
    case = generate.random_case(rng, CALLS)
    outer, middle, _ = case["contexts"]
    contained = PolicySet.parse(generate.text_of([outer, middle])).contains("outer", "middle")
    calls = [
        {
            "tool": call[0],
            "arguments": call[1],
            "outer": verdict(outer, call),
            "middle": verdict(middle, call),
        }
        for call in case["calls"]
        if is_written_alike(generate.text_of(call[1]))
    ]
    return {
        "id": f"pair-{i}",
        "contexts": [outer, middle],
        "contained": contained.contained,
        "calls": calls,
    }


def main():
    rng = random.Random(SEED)
    source = f"tests/reference/generate.py, seed {SEED}"
    vectors = [generate.text_of(vector(rng, i)) for i in range(PAIRS)]
    text = f'{{"source":{json.dumps(source)},"vectors":[\n' + ",\n".join(vectors) + "\n]}\n"
    (FOLDER / "random.json").write_text(text, encoding="utf-8")


main()
