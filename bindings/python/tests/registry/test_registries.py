"""Two registries over one PostgreSQL: rows of one are served by the other, and trust is both's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from authorities import authority
from postgresql_server import postgresql, programs
from registry_world import World, heartbeat, tool, until, world

ACME, GLOBEX = authority("Acme"), authority("Globex")
ENTITIES = {"acme": ACME, "globex": GLOBEX}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[World, World]]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql() as url:
        folders = [tmp_path / "here", tmp_path / "there"]
        for folder in folders:
            folder.mkdir()
        with (
            world(folders[0], ENTITIES, DATABASE_URL=url) as here,
            world(folders[1], ENTITIES, DATABASE_URL=url) as there,
        ):
            yield here, there


def test_an_agent_of_one_is_found_at_the_other(two: tuple[World, World]) -> None:
    here, there = two
    with here.agent(ACME.issue("prov")) as provider, there.agent(GLOBEX.issue("c")) as consumer:
        body = heartbeat("cons-1", tool("calc", "adder"))
        consumer.post(body)
        assert consumer.head("cons-1") == 200
        provider.post(heartbeat("prov-1", tool("adder")))
        until(lambda: consumer.head("cons-1") == 202)
        (entry,) = consumer.post(body).body["dependencies_resolved"]["calc"]
        assert entry["agent_id"] == "prov-1"
        # Its heartbeats may go to the other, too.
        with there.agent(ACME.issue("prov")) as moved:
            assert moved.head("prov-1") in (200, 202)
        provider.ask("DELETE", "/agents/prov-1")
        until(lambda: there.status("prov-1") == "unhealthy")
        assert consumer.head("cons-1") == 202


def test_a_revocation_at_one_evicts_at_both(two: tuple[World, World]) -> None:
    here, there = two
    with here.agent(ACME.issue("prov")) as provider:
        body = heartbeat("prov-1", tool("adder"))
        provider.post(body)
        until(lambda: there.status("prov-1") == "healthy")
        there.trusts({"globex": GLOBEX}, revoked=[ACME.spki_sha256])
        until(lambda: there.status("prov-1") == "evicted")
        until(lambda: here.status("prov-1") == "evicted")
    # The first still trusts the certificate; what it writes needs the other's word as well.
    with here.agent(ACME.issue("prov")) as provider:
        answer = provider.post(body)
        assert (answer.status, answer.body.get("reason")) == (403, "revoked")
        assert here.status("prov-1") == "evicted"
    with here.agent(GLOBEX.issue("neighbour")) as neighbour:
        assert neighbour.post(heartbeat("n-1")).body["status"] == "success"


def test_rotate_at_one_is_heard_at_the_other(two: tuple[World, World]) -> None:
    here, there = two
    with there.agent(ACME.issue("prov")) as provider:
        provider.post(heartbeat("prov-1", tool("adder")))
        assert provider.head("prov-1") == 200
        until(lambda: here.status("prov-1") == "healthy")
        rows = here.await_(here.registry.members.ask_again("acme"))
        assert [row.agent_id for row in rows] == ["prov-1"]
        until(lambda: provider.head("prov-1") == 202)


def test_connections_that_the_database_ends_come_back(two: tuple[World, World]) -> None:
    import psycopg

    here, there = two
    with here.agent(ACME.issue("prov")) as provider:
        provider.post(heartbeat("prov-1", tool("adder")))
        until(lambda: there.status("prov-1") == "healthy")
        url = here.config.database_url
        assert url is not None
        with psycopg.connect(url.reveal(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert provider.head("prov-1") in (200, 202)

        def registers() -> bool:
            # A write that was under way may be refused, and is asked for again.
            return provider.post(heartbeat("prov-2", tool("mailer"))).status == 200

        until(registers)
        until(lambda: there.status("prov-2") == "healthy")
