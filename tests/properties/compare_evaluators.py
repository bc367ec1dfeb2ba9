"""Puts random calls to the compiled evaluator and to the reference; prints what came out as JSON.

compare_evaluators.py SEED COUNT. A process of its own, so that several can run at once.
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from callgate import PolicySet

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))
import generate
import generate_atoms
import policy_reference
import ref_documents

generate_atoms.DECLARED = 35


def compare(seed: int, count: int) -> dict[str, Any]:
    """The shares of the verdicts, and the pairs on which the two, or two orders, disagree."""
    rng = random.Random(seed)
    verdicts: Counter[str] = Counter()
    disagreements: list[dict[str, Any]] = []
    reordered: list[dict[str, Any]] = []
    for _ in range(count):
        document, context, tool, arguments = generate.random_pair(rng)
        text = generate.text_of(document)
        expected = policy_reference.evaluate(ref_documents.load(text), context, tool, arguments)
        decision = PolicySet.parse(text).evaluate(context, tool, arguments.encode())
        answer = (decision.allowed, decision.code_name, decision.capability)
        verdicts[decision.code_name or "allowed"] += 1
        pair = {"document": document, "call": [context, tool, arguments]}
        if answer != tuple(expected):
            disagreements.append({**pair, "compiled": answer, "reference": expected})
        capabilities = document["capabilities"][:]
        rng.shuffle(capabilities)
        other = PolicySet.parse(generate.text_of({**document, "capabilities": capabilities}))
        if other.evaluate(context, tool, arguments.encode()).allowed != decision.allowed:
            reordered.append({**pair, "order": capabilities})
    return {
        "verdicts": verdicts,
        "disagreements": len(disagreements),
        "reordered": len(reordered),
        "examples": disagreements[:3] + reordered[:3],
    }


if __name__ == "__main__":
    print(json.dumps(compare(int(sys.argv[1]), int(sys.argv[2]))))
