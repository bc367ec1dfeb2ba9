"""The store over SQLite and PostgreSQL: rows come back, registries agree, locks give way."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from callgate import CallgateError
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.lease import NotTrusted
from callgate.registry.rows.record import Record
from callgate.registry.rows.store import OwnedByAnother, Store
from callgate.registry.rows.writer import StoreUnavailable
from postgresql_server import postgresql, programs

# Two DER sequences, a short and a long one.
CHAIN = (b"\x30\x03abc", b"\x30\x82\x01\x00" + bytes(256))
ACME = Identity(
    entity="acme",
    backend="filestore",
    spiffe_id=None,
    anchor_sha256="a" * 64,
    anchor_spki_sha256="b" * 64,
    path_spki_sha256=("c" * 64, "b" * 64),
    leaf_sha256="d" * 64,
    chain=CHAIN,
    valid_until=2e9,
)
Open = Callable[[], Store]


def record(agent_id: str = "prov-1", identity: Identity | None = ACME) -> Record:
    return Record(
        agent_id=agent_id,
        status="healthy",
        reason=None,
        body=b'{"agent_id":"' + agent_id.encode() + b'"}',
        created_at=1000.5,
        last_seen=1000.5,
        asked=0,
        identity=identity,
    )


def always() -> None:
    """Nothing changed since the certificate was judged."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    reference = None
    if request.param == "postgresql":
        reference = request.getfixturevalue("server")
        _empty(reference)
    stores: list[Store] = []

    def open_store() -> Store:
        stores.append(Store(reference, tmp_path))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def _empty(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("meta", "agents", "registries", "registry_trust"):
            connection.execute(f"DROP TABLE IF EXISTS callgate_{name}")


def trusting(*stores: Store) -> None:
    async def publish() -> None:
        for store in stores:
            await store.publish(1, ["a" * 64], [])

    asyncio.run(publish())


def test_rows_come_back_as_they_were(opened: Open) -> None:
    store = opened()
    anonymous = record("anon-1", None)

    async def scenario() -> list[Record]:
        await store.save(record(), always)
        await store.save(anonymous, always)
        await store.save(replace(record(), asked=2), always)
        return await opened().load()

    found = asyncio.run(scenario())
    assert sorted(found, key=lambda one: one.agent_id) == [anonymous, replace(record(), asked=2)]


def test_a_row_is_not_written_once_trust_is_gone(opened: Open) -> None:
    store = opened()

    def refuse() -> None:
        raise NotTrusted("revoked", "acme")

    async def scenario() -> list[Record]:
        good = asyncio.create_task(store.save(record("good"), always))
        with pytest.raises(NotTrusted):
            await store.save(record("bad"), refuse)
        await good
        return await opened().load()

    assert [one.agent_id for one in asyncio.run(scenario())] == ["good"]


def test_a_row_needs_its_anchor_at_every_registry(opened: Open) -> None:
    here, there = opened(), opened()
    trusting(here)

    async def scenario() -> None:
        await there.publish(1, ["e" * 64], [])
        with pytest.raises(NotTrusted) as caught:
            await here.save(record(), always)
        assert (caught.value.reason, caught.value.entity) == ("untrusted", "acme")
        await there.publish(2, ["e" * 64, "a" * 64], [])
        await here.save(record(), always)
        await there.publish(3, ["e" * 64, "a" * 64], ["c" * 64])
        with pytest.raises(NotTrusted) as caught:
            await here.save(record(), always)
        assert caught.value.reason == "revoked"
        # An anonymous row has nothing that another registry could know.
        await here.save(record("anon-1", None), always)

    asyncio.run(scenario())


def test_two_registries_give_one_id_to_one_owner(opened: Open) -> None:
    here, there = opened(), opened()
    globex = replace(ACME, entity="globex", anchor_sha256="f" * 64)

    async def scenario() -> None:
        for store in (here, there):
            await store.publish(1, ["a" * 64, "f" * 64], [])
        await here.save(record(), always)
        for other in (record("prov-1", globex), record("prov-1", None)):
            with pytest.raises(OwnedByAnother):
                await there.save(other, always)
        # The owner may, under a new name of its anchor too, and an entity a silent anonymous row.
        await there.save(record("prov-1", replace(ACME, entity="acme-corp")), always)
        await here.save(record("anon-1", None), always)
        with pytest.raises(OwnedByAnother):
            await there.save(record("anon-1", globex), always)
        await here.set_status([("anon-1", "unhealthy", None)])
        await there.save(record("anon-1", globex), always)

    asyncio.run(scenario())


def test_a_registry_that_is_gone_has_no_say(opened: Open) -> None:
    here, there = opened(), opened()
    trusting(here)

    async def scenario() -> None:
        await there.publish(1, [], [])
        with pytest.raises(NotTrusted):
            await here.save(record(), always)
        there.close()
        await here.save(record(), always)

    asyncio.run(scenario())


def test_a_registry_reads_what_others_wrote_and_once(opened: Open) -> None:
    here, there = opened(), opened()
    trusting(here, there)

    async def scenario() -> None:
        await here.save(record(), always)
        assert await here.changes() == []
        assert await there.changes() == [record()]
        assert await there.changes() == []
        await there.set_status([("prov-1", "evicted", "revoked")])
        await there.set_asked({"prov-1": 3})
        (found,) = await here.changes()
        assert (found.status, found.reason, found.asked) == ("evicted", "revoked", 3)

    asyncio.run(scenario())


def test_the_last_word_of_any_registry_counts(opened: Open) -> None:
    here, there = opened(), opened()
    trusting(here, there)

    async def scenario() -> None:
        await here.save(record("quiet"), always)
        await here.save(record("heard"), always)
        await there.set_seen({"heard": 2000.0})
        await here.set_seen({"heard": 1500.0})
        assert await here.set_silent({"quiet", "heard", "unknown"}, 1900.0) == {"heard": 2000.0}
        states = {one.agent_id: one.status for one in await there.changes()}
        assert states["quiet"] == "unhealthy"

    asyncio.run(scenario())


def test_silent_rows_are_removed_everywhere(opened: Open) -> None:
    here, there = opened(), opened()
    trusting(here, there)

    async def scenario() -> None:
        await here.save(record("gone"), always)
        await here.save(record("kept"), always)
        await here.set_status([("gone", "unhealthy", None)])
        await there.changes()
        assert await here.remove(5000.0) == ["gone"]  # the healthy one stays, however old
        (found,) = await there.changes()
        assert (found.agent_id, found.status) == ("gone", "removed")
        assert await here.remove(6000.0) == []
        assert [one.agent_id for one in await opened().load()] == ["kept"]

    asyncio.run(scenario())


def test_a_locked_database_refuses_and_recovers(tmp_path: Path) -> None:
    store = Store(None, tmp_path)
    other = sqlite3.connect(tmp_path / "registry.db", isolation_level=None)

    async def scenario() -> None:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await store.save(record("refused"), always)
        assert await store.load() == []  # readers wait for no one
        other.execute("ROLLBACK")
        await store.save(record("taken"), always)
        assert [one.agent_id for one in await Store(None, tmp_path).load()] == ["taken"]

    asyncio.run(scenario())
    other.close()
    store.close()


def test_the_database_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    Store(None, tmp_path / "state").close()
    assert stat.S_IMODE((tmp_path / "state" / "registry.db").stat().st_mode) == 0o600


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    Store(None, tmp_path).close()
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.execute("UPDATE callgate_meta SET value = 99 WHERE name = 'version'")
    with pytest.raises(CallgateError, match="tables of version 99"):
        Store(None, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:s3cret@db/x",
        "postgresql://user:s3cret@[",
        "https://s3cret",
        "postgresql:/u:s3cret@h/x",
        "postgresql:u:s3cret@h/x",
        "sqlite:/s3cret/x",
    ],
)
def test_another_url_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(CallgateError) as caught:
        Store(url, tmp_path)
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_away_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(CallgateError) as caught:
        Store("postgresql://user:s3cret@127.0.0.1:9/x", tmp_path)
    assert "s3cret" not in str(caught.value)
    assert caught.value.where == "database_url"
