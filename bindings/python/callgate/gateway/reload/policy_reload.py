"""Replacing the policy: what changes is written down before it changes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from callgate import Gate, PolicyChange, PolicySet

_LOG: Final = logging.getLogger("callgate.gateway")
# A line that is written for people. The digests name both policies in full.
_MAX_CHANGES: Final = 50


async def reload_policy(
    gate: Gate,
    path: Path,
    unchanged: Callable[[], None],
    note: Callable[[dict[str, Any]], Awaitable[Any]],
) -> None:
    """Loads the policy in ``path``; where it differs, notes the difference, then takes it.

    Raises PolicyError, OSError, or what ``note`` raises; the gate's policy is then as it was.
    """
    old = gate.policy
    new = await asyncio.to_thread(PolicySet.load, path)
    unchanged()
    if new.digest == old.digest:
        _LOG.info("policy read again, unchanged", extra={"digest": new.digest})
        return
    difference = await asyncio.to_thread(describe_difference, old, new)
    await note(difference)
    gate.set_policy(new)
    _LOG.warning("policy replaced", extra=difference)


def describe_difference(old: PolicySet, new: PolicySet) -> dict[str, Any]:
    """Both digests, the contexts that came and went, and the ``diff`` of those that stayed."""
    before, after = set(old.context_names), set(new.context_names)
    changes = [
        {"context": name, **_describe(change)}
        for name in sorted(before & after)
        for change in old.diff(name, new, name).changes
    ]
    return {
        "old_digest": old.digest,
        "new_digest": new.digest,
        "contexts_added": sorted(after - before)[:_MAX_CHANGES],
        "contexts_removed": sorted(before - after)[:_MAX_CHANGES],
        "changes": changes[:_MAX_CHANGES],
        "changes_in_all": len(changes),
    }


def _describe(change: PolicyChange) -> dict[str, Any]:
    witness = change.witness
    return {
        "became": "allowed" if change.became_allowed else "denied",
        "capability": change.capability,
        "tool_pattern": change.tool_pattern,
        "reason": change.reason,
        "witness": None
        if witness is None
        else {"tool": witness.tool, "arguments": json.loads(witness.arguments)},
    }
