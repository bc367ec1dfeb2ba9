"""Policies that are swapped under load: each call is decided by one of them, and runs so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from callgate import PolicySet
from gateway_process import replace, wait_until
from places import CONTEXTS, counting, place, write_place
from world import mark

DENYING = "- name: any\n  capabilities: []\n"
SWAPS = 12


def test_nothing_is_lost_doubled_or_wrongly_allowed(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    config = write_place(folder, {"count": counting(folder, "run")})
    digests = {PolicySet.parse(text).digest: text for text in (CONTEXTS, DENYING)}
    verdicts: dict[str, str | None] = {}
    over = threading.Event()
    with place(config) as world:

        def at_least(count: int) -> Callable[[], bool]:
            return lambda: len(verdicts) >= count or any(caller.done() for caller in callers)

        def call() -> None:
            while not over.is_set():
                # Of one session, refusals are told one by one only up to ten a second.
                agent = world.agent("any")
                for _ in range(8):
                    id = mark()
                    verdicts[id] = world.verdict(agent.call("count.run", {"mark": id}, id=id))

        with ThreadPoolExecutor(4) as pool:
            callers = [pool.submit(call) for _ in range(4)]
            try:
                for n in range(SWAPS):
                    replace(folder / "contexts.yaml", (DENYING, CONTEXTS)[n % 2])
                    world.gateway.wait_for_log("policy replaced", n + 1)
                    wait_until(at_least(len(verdicts) + 8))
            finally:
                over.set()
            for caller in callers:
                caller.result(60)
        allowed = {id for id, verdict in verdicts.items() if verdict is None}
        assert set(verdicts.values()) == {None, "TOOL_NOT_ALLOWED"}
        record = world.record.read_text()
        for id in verdicts:
            assert record.count(id) == (id in allowed)
        wait_until(lambda: sum(line["kind"] == "outcome" for line in world.trail()) == len(allowed))
        lines = [line["fields"] for line in world.trail() if line["kind"] == "event"]
        events = {fields["request_id"]: fields for fields in lines if fields.get("tool")}
        assert events.keys() == verdicts.keys()
        for id, fields in events.items():
            # The policy that the trail names is one that decides so.
            assert fields["allowed"] is (id in allowed)
            assert digests[fields["policy_digest"]] == (CONTEXTS if id in allowed else DENYING)
