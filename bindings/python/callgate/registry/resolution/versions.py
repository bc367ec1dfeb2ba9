"""Versions and what a dependency asks of them, as agents write both.

The syntax is that of Masterminds semver v3.3, which agents are written against: SemVer 2.0 read
leniently (``v1.2`` is 1.2.0), and ``= != > >= => < <= =< ~ ~> ^``, AND by comma or space, OR by
``||``, ``a - b``, ``x X *``. Of PyPI's libraries none reads it: ``node-semver`` and
``semantic-version`` have npm's ranges, which lack ``!=``, ``=<``, commas and the rule that a term
without pre-release never takes one, and ``semver`` has no ranges. The vectors of the tests were
made with the Go library.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

# Bounds the work of reading one; longer text is no version and no constraint.
MAX_LENGTH = 256
_MAX_NUMBER = 2**64

# Major, minor, patch, and a key of the pre-release. Keys compare as SemVer 2.0, section 11, says.
Key: TypeAlias = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
# Pre-release keys: what is below every pre-release, and what a release has.
_LOWEST = ((0, 0, ""),)
_RELEASE = ((3, 0, ""),)

_SUFFIX = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_PART = r"([0-9]+|[xX*])"
_NUMBER = r"(0|[1-9][0-9]*)"
_VERSION = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?{_SUFFIX}")
_PATTERN = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?{_SUFFIX}"
_SPACE = r"[ \t\n\f\r]"
_TERM = re.compile(rf"(!=|>=|=>|<=|=<|~>|[=<>~^]?){_SPACE}*{_PATTERN}")
_HYPHEN = re.compile(rf"{_PATTERN}{_SPACE}+-{_SPACE}+{_PATTERN}")
_BETWEEN = re.compile(rf"{_SPACE}*,{_SPACE}*|{_SPACE}+")


@dataclass(frozen=True, slots=True)
class _Term:
    """An interval of versions, or all but it."""

    low: Key
    high: Key | None = None
    low_open: bool = False
    high_open: bool = True
    negated: bool = False
    prerelease: bool = False

    def takes(self, version: Key) -> bool:
        if version[3] != _RELEASE and not self.prerelease:
            return False
        above = version > self.low or (version == self.low and not self.low_open)
        below = (
            self.high is None
            or version < self.high
            or (version == self.high and not self.high_open)
        )
        return (above and below) != self.negated


# Alternatives, each of them terms that must all hold.
Constraint: TypeAlias = tuple[tuple[_Term, ...], ...]


def _prerelease_key(text: str | None) -> tuple[tuple[int, int, str], ...] | None:
    """None where a number in it has a leading zero."""
    if text is None:
        return _RELEASE
    key: list[tuple[int, int, str]] = []
    for identifier in text.split("."):
        if not identifier.isdigit():
            key.append((2, 0, identifier))
        elif identifier.startswith("0") and identifier != "0":
            return None
        else:
            key.append((1, int(identifier), ""))
    return tuple(key)


@lru_cache(maxsize=4096)
def version_key(text: str) -> Key | None:
    """A version as something to compare; None where the text is none. Build metadata is ignored."""
    if len(text) > MAX_LENGTH or not (found := _VERSION.fullmatch(text)):
        return None
    major, minor, patch = (int(part or 0) for part in found.groups()[:3])
    prerelease = _prerelease_key(found[4])
    if prerelease is None or max(major, minor, patch) >= _MAX_NUMBER:
        return None
    return major, minor, patch, prerelease


def _floor(major: int, minor: int = 0) -> Key:
    """Below all versions of a major or minor version, their pre-releases included."""
    return major, minor, 0, _LOWEST


def _end(base: Key, precision: int) -> Key:
    """What is just above all versions that a partial version names."""
    return _floor(base[0] + 1) if precision == 1 else _floor(base[0], base[1] + 1)


def _caret_end(base: Key, precision: int) -> Key:
    major, minor, patch, _ = base
    if major > 0 or precision == 1:
        return _floor(major + 1)
    if minor > 0 or precision == 2:
        return _floor(0, minor + 1)
    return 0, 0, patch + 1, _LOWEST


def _term(operator: str, parts: tuple[str | None, ...]) -> _Term | None:
    """``parts``: major, minor, patch and pre-release as written. None where that is no version."""
    precision = 0
    while precision < 3 and (parts[precision] or "x") not in "xX*":
        precision += 1
    written = [part for part in parts[:precision] if part is not None]
    numbers = [int(part) for part in written] + [0] * (3 - precision)
    prerelease = _prerelease_key(parts[3])
    if any(len(part) > 1 and part[0] == "0" for part in written) or max(numbers) >= _MAX_NUMBER:
        return None
    if prerelease is None:
        return None
    base: Key = (numbers[0], numbers[1], numbers[2], prerelease)
    partial = precision in (1, 2)
    low, high = base, None
    low_open, high_open, negated = False, True, False
    match operator:
        case ">":
            low, low_open = (_end(base, precision), False) if partial else (base, True)
        case ">=" | "=>":
            pass
        case "<":
            low, high = _floor(0), base
        case "<=" | "=<":
            low = _floor(0)
            high, high_open = (base, False) if precision == 3 else (_end(base, precision), True)
        case "^":
            high = _caret_end(base, precision)
        case "!=":
            negated = True
            low = _floor(base[0], base[1]) if partial else base
            high, high_open = (_end(base, precision), True) if partial else (base, False)
        case _ if precision == 3 and operator in ("", "="):
            high, high_open = base, False
        case _ if numbers == [0, 0, 0] and not partial:
            pass  # "*", and "~0.0.0" by the library's own exception
        case _:
            high = _end(base, precision)
    takes_prerelease = prerelease != _RELEASE or (negated and precision == 3)
    return _Term(low, high, low_open, high_open, negated, takes_prerelease)


def _all_of(text: str) -> tuple[_Term, ...] | None:
    """The terms of one alternative."""
    terms: list[_Term | None] = []
    text = text.strip(" \t\n\f\r")
    at, range_may_follow = 0, True
    while True:
        if found := _HYPHEN.match(text, at):
            if not range_may_follow:
                return None
            range_may_follow = True
            terms += [_term(">=", found.groups()[:4]), _term("<=", found.groups()[4:])]
        elif found := _TERM.match(text, at):
            range_may_follow = False
            terms.append(_term(found[1], found.groups()[1:]))
        else:
            return None
        if found.end() == len(text):
            break
        between = _BETWEEN.match(text, found.end())
        if between is None:
            return None
        at = between.end()
        range_may_follow = range_may_follow or "," in between[0]
    whole = tuple(term for term in terms if term is not None)
    return whole if len(whole) == len(terms) else None


@lru_cache(maxsize=4096)
def constraint_of(text: str) -> Constraint | None:
    """None where the text is no constraint, as ``==1.0``, ``1.2.3.4`` and an empty term are not."""
    if len(text) > MAX_LENGTH:
        return None
    read = [_all_of(part) for part in text.split("||")]
    alternatives = tuple(terms for terms in read if terms is not None)
    return alternatives if len(alternatives) == len(read) else None


class Wanted:
    """What a dependency asks of versions, read once. Text that is neither has to be equal."""

    __slots__ = ("_alternatives", "_text")

    def __init__(self, constraint: str) -> None:
        self._text = constraint
        self._alternatives = constraint_of(constraint) if constraint else None

    def takes(self, version: str, key: Key | None) -> bool:
        """Whether a version, of which ``key`` is the key, is what is asked for."""
        if not self._text:
            return True
        if key is None or self._alternatives is None:
            return version == self._text
        return any(all(term.takes(key) for term in terms) for terms in self._alternatives)


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version is what a constraint asks for."""
    return Wanted(constraint).takes(version, version_key(version))
