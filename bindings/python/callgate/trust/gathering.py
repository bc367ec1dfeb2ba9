"""From the states of all sources to one snapshot: what contradicts itself counts for nothing."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from callgate.trust import Anchor, TrustError, TrustSnapshot, TrustSource
from callgate.trust.backends.names import sharing, twins
from callgate.trust.backends.source import Problem, SourceState

# The name of an entity or trust domain, in lower case, and why it does not count.
Disabled: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Gathering:
    """``sources`` and ``revoked`` are what ``snapshot`` was made from."""

    states: tuple[SourceState, ...]  # with what was found between them
    sources: tuple[TrustSource, ...]
    revoked: frozenset[str]
    snapshot: TrustSnapshot


def gather(states: Sequence[SourceState], before: Gathering) -> Gathering:
    """The next one; its snapshot is that of ``before`` where nothing that counts is another.

    A source that does not load is unavailable, with the reason, and the others are not touched. A
    name that stands for two (an entity and a trust domain, a trust domain of two sources, names
    that differ in case alone) and two names that have one anchor count for nothing in any source.
    Nothing at all is trusted while what a source revokes was never read.
    """
    states = tuple(states)
    if unread := [state.name for state in states if state.revoked_unknown]:
        why = f"the revoked keys of {', '.join(unread)} could not be read: nothing is trusted"
        return nothing(states, before, why)
    with contextlib.suppress(TrustError):  # the usual case: all load together
        return _gathering(states, tuple(_source(state) for state in states), before)
    states, anchors = _loadable(states)
    disabled = _one_name(states) | _one_anchor(anchors)
    sources = tuple(_without(state, disabled) for state in states)
    states = tuple(_with_problems(state, disabled) for state in states)
    try:
        return _gathering(states, sources, before)
    except TrustError as error:  # of all together: there are too many anchors
        return nothing(states, before, str(error))


def nothing(states: Sequence[SourceState], before: Gathering, why: str) -> Gathering:
    """Every source is unavailable; what is revoked stays so."""
    states = tuple(state if state.revoked_unknown else _unavailable(state, why) for state in states)
    return _gathering(states, tuple(_source(state) for state in states), before)


def _gathering(
    states: tuple[SourceState, ...], sources: tuple[TrustSource, ...], before: Gathering
) -> Gathering:
    revoked = frozenset[str]().union(*(state.revoked for state in states))
    if sources == before.sources and revoked == before.revoked and before.snapshot.generation:
        return replace(before, states=states)
    snapshot = TrustSnapshot.of_sources(
        sources,
        revoked=sorted(revoked),
        generation=before.snapshot.generation + 1,
        previous=before.snapshot,
    )
    return Gathering(states, sources, revoked, snapshot)


def _unavailable(state: SourceState, why: str) -> SourceState:
    return replace(state, entities={}, bundles={}, status="unavailable", detail=why)


def _loadable(
    states: Sequence[SourceState],
) -> tuple[tuple[SourceState, ...], list[Anchor]]:
    """The sources, each loaded alone, and the anchors of all."""
    found: list[SourceState] = []
    anchors: list[Anchor] = []
    for state in states:
        try:
            anchors += TrustSnapshot.of_sources([_source(state)]).anchors
            found.append(state)
        except TrustError as error:
            found.append(_unavailable(state, str(error)))
    return tuple(found), anchors


def _source(state: SourceState) -> TrustSource:
    available = state.status != "unavailable"
    entities = state.entities if available else {}
    return TrustSource(state.name, entities, state.bundles if available else {}, available)


def _one_name(states: Sequence[SourceState]) -> Disabled:
    """The names that stand for two."""
    domains: dict[str, list[str]] = defaultdict(list)
    for state in states:
        for domain in state.bundles:
            domains[domain.lower()].append(state.name)
    entities = {name for state in states for name in state.entities}
    disabled = {
        name.lower(): f"its name differs from {', '.join(n for n in kind if n != name)} in case "
        "alone: rename one"
        for name, kind in twins(entities).items()
    }
    for name in {entity.lower() for entity in entities} & domains.keys():
        disabled[name] = "an entity and a trust domain have this name: rename the entity"
    for domain, holders in domains.items():
        if len(holders) > 1:
            disabled[domain] = f"{' and '.join(holders)} have a bundle of it: configure one of them"
    return disabled


def _one_anchor(anchors: Sequence[Anchor]) -> Disabled:
    """The names that have an anchor which another name has as well."""
    held = ((anchor.entity, anchor.spki_sha256) for anchor in anchors)
    return {
        name.lower(): f"{', '.join(sorted(others))} has the same anchor: remove it from all but one"
        for name, others in sharing(held).items()
    }


def _without(state: SourceState, disabled: Disabled) -> TrustSource:
    source = _source(state)
    return replace(
        source,
        entities=_kept(source.entities, disabled),
        bundles=_kept(source.bundles, disabled),
    )


def _kept(
    named: Mapping[str, tuple[bytes, ...]], disabled: Disabled
) -> dict[str, tuple[bytes, ...]]:
    return {name: files for name, files in named.items() if name.lower() not in disabled}


def _with_problems(state: SourceState, disabled: Disabled) -> SourceState:
    found = tuple(
        Problem(f"{state.name}: {name}", disabled[name.lower()])
        for name in sorted({*state.entities, *state.bundles})
        if name.lower() in disabled
    )
    return replace(state, problems=state.problems + found) if found else state
