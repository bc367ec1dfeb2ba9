"""Random contexts and calls, for all tests that draw them: the one generator of the project.

Everything is drawn from few atoms, so that contexts overlap and calls hit their edges. All
randomness comes from the generator that is passed in, so a seed gives one run.

generate.py FILE --seed N --cases N --with-calls N    writes cases for the tests in C++
"""

import argparse
import pathlib
import random

from generate_atoms import chance, text_of
from generate_calls import random_call
from generate_contexts import random_context
from generate_related import mutate, related
from ref_numbers import Number

__all__ = [
    "mutate",
    "random_call",
    "random_case",
    "random_context",
    "random_pair",
    "related",
    "text_of",
]

CALLS = 100  # of a case that has some


def random_pair(rng):
    """(document, context name, tool, arguments as JSON text) for the evaluator's runs."""
    document = random_context(rng, "c")
    tool, arguments = random_call(rng, document)
    name = "unknown" if chance(rng, 2) else "c"
    text = "[]" if chance(rng, 1) else text_of(arguments)
    return document, name, tool, text


def random_case(rng, calls=0):
    """Three contexts, each related to the one before, and calls for the first two.

    The calls are fitted to the second, a child, and spoilt by what it or its parent denies.
    """
    outer = random_context(rng, "outer")
    middle = {**related(rng, outer), "name": "middle"}
    inner = {**related(rng, middle), "name": "inner"}
    return {
        "contexts": [outer, middle, inner],
        "calls": [readable_call(rng, middle, (outer, middle)[i % 2]) for i in range(calls)],
    }


def readable_call(rng, fit, around):
    """A call that every reader of JSON reads: without numbers that no double holds."""
    while True:
        tool, arguments = random_call(rng, fit, around)
        if all(number.fits_double() for number in numbers_of(arguments)):
            return [tool, arguments]


def numbers_of(value):
    """The numbers that are written in a way of their own, at any depth."""
    if isinstance(value, (dict, list)):
        for held in value.values() if isinstance(value, dict) else value:
            yield from numbers_of(held)
    elif isinstance(value, Number):
        yield value


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--with-calls", type=int, required=True, help="how many have calls")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with options.file.open("w", encoding="utf-8") as file:
        for i in range(options.cases):
            case = random_case(rng, CALLS if i < options.with_calls else 0)
            file.write(text_of(case) + "\n")


if __name__ == "__main__":
    main()
