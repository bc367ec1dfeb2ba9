"""Tags: plain ones must be there, preferred ones count, excluded ones refuse, groups are an OR."""

import random
from collections.abc import Iterable

import pytest
from callgate.registry.resolution import Tag
from callgate.registry.resolution.tags import wish_of

TOOL = ("math", "fast", "python")


def score(tags: Iterable[str], wanted: tuple[Tag, ...]) -> int | None:
    return wish_of(wanted).score(frozenset(tags))


@pytest.mark.parametrize(
    ("wanted", "points"),
    [
        ((), 0),
        (("math",), 5),
        (("math", "fast"), 10),
        (("slow",), None),
        (("Math",), None),
        (("+fast",), 10),
        (("+slow",), 0),
        (("-slow",), 0),
        (("-fast",), None),
        (("math", "+fast", "-slow"), 15),
        (("math", "math"), 10),
        ((("math", "slow"),), 5),
        ((("slow", "math", "fast"),), 5),
        ((("slow", "java"),), None),
        ((("math", "+fast"),), 10),
        ((("+slow", "math"),), 5),
        ((("+slow",),), None),
        ((("math", "-slow"),), 5),
        ((("math", "-fast"),), None),
        ((("-slow",),), None),
        (("math", ("fast", "java"), "+python"), 20),
        (("", "+", "-"), 0),
        (((),), 0),
        ((("",),), None),
        ((("", "math"),), 5),
    ],
)
def test_tags_give_points_or_refuse_the_tool(wanted: tuple[Tag, ...], points: int | None) -> None:
    assert score(TOOL, wanted) == points


def wishes(rng: random.Random) -> tuple[Tag, ...]:
    def term() -> str:
        return rng.choice(["", "+", "-"]) + rng.choice("abcd")

    return tuple(
        tuple(term() for _ in range(rng.randint(0, 3))) if rng.random() < 0.4 else term()
        for _ in range(rng.randint(0, 4))
    )


@pytest.mark.parametrize("seed", range(200))
def test_scores_obey_the_laws_of_wishes(seed: int) -> None:
    rng = random.Random(seed)
    tags, wanted = rng.sample("abcd", rng.randint(0, 4)), wishes(rng)
    points = score(tags, wanted)
    # The order has no effect, and another wish takes no tool in.
    assert points == score(tags[::-1], wanted[::-1])
    assert points is not None or score(tags, wanted + wishes(rng)) is None
    # A wish that is met more than once counts each time.
    assert points is None or score(tags, wanted * 2) == points * 2
    # A group of one plain tag is that tag.
    assert score(tags, (("a",),)) == score(tags, ("a",))
