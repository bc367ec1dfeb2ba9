"""Eviction: untrusted rows leave resolution at once and stay out, and all other agents are told."""

from __future__ import annotations

import datetime
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority
from registry_world import Agent, World, heartbeat, tool, until, world

ACME, GLOBEX = authority("Acme"), authority("Globex")
ENTITIES = {"acme": ACME, "globex": GLOBEX}


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES) as made:
        yield made


@pytest.fixture(scope="module")
def acme() -> Issued:
    return ACME.issue("prov")


@pytest.fixture(scope="module")
def globex() -> Issued:
    return GLOBEX.issue("cons")


def revoke(mesh: World, entity: str, **how: Any) -> None:
    left = {name: one for name, one in mesh.trust.entities.items() if name != entity}
    mesh.trusts(left, **how)


def registered(agent: Agent, agent_id: str, *tools: Any) -> dict[str, Any]:
    body = heartbeat(agent_id, *tools)
    assert agent.post(body).body["status"] == "success"
    return body


def calc_of(agent: Agent, body: dict[str, Any]) -> str:
    (entry,) = agent.post(body).body["dependencies_resolved"]["calc"]
    status: str = entry["status"]
    return status


@pytest.mark.parametrize("how", [{}, {"revoked": (ACME.spki_sha256,)}])
def test_a_revoked_entity_is_out_and_the_other_is_told(
    strict: World, acme: Issued, globex: Issued, how: dict[str, Any]
) -> None:
    with strict.agent(acme) as provider, strict.agent(globex) as consumer:
        registered(provider, "prov-1", tool("adder"))
        body = registered(consumer, "cons-1", tool("calc", "adder"))
        assert calc_of(consumer, body) == "available"
        assert consumer.head("cons-1") == 200
        revoke(strict, "acme", **how)
        until(lambda: strict.status("prov-1") == "evicted")
        assert consumer.head("cons-1") == 202
        assert calc_of(consumer, body) == "unresolved"
        assert consumer.head("cons-1") == 200
        shown = {one["id"]: one for one in consumer.ask("GET", "/agents").body["agents"]}
        assert "evicted" not in shown["cons-1"]
        assert (shown["prov-1"]["status"], shown["prov-1"]["evicted"]) == ("unhealthy", True)
        assert shown["prov-1"]["reason"] == ("revoked" if how else "untrusted")
        until(lambda: not provider.is_connected)
        assert consumer.is_connected
    with strict.agent(acme) as again:
        assert again.head("prov-1") == 403
        answer = again.post(heartbeat("prov-1", tool("adder")))
        assert answer.status == 403
        reason = "revoked" if how else "untrusted"
        assert (answer.body["reason"], answer.body["entity"]) == (reason, "acme")
    (line,) = [one for one in strict.audit() if one["what"] == "evicted"]
    assert (line["agent_id"], line["entity"], line["cause"]) == (
        "prov-1",
        "acme",
        f"trust.{reason}",
    )
    assert line["certificate_sha256"] == acme.sha256


def test_a_connection_without_a_row_closes_as_well(strict: World, globex: Issued) -> None:
    with strict.agent(ACME.issue("reader")) as reader, strict.agent(globex) as neighbour:
        for one in (reader, neighbour):
            assert one.ask("GET", "/agents").status == 200
        revoke(strict, "acme")
        until(lambda: not reader.is_connected)
        assert neighbour.is_connected
        assert neighbour.ask("GET", "/agents").status == 200


def test_an_authority_that_is_issued_anew_closes_nothing(strict: World, acme: Issued) -> None:
    """The same key in another certificate: every chain is trusted as before."""
    with strict.agent(acme) as agent:
        registered(agent, "prov-1", tool("adder"))
        strict.trusts({**ENTITIES, "acme": authority("Acme", key=ACME.key)})

        def anchor() -> str | None:
            row = strict.registry.members.directory.get("prov-1")
            return None if row is None or row.identity is None else row.identity.anchor_sha256

        until(lambda: strict.run(anchor) != ACME.sha256)
        assert agent.is_connected
        assert agent.head("prov-1") == 200


def test_an_evicted_agent_cannot_go_on_without_certificate(tmp_path: Path, acme: Issued) -> None:
    with world(tmp_path, ENTITIES, "auto") as auto:
        with auto.agent(acme) as agent:
            body = registered(agent, "prov-1", tool("adder"))
            revoke(auto, "acme")
            until(lambda: auto.status("prov-1") == "evicted")
        with auto.agent() as anonymous:
            assert anonymous.head("prov-1") == 403
            answer = anonymous.post(body)
            assert answer.status == 403
            assert answer.body["error"] == "agent evicted"
            assert (answer.body["reason"], answer.body["entity"]) == ("untrusted", "acme")
            # A neighbour that never had one goes on.
            assert anonymous.post(heartbeat("anon-1")).body["status"] == "success"


def test_an_entity_that_is_trusted_again_registers_again(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        registered(agent, "prov-1", tool("adder"))
        revoke(strict, "acme")
        until(lambda: strict.status("prov-1") == "evicted")
    strict.trusts(ENTITIES)
    with strict.agent(acme) as agent:
        assert agent.head("prov-1") == 410
        registered(agent, "prov-1", tool("adder"))
        assert agent.head("prov-1") == 200


def test_a_certificate_that_ends_evicts_its_row(strict: World, acme: Issued) -> None:
    short = ACME.issue("short", ends=datetime.timedelta(seconds=3))
    with strict.agent(short) as ending, strict.agent(acme) as lasting:
        registered(ending, "short-1", tool("adder"))
        registered(lasting, "prov-1", tool("adder"))
        until(lambda: strict.status("short-1") == "evicted")
        assert strict.status("prov-1") == "healthy"
    (line,) = [one for one in strict.audit() if one["what"] == "evicted"]
    assert line["cause"] == "trust.expired"


def test_a_backend_that_is_unavailable_fails_closed(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        body = registered(agent, "prov-1", tool("adder"))
        strict.trusts(ENTITIES, available=False)
        until(lambda: strict.status("prov-1") == "evicted")
    with strict.agent(acme) as agent:
        answer = agent.post(body)
        assert (answer.status, answer.body["reason"]) == (503, "unavailable")
        strict.trusts(ENTITIES)
        assert agent.post(body).body["status"] == "success"


def test_a_new_name_of_an_anchor_is_the_rows_new_entity(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        registered(agent, "prov-1", tool("adder"))
        strict.trusts({"acme-corp": ACME, "globex": GLOBEX})

        def entity() -> str | None:
            row = strict.registry.members.directory.get("prov-1")
            return None if row is None else row.entity

        until(lambda: strict.run(entity) == "acme-corp")
        assert agent.head("prov-1") in (200, 202)


def test_refusals_of_the_evicted_touch_no_database(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        body = registered(agent, "prov-1", tool("adder"))
        revoke(strict, "acme")
        until(lambda: strict.status("prov-1") == "evicted")
    lock = sqlite3.connect(strict.folder / "state" / "registry.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with strict.agent(acme) as agent:
            for _ in range(10):
                assert agent.head("prov-1") == 403
                assert agent.post(body).status == 403
    finally:
        lock.close()


def test_a_locked_store_keeps_no_one_in_resolution(
    strict: World, acme: Issued, globex: Issued
) -> None:
    with strict.agent(acme) as provider, strict.agent(globex) as consumer:
        registered(provider, "prov-1", tool("adder"))
        body = registered(consumer, "cons-1", tool("calc", "adder"))
        lock = sqlite3.connect(strict.folder / "state" / "registry.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            revoke(strict, "acme")
            until(lambda: strict.status("prov-1") == "evicted")
            assert consumer.head("cons-1") == 202
            assert calc_of(consumer, body) == "unresolved"
            # What has to be written cannot be.
            assert consumer.post(heartbeat("cons-2")).status == 503
            health = consumer.ask("GET", "/health")
            assert (health.status, health.body["status"]) == (503, "unhealthy")
        finally:
            lock.close()
        registered(consumer, "cons-2")
        assert consumer.ask("GET", "/health").body["status"] == "healthy"

    def stored() -> str:
        with sqlite3.connect(strict.folder / "state" / "registry.db") as connection:
            query = "SELECT status FROM callgate_agents WHERE agent_id = 'prov-1'"
            (status,) = connection.execute(query).fetchone()
        return str(status)

    until(lambda: stored() == "evicted")


def test_a_registration_under_way_is_refused_when_trust_goes(strict: World, acme: Issued) -> None:
    """The write waits for a lock; meanwhile the entity is revoked."""
    lock = sqlite3.connect(
        strict.folder / "state" / "registry.db", isolation_level=None, check_same_thread=False
    )
    lock.execute("BEGIN IMMEDIATE")
    with strict.agent(acme) as agent:
        answers: list[Any] = []

        def post() -> None:
            try:
                answers.append(agent.post(heartbeat("prov-1", tool("adder"))).status)
            except OSError:
                answers.append(None)  # the connection was closed

        thread = threading.Thread(target=post)
        thread.start()
        until(lambda: strict.run(lambda: bool(strict.registry.members.registering)))
        revoke(strict, "acme")
        lock.execute("ROLLBACK")
        thread.join(20)
    lock.close()
    assert answers in ([403], [None])
    until(lambda: strict.status("prov-1") in (None, "evicted"))


def test_rows_are_judged_again_after_a_clock_jumps(strict: World, acme: Issued) -> None:
    year = 366 * 86_400
    for jump in (2.0 * year, -2.0 * year):
        # The connection's own verdict is of the right clock: so the agent comes back by itself.
        with strict.agent(acme) as agent:
            registered(agent, "prov-1", tool("adder"))
            strict.ahead = jump
            until(lambda: strict.status("prov-1") == "evicted")
            strict.ahead = 0.0
    causes = [one["cause"] for one in strict.audit() if one["what"] == "evicted"]
    assert causes == ["trust.expired", "trust.not_yet_valid"]


class TestSilence:
    """Agents of which nothing is heard."""

    @pytest.fixture
    def quick(self, tmp_path: Path) -> Iterator[World]:
        with world(
            tmp_path,
            ENTITIES,
            HEALTH_CHECK_INTERVAL="100ms",
            DEFAULT_TIMEOUT_THRESHOLD="2s",
            MCP_MESH_RETENTION="3s",
            MCP_MESH_SWEEP_INTERVAL="100ms",
        ) as made:
            yield made

    def test_a_silent_agent_is_unhealthy_and_then_gone(
        self, quick: World, acme: Issued, globex: Issued
    ) -> None:
        with quick.agent(acme) as provider, quick.agent(globex) as consumer:
            registered(provider, "prov-1", tool("adder"))
            body = registered(consumer, "cons-1", tool("calc", "adder"))

            def unhealthy() -> bool:
                consumer.head("cons-1")
                return quick.status("prov-1") == "unhealthy"

            until(unhealthy)
            assert quick.status("cons-1") == "healthy"
            assert calc_of(consumer, body) == "unresolved"
            assert provider.head("prov-1") == 410

            def gone() -> bool:
                consumer.head("cons-1")
                return quick.status("prov-1") is None

            until(gone)
            assert quick.status("cons-1") == "healthy"


class TestRestart:
    """The next run of a registry over the same state."""

    def test_rows_come_back_and_have_a_time_out_of_grace(
        self, tmp_path: Path, acme: Issued
    ) -> None:
        with world(tmp_path, ENTITIES) as first, first.agent(acme) as agent:
            registered(agent, "prov-1", tool("adder"))
        with world(tmp_path, ENTITIES) as second, second.agent(acme) as agent:
            assert second.status("prov-1") == "healthy"
            # What it was told before may be different now.
            assert agent.head("prov-1") == 202
            registered(agent, "prov-1", tool("adder"))
            assert agent.head("prov-1") == 200

    def test_what_was_revoked_meanwhile_does_not_come_back(
        self, tmp_path: Path, acme: Issued, globex: Issued
    ) -> None:
        with (
            world(tmp_path, ENTITIES) as first,
            first.agent(acme) as provider,
            first.agent(globex) as consumer,
        ):
            registered(provider, "prov-1", tool("adder"))
            registered(consumer, "cons-1", tool("calc", "adder"))
        with world(tmp_path, {"globex": GLOBEX}) as second, second.agent(globex) as consumer:
            assert second.status("prov-1") == "evicted"
            assert calc_of(consumer, heartbeat("cons-1", tool("calc", "adder"))) == "unresolved"

    def test_an_evicted_row_stays_evicted(self, tmp_path: Path, acme: Issued) -> None:
        with world(tmp_path, ENTITIES, "auto") as first, first.agent(acme) as agent:
            registered(agent, "prov-1", tool("adder"))
            revoke(first, "acme")
            until(lambda: first.status("prov-1") == "evicted")
        with world(tmp_path, {"globex": GLOBEX}, "auto") as second, second.agent() as anonymous:
            assert anonymous.head("prov-1") == 403
            assert anonymous.post(heartbeat("prov-1")).body["error"] == "agent evicted"

    def test_anonymous_rows_are_not_served_in_strict(self, tmp_path: Path, acme: Issued) -> None:
        with world(tmp_path, ENTITIES, "auto") as first, first.agent() as agent:
            registered(agent, "anon-1", tool("adder"))
        with world(tmp_path, ENTITIES, "strict") as second, second.agent(acme) as agent:
            assert second.status("anon-1") == "unhealthy"
            assert calc_of(agent, heartbeat("cons-1", tool("calc", "adder"))) == "unresolved"
