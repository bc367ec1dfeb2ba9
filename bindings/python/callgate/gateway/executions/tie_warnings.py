"""tie_warnings: ties to an entity that no trust backend has, as a misspelt name is."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable

from callgate.gateway.executions.all_tie import parts_of
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.scope_warnings import name_of
from callgate.gateway.executions.trust_ties import EntityTie
from callgate.gateway.executions.verifiers.docker import ContainerRule


def tie_warnings(
    entries: Iterable[Execution | ContainerRule], entities: Collection[str]
) -> list[str]:
    """One text for each such entry. The entity may be registered later: no error."""
    texts = []
    for entry in entries:
        for part in parts_of(entry.tie):
            if isinstance(part, EntityTie) and part.entity not in entities:
                near = difflib.get_close_matches(part.entity, sorted(entities), n=1)
                advice = f"did you mean {near[0]}?" if near else "register it, or correct the tie"
                name = json.dumps(part.entity)
                texts.append(f"{name_of(entry)}: no trust backend has the entity {name}: {advice}")
    return texts
