"""scope_warnings: scopes that can never be granted, since no context has their name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.verifiers.docker import ContainerRule


def scope_warnings(
    entries: Iterable[Execution | ContainerRule], context_names: Sequence[str]
) -> list[str]:
    """One text for each scope of an entry that no context has. It may come later: no error."""
    known = frozenset(context_names)
    return [
        f"{name_of(entry)}: no context is named {json.dumps(scope)}"
        for entry in entries
        for scope in sorted(entry.scopes - known)
    ]


def name_of(entry: Execution | ContainerRule) -> str:
    """As warnings name it."""
    if isinstance(entry, Execution):
        return f"execution {json.dumps(entry.workload_id)}"
    return f"container rule {json.dumps(entry.label)}"
