"""What callers keep the registry busy with delays no revocation, theirs least of all."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority
from callgate._threads import Threads
from callgate.registry import members
from callgate.registry.http import bodies
from callgate.registry.http.app import RegistryApp
from callgate.registry.rows import bounds
from callgate.registry.rows.body import parse_heartbeat
from callgate.registry.rows.lease import NotTrusted
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject
from callgate.trust.backends.filestore import filestore
from callgate.trust.store import TrustStore
from registry_world import Agent, World, heartbeat, tool, until, world

ACME, GLOBEX, INITECH = authority("Acme"), authority("Globex"), authority("Initech")
ENTITIES = {"acme": ACME, "globex": GLOBEX}
TOOLS = [tool(f"tool-{number}", description="x" * 9000) for number in range(10)]
LONG = heartbeat("long-1", *TOOLS)


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES) as made:
        yield made


class Parsing:
    """Parses no body until it is let go; counts those that came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = 0
        self._gate = threading.Event()
        real = parse_heartbeat

        def parse(text: bytes, **most: Any) -> Any:
            if len(text) > members.LONG:
                self.begun += 1
                assert self._gate.wait(60)
            return real(text, **most)

        monkeypatch.setattr(bounds, "parse_heartbeat", parse)

    def go(self) -> None:
        self._gate.set()


@pytest.fixture
def parsing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parsing]:
    made = Parsing(monkeypatch)
    yield made
    made.go()


class Posting:
    """Long bodies, each on a connection and in a thread of its own."""

    def __init__(self, mesh: World, leaf: Issued, many: int) -> None:
        self.answers: list[tuple[int, str | None]] = []
        self.closed = 0
        self._stack = contextlib.ExitStack()
        agents = [self._stack.enter_context(mesh.agent(leaf)) for _ in range(many)]
        self._threads = [
            threading.Thread(target=self._post, args=(agent, f"{leaf.sha256[:8]}-{number}"))
            for number, agent in enumerate(agents)
        ]
        for thread in self._threads:
            thread.start()

    def _post(self, agent: Agent, agent_id: str) -> None:
        try:
            answer = agent.post({**LONG, "agent_id": agent_id})
        except (OSError, http.client.HTTPException):
            self.closed += 1  # by the registry
        else:
            self.answers.append((answer.status, answer.headers.get("retry-after")))

    def end(self) -> list[int]:
        """The statuses, in their order."""
        for thread in self._threads:
            thread.join(30)
        self._stack.close()
        return sorted(status for status, _ in self.answers)


def long_bodies(mesh: World) -> int:
    app = mesh.registry.app
    assert isinstance(app, RegistryApp)
    return mesh.run(lambda: app.bodies.long.in_use)


def test_long_bodies_do_not_delay_their_own_revocation(mesh: World, parsing: Parsing) -> None:
    acme, globex = ACME.issue("prov"), GLOBEX.issue("cons")
    with mesh.agent(acme) as agent, mesh.agent(globex) as neighbour:
        assert agent.post(heartbeat("prov-1", tool("adder"))).status == 200
        assert neighbour.post(heartbeat("cons-1", tool("calc", "adder"))).status == 200
        posting = Posting(mesh, acme, 12)
        # The half of 16 places; the others have been refused.
        until(lambda: len(posting.answers) == 4 and long_bodies(mesh) == 8)
        assert posting.answers == [(503, "1")] * 4
        mesh.trusts({"globex": GLOBEX})
        until(lambda: mesh.status("prov-1") == "evicted")
        assert neighbour.head("cons-1") == 202
        assert parsing.begun == 1
    parsing.go()
    # What waited is not answered 200, and nothing of it is registered.
    assert posting.end() == [503] * 4 and posting.closed == 8
    until(lambda: long_bodies(mesh) == 0)
    assert mesh.run(lambda: mesh.registry.members.directory.count("acme")) == 1
    assert mesh.status("cons-1") == "healthy"


@pytest.mark.parametrize("trusted", [False, True])
def test_a_verdict_that_turns_while_a_body_is_parsed_counts(
    mesh: World, parsing: Parsing, trusted: bool
) -> None:
    """Past the listener, which would close the connection before the answer."""
    leaf = ACME.issue("prov")
    verdict = mesh.trust.judge((leaf.der,))
    peer = Peer(chain=(leaf.der,), verdict=verdict, subject=Subject.of_verdict(verdict))
    work = mesh.registry.members.register(peer, json.dumps(LONG).encode())
    outcome: list[object] = []

    def register() -> None:
        try:
            outcome.append(mesh.await_(work)["status"])
        except NotTrusted as error:
            outcome.append(error.reason)

    thread = threading.Thread(target=register)
    thread.start()
    until(lambda: parsing.begun == 1)
    mesh.trusts(ENTITIES if trusted else {"globex": GLOBEX})
    parsing.go()
    thread.join(30)
    assert outcome == ["success" if trusted else "untrusted"]
    assert mesh.status("long-1") == ("healthy" if trusted else None)


def test_one_entity_leaves_places_for_anothers_bodies(mesh: World, parsing: Parsing) -> None:
    posting = Posting(mesh, ACME.issue("prov"), 9)
    until(lambda: len(posting.answers) == 1)
    with mesh.agent(GLOBEX.issue("cons")) as neighbour:
        # A short body is not in the way of long ones.
        assert neighbour.post(heartbeat("cons-1")).status == 200
        other = Posting(mesh, GLOBEX.issue("other"), 1)
        until(lambda: long_bodies(mesh) == 9)
    parsing.go()
    assert other.end() == [200]
    assert posting.end() == [200] * 8 + [503]


@pytest.mark.anyio
async def test_refusals_for_want_of_a_place_are_delayed_up_to_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "DELAY", 3600)
    monkeypatch.setattr(bodies, "DELAYED", 2)
    places = bodies.Bodies(1 << 20)
    waiting = [asyncio.create_task(places.delay()) for _ in range(2)]
    await asyncio.sleep(0)
    await places.delay()  # no more may wait: at once
    assert not any(one.done() for one in waiting)
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)
    again = asyncio.create_task(places.delay())
    await asyncio.sleep(0)
    assert not again.done()
    again.cancel()


def test_a_body_counts_before_it_is_read(mesh: World) -> None:
    """Only its headers came: the place is taken, and another's is free."""
    with mesh.agent(ACME.issue("slow")) as slow, mesh.agent(GLOBEX.issue("cons")) as neighbour:
        connection = slow._connection
        connection.putrequest("POST", "/heartbeat")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(members.LONG + 1))
        connection.endheaders()
        until(lambda: long_bodies(mesh) == 1)
        assert neighbour.post(LONG).status == 200
        connection.close()
        until(lambda: long_bodies(mesh) == 0)


def test_a_locked_database_delays_no_eviction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entities = {**ENTITIES, "initech": INITECH}
    with world(tmp_path, entities) as mesh:
        for entity, ca in (("acme", ACME), ("initech", INITECH), ("globex", GLOBEX)):
            with mesh.agent(ca.issue(f"{entity}-leaf")) as agent:
                assert agent.post(heartbeat(entity, tool(entity))).status == 200
        held = threading.Event()

        async def publish(*what: Any) -> None:
            held.set()
            await asyncio.Event().wait()  # as a lock that is never given back

        monkeypatch.setattr(mesh.registry.store, "publish", publish)
        mesh.trusts({"globex": GLOBEX, "initech": INITECH})
        until(lambda: mesh.status("acme") == "evicted" and held.is_set())
        mesh.trusts({"globex": GLOBEX})
        until(lambda: mesh.status("initech") == "evicted")
        assert mesh.status("globex") == "healthy"


def test_both_evictions_are_written_once_the_lock_is_gone(mesh: World) -> None:
    with mesh.agent(ACME.issue("prov")) as agent, mesh.agent(GLOBEX.issue("cons")) as neighbour:
        for one, name in ((agent, "prov-1"), (neighbour, "cons-1")):
            assert one.post(heartbeat(name)).status == 200
    path = mesh.folder / "state" / "registry.db"
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    mesh.trusts({"globex": GLOBEX})
    until(lambda: mesh.status("prov-1") == "evicted")
    mesh.trusts({})
    until(lambda: mesh.status("cons-1") == "evicted")
    lock.close()

    def stored() -> list[str]:
        with sqlite3.connect(path) as connection:
            return [row[0] for row in connection.execute("SELECT status FROM callgate_agents")]

    until(lambda: stored() == ["evicted", "evicted"])


@pytest.mark.anyio
async def test_trust_is_read_while_the_loops_own_threads_are_busy(trust_dir: Path) -> None:
    gate = threading.Event()
    store = TrustStore([filestore(trust_dir)])
    (trust_dir / "entities" / "acme.pem").write_bytes(ACME.pem)
    await store.start()
    loop = asyncio.get_running_loop()
    busy = [loop.run_in_executor(None, gate.wait) for _ in range(2 * (os.cpu_count() or 1) + 64)]
    try:
        leaf = ACME.issue("prov")
        assert store.judge((leaf.der,)).trusted
        changed = asyncio.Event()
        store.subscribe(lambda old, new: changed.set())
        (trust_dir / "entities" / "acme.pem").unlink()
        await asyncio.wait_for(changed.wait(), 20)
        assert not store.judge((leaf.der,)).trusted
    finally:
        gate.set()
        await asyncio.gather(*busy)
        await store.stop()


@pytest.mark.anyio
async def test_threads_that_are_closed_drop_what_waits() -> None:
    threads, gate, begun = Threads("test"), threading.Event(), threading.Event()
    ran: list[int] = []

    def first() -> str:
        begun.set()
        assert gate.wait(20)
        return "first"

    under_way = asyncio.create_task(threads.run(first))
    waiting = asyncio.create_task(threads.run(ran.append, 1))
    while not begun.is_set():
        await asyncio.sleep(0)
    threads.close()
    gate.set()
    assert await under_way == "first"
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(RuntimeError):
        await threads.run(ran.append, 2)
    assert ran == []


def test_one_entity_leaves_rows_for_another(tmp_path: Path) -> None:
    limits = {"CALLGATE_REGISTRY__LIMITS__AGENTS": "4"}
    with world(tmp_path, ENTITIES, "auto", **limits) as mesh:
        with mesh.agent(ACME.issue("prov")) as agent:
            answers = [agent.post(heartbeat(f"prov-{number}")).body for number in range(3)]
            assert [one["status"] for one in answers] == ["success", "success", "error"]
            assert "at most 2 agents of this entity" in answers[2]["message"]
            # What is registered already goes on.
            assert agent.post(heartbeat("prov-0", tool("adder"))).body["status"] == "success"
        with mesh.agent(GLOBEX.issue("cons")) as neighbour:
            assert neighbour.post(heartbeat("cons-1")).body["status"] == "success"
        with mesh.agent() as anonymous:
            assert anonymous.post(heartbeat("anon-1")).body["status"] == "success"
            assert "at most 4 agents" in anonymous.post(heartbeat("anon-2")).body["message"]


def test_without_tls_agents_may_have_all(tmp_path: Path) -> None:
    limits = {"CALLGATE_REGISTRY__LIMITS__AGENTS": "2"}
    with world(tmp_path, {}, "off", **limits) as mesh, mesh.agent() as agent:
        for name in ("anon-1", "anon-2"):
            assert agent.post(heartbeat(name)).body["status"] == "success"


def test_ends_of_certificates_are_kept_once_a_row(mesh: World) -> None:
    with mesh.agent(ACME.issue("prov")) as agent:
        assert agent.post(heartbeat("prov-1", tool("adder"))).status == 200
        eviction = mesh.registry.eviction
        row = mesh.registry.members.directory.rows["prov-1"]

        def watch() -> int:
            for _ in range(10_000):
                eviction.watch(row)
            return len(eviction._ends)

        assert mesh.run(watch) <= 2 + 1_000
        assert agent.head("prov-1") == 200
