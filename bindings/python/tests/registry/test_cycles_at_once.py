"""Two agents that register at the same moment close a cycle that neither could see: no harm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from authorities import authority
from callgate.registry.rows.record import Record
from registry_world import World, heartbeat, tool, world

ACME = authority("Acme")


def test_a_cycle_closed_at_once_serves_no_one(tmp_path: Path) -> None:
    needs_b = heartbeat("cya", tool("cyA", {"capability": "cyB", "required": True}))
    needs_a = heartbeat("cyb", tool("cyB", {"capability": "cyA", "required": True}))
    leaf = ACME.issue("agent")
    with world(tmp_path, {"acme": ACME}) as made:
        _write_together(made, 2)
        with (
            made.agent(leaf) as first,
            made.agent(leaf) as second,
            ThreadPoolExecutor(2) as threads,
        ):
            said = list(
                threads.map(
                    lambda one: one[0].post(one[1]).body["status"],
                    [(first, needs_b), (second, needs_a)],
                )
            )
            assert said == ["success", "success"]
            _write_together(made, 1)
            asks = first.post(heartbeat("asks", tool("x", "cyA", "cyB"))).body
            found = asks["dependencies_resolved"]["x"]
            assert [one["status"] for one in found] == ["unresolved", "unresolved"]
            # The next that says something else is told, and the other serves once it is gone.
            again = second.post({**needs_a, "version": "2"}).body
            assert again["message"] == "required dependency cycle: cyA → cyB → cyA"
            assert second.post(heartbeat("cyb", tool("cyB"))).body["status"] == "success"
            asks = first.post(heartbeat("asks", tool("x", "cyA", "cyB"))).body
            found = asks["dependencies_resolved"]["x"]
            assert [one["status"] for one in found] == ["available", "available"]


def _write_together(made: World, count: int) -> None:
    """Rows are written once so many wait for it: after each was checked."""
    store = made.registry.store
    save = type(store).save
    arrived: list[Record] = []
    all_there = asyncio.Event()

    async def save_together(record: Record, still_trusted: Callable[[], None]) -> None:
        arrived.append(record)
        if len(arrived) >= count:
            all_there.set()
        await all_there.wait()
        await save(store, record, still_trusted)

    made.run(lambda: setattr(store, "save", save_together))
