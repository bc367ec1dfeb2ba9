"""Versions and constraints are read as the library reads them that agents are written against."""

import json
import random
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest
from callgate.registry.resolution.versions import MAX_LENGTH, constraint_of, satisfies, version_key

VECTORS = Path(__file__).parents[4] / "tests" / "vectors" / "registration" / "versions.json"
READ: dict[str, Any] = json.loads(VECTORS.read_text())
VERSIONS: list[str] = list(READ["above"])


@pytest.mark.parametrize("row", READ["constraints"], ids=lambda row: row["constraint"])
def test_a_constraint_takes_the_versions_of_the_vector(row: dict[str, Any]) -> None:
    taken = [version for version in VERSIONS if satisfies(version, row["constraint"])]
    assert sorted(taken) == sorted(version for version in row["takes"] if version in VERSIONS)


@pytest.mark.parametrize("text", READ["not_constraints"])
def test_what_is_no_constraint_has_to_be_equal(text: str) -> None:
    assert constraint_of(text) is None
    assert satisfies(text, text)
    assert not satisfies("1.0.0", text)


@pytest.mark.parametrize("text", READ["not_versions"])
def test_what_is_no_version_has_to_be_equal(text: str) -> None:
    assert version_key(text) is None
    assert satisfies(text, text)
    assert not satisfies(text, ">=0")


@pytest.mark.parametrize("high", VERSIONS)
def test_versions_are_in_the_order_of_the_vector(high: str) -> None:
    assert [low for low in VERSIONS if key(low) < key(high)] == [
        low for low in VERSIONS if low in READ["above"][high]
    ]


def test_no_constraint_takes_every_version() -> None:
    assert satisfies("1.0.0", "") and satisfies("latest", "") and satisfies("", "")
    assert not satisfies("", ">=0")


def test_long_text_is_neither_version_nor_constraint() -> None:
    assert version_key("1." + "0" * 1 + "." + "1" * 15) is not None
    assert version_key("1.0.0-" + "a" * MAX_LENGTH) is None
    assert constraint_of(">=1 " * 40) is not None
    assert constraint_of(">=1 " * 80) is None


def key(text: str) -> Any:
    found = version_key(text)
    assert found is not None
    return found


def release(rng: random.Random) -> str:
    return ".".join(str(rng.choice([0, 1, 2, 10, 20])) for _ in range(3))


def version(rng: random.Random) -> str:
    identifiers = ["0", "1", "2", "11", "a", "alpha", "b1", "rc-1"]
    before = rng.choices(identifiers, k=rng.randint(0, 3))
    return release(rng) + ("-" + ".".join(before) if before else "")


def by_the_letter(left: str, right: str) -> int:
    """SemVer 2.0, section 11, read word for word."""
    releases = [text.partition("-")[0].split(".") for text in (left, right)]
    a, b = ([int(part) for part in parts] for parts in releases)
    if a != b:
        return -1 if a < b else 1
    pre_a, pre_b = (text.partition("-")[2] for text in (left, right))
    if not pre_a or not pre_b:
        return bool(pre_b) - bool(pre_a)
    for one, other in zip(pre_a.split("."), pre_b.split("."), strict=False):
        if one == other:
            continue
        if one.isdigit() and other.isdigit():
            return -1 if int(one) < int(other) else 1
        if one.isdigit() != other.isdigit():
            return -1 if one.isdigit() else 1
        return -1 if one < other else 1
    return len(pre_a.split(".")) - len(pre_b.split("."))


@pytest.mark.parametrize("seed", range(200))
def test_the_order_is_that_of_semver(seed: int) -> None:
    rng = random.Random(seed)
    texts = [version(rng) for _ in range(12)]
    by_key = [key(text) for text in sorted(texts, key=key)]
    assert by_key == [key(text) for text in sorted(texts, key=cmp_to_key(by_the_letter))]


@pytest.mark.parametrize("seed", range(200))
def test_the_operators_agree_with_the_order(seed: int) -> None:
    rng = random.Random(seed)
    text, bound = version(rng), version(rng)
    # The pre-release of zero in the bound lets pre-releases in at all.
    bound = bound if "-" in bound else bound + "-0"
    assert satisfies(text, f">{bound}") == (key(text) > key(bound))
    assert satisfies(text, f"<={bound}") == (key(text) <= key(bound))
    assert satisfies(text, f"!={bound}") != satisfies(text, f"={bound}")
    assert satisfies(text, f"<{bound} || >={bound}")


@pytest.mark.parametrize("operator", [">=", ">", "<", "<=", "=", "~", "^", ""])
def test_a_term_without_prerelease_takes_none(operator: str) -> None:
    rng = random.Random(operator)
    for _ in range(200):
        text = version(rng)
        if "-" in text:
            assert not satisfies(text, operator + release(rng))


@pytest.mark.parametrize("seed", range(50))
def test_any_text_is_judged(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        constraint = "".join(rng.choices("0123.,|<>=!~^xX*-+ va\n\uff11", k=rng.randint(0, 30)))
        text = "".join(rng.choices("0123.-+v\n\uff11", k=rng.randint(0, 12)))
        assert isinstance(satisfies(text, constraint), bool)
