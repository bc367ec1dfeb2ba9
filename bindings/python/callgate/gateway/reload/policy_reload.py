"""Replacing the policy: it holds at once, and what changed is said as soon as it is known."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias, final

from callgate import CallgateError, Gate, PolicyChange, PolicySet
from callgate._as_json import change_data

_LOG: Final = logging.getLogger("callgate.gateway")
# A line that is written for people. The digests name both policies in full.
_MAX_CHANGES: Final = 50

Note: TypeAlias = Callable[[dict[str, Any]], Awaitable[Any]]


@final
class PolicyFindings:
    """Compares each policy with the one that it replaced, after it holds.

    A comparison takes longer than reading a policy does: ``run`` makes them one after the other,
    in a worker thread, and gives ``note`` what changed.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._replaced: asyncio.Queue[tuple[PolicySet, PolicySet]] = asyncio.Queue()

    def expect(self, old: PolicySet, new: PolicySet) -> None:
        """``new`` holds now. Returns at once."""
        self._replaced.put_nowait((old, new))

    async def run(self) -> None:
        """Until it is cancelled. What cannot be noted is in the log."""
        while True:
            old, new = await self._replaced.get()
            changes = await asyncio.to_thread(describe_changes, old, new)
            try:
                await self._note(changes)
            except CallgateError as error:
                _LOG.error("changes of policy not recorded", extra={"reason": str(error)})
            _LOG.warning("policies compared", extra=changes)


async def reload_policy(
    gate: Gate,
    path: Path,
    unchanged: Callable[[], None],
    note: Note,
    findings: PolicyFindings,
) -> None:
    """Loads the policy in ``path``; where it differs, notes that, takes it, and has it compared.

    Raises PolicyError, OSError, or what ``note`` raises; the gate's policy is then as it was.
    """
    old = gate.policy
    new = await asyncio.to_thread(PolicySet.load, path)
    unchanged()
    if new.digest == old.digest:
        _LOG.info("policy read again, unchanged", extra={"digest": new.digest})
        return
    replacement = describe_replacement(old, new)
    await note(replacement)
    gate.set_policy(new)
    _LOG.warning("policy replaced", extra=replacement)
    findings.expect(old, new)


def describe_replacement(old: PolicySet, new: PolicySet) -> dict[str, Any]:
    """Both digests, and the contexts that came and went."""
    before, after = set(old.context_names), set(new.context_names)
    return {
        "old_digest": old.digest,
        "new_digest": new.digest,
        "contexts_added": sorted(after - before)[:_MAX_CHANGES],
        "contexts_removed": sorted(before - after)[:_MAX_CHANGES],
    }


def describe_changes(old: PolicySet, new: PolicySet) -> dict[str, Any]:
    """Both digests, and the ``diff`` of the contexts that stayed."""
    changes = [
        {"context": name, **_describe(change)}
        for name in sorted(set(old.context_names) & set(new.context_names))
        for change in old.diff(name, new, name).changes
    ]
    return {
        "old_digest": old.digest,
        "new_digest": new.digest,
        "changes": changes[:_MAX_CHANGES],
        "changes_in_all": len(changes),
    }


def _describe(change: PolicyChange) -> dict[str, Any]:
    data = change_data(change)
    del data["became_allowed"]
    effect = data.pop("effect")
    if change.witness is not None:
        data["witness"]["arguments"] = json.loads(change.witness.arguments)
    return {"became": None if effect == "none" else effect, **data}
