"""Random contexts and calls for the differential test and the ceiling's properties.

Everything is drawn from few atoms, so that contexts overlap and calls hit their edges. All
randomness comes from the generator that is passed in. `--shares N` prints how the reference
evaluator decides N pairs.
"""

import argparse
import collections
import json
import random

import policy_reference
from generate_atoms import chance
from generate_calls import random_call
from generate_contexts import mutate, random_context

__all__ = ["mutate", "random_call", "random_context", "random_pair", "shares"]


def random_pair(rng):
    """(document, context name, tool, arguments as JSON text) for the evaluator's runs."""
    document = random_context(rng, "c")
    tool, arguments = random_call(rng, document)
    name = "unknown" if chance(rng, 2) else "c"
    text = "[]" if chance(rng, 1) else json.dumps(arguments)
    return document, name, tool, text


def shares(count, seed):
    rng = random.Random(seed)
    verdicts = collections.Counter()
    for _ in range(count):
        document, name, tool, text = random_pair(rng)
        contexts = policy_reference.load(json.dumps(document))
        allowed, code, _ = policy_reference.evaluate(contexts, name, tool, text)
        verdicts["allowed" if allowed else code] += 1
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", type=int, metavar="N", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for verdict, count in shares(options.shares, options.seed).most_common():
        print(f"{100 * count / options.shares:6.2f} %  {verdict}")


if __name__ == "__main__":
    main()
