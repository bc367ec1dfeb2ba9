"""TrustStore: the states of several sources become one snapshot, and changes are told."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from authorities import Issued, authority
from callgate import CallgateError
from callgate.trust import TrustSnapshot
from callgate.trust.backends.filestore import filestore
from callgate.trust.backends.source import Source, SourceState
from callgate.trust.gathering import Gathering
from callgate.trust.store import TrustStore

pytestmark = pytest.mark.anyio
ACME, GLOBEX, MESH = authority("Acme"), authority("Globex"), authority("Mesh")


@dataclass
class Told:
    """A source that says what a test tells it to."""

    name: str
    state: SourceState
    refusal: CallgateError | None = None
    changed: Callable[[], None] = field(default=lambda: None)
    running: bool = False

    async def start(self, changed: Callable[[], None]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changed, self.running = changed, True

    async def stop(self) -> None:
        self.running = False

    def become(self, **fields: object) -> None:
        self.state = replace(self.state, **fields)  # type: ignore[arg-type]
        self.changed()


def told(name: str, **entities: Issued) -> Told:
    files = {entity: (one.pem,) for entity, one in entities.items()}
    return Told(name, SourceState(name, files, status="live"))


class Store:
    """A store that runs, and the generations that it told of."""

    def __init__(self, *sources: Source) -> None:
        self.store = TrustStore(sources)
        self.changes: list[tuple[int, int]] = []
        self._changed = asyncio.Event()
        self.store.subscribe(self._note)

    async def __aenter__(self) -> Store:
        await self.store.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.store.stop()

    def _note(self, before: TrustSnapshot, after: TrustSnapshot) -> None:
        self.changes.append((before.generation, after.generation))
        self._changed.set()

    async def change(self) -> None:
        self._changed.clear()
        await asyncio.wait_for(self._changed.wait(), 20)

    def entity(self, issuer: Issued) -> str | None:
        return self.store.judge((issuer.issue("agent").der,)).entity

    def reason(self, issuer: Issued) -> str | None:
        return self.store.judge((issuer.issue("agent").der,)).reason

    def problems(self) -> dict[str, str]:
        return {one.place: one.message for state in self.store.states for one in state.problems}


async def test_the_first_source_in_order_names_the_entity() -> None:
    acme, globex = told("filestore", acme=ACME), told("k8s-secrets", globex=GLOBEX)
    async with Store(acme, globex) as store:
        assert store.entity(ACME) == "acme"
        assert store.entity(GLOBEX) == "globex"
        assert [anchor.backend for anchor in store.store.snapshot.anchors] == [
            "filestore",
            "k8s-secrets",
        ]
        assert store.store.generation == 1


async def test_nothing_is_trusted_before_the_start() -> None:
    store = TrustStore([told("filestore", acme=ACME)])
    assert store.generation == 0
    assert not store.judge((ACME.issue("agent").der,))


async def test_one_entity_may_have_anchors_in_two_sources() -> None:
    async with Store(told("filestore", acme=ACME), told("k8s-secrets", acme=GLOBEX)) as store:
        assert store.entity(ACME) == store.entity(GLOBEX) == "acme"
        assert not store.problems()


async def test_one_entity_may_have_one_anchor_in_two_sources() -> None:
    async with Store(told("filestore", acme=ACME), told("k8s-secrets", acme=ACME)) as store:
        assert store.entity(ACME) == "acme"


async def test_one_anchor_under_two_names_disables_both() -> None:
    source = told("filestore", acme=ACME, mesh=MESH)
    async with Store(source, told("k8s-secrets", globex=ACME)) as store:
        assert store.entity(ACME) is None
        assert store.entity(MESH) == "mesh"
        assert set(store.problems()) == {"filestore: acme", "k8s-secrets: globex"}
        assert "globex has the same anchor" in store.problems()["filestore: acme"]
        source.become(entities={"mesh": (MESH.pem,)})
        await store.change()
        assert store.entity(ACME) == "globex"
        assert not store.problems()


async def test_names_that_differ_in_case_alone_are_disabled() -> None:
    async with Store(told("filestore", Acme=ACME), told("k8s-secrets", acme=GLOBEX)) as store:
        assert store.entity(ACME) is store.entity(GLOBEX) is None
        assert "in case alone" in store.problems()["filestore: Acme"]


async def test_a_name_that_is_also_a_trust_domain_is_disabled() -> None:
    spire = Told("spire", SourceState("spire", bundles={"mesh": (MESH.der,)}, status="live"))
    async with Store(told("filestore", mesh=ACME, globex=GLOBEX), spire) as store:
        assert store.entity(ACME) is None
        assert store.entity(GLOBEX) == "globex"
        assert set(store.problems()) == {"filestore: mesh", "spire: mesh"}


async def test_a_source_that_does_not_load_stops_no_other() -> None:
    bad = Told("k8s-secrets", SourceState("k8s-secrets", {"x": (b"no PEM",)}, status="live"))
    async with Store(told("filestore", acme=ACME), bad) as store:
        assert store.entity(ACME) == "acme"
        assert store.store.states[1].status == "unavailable"
        assert store.store.states[1].detail is not None
        assert store.reason(GLOBEX) == "unavailable"
        bad.become(entities={"globex": (GLOBEX.pem,)})
        await store.change()
        assert store.entity(GLOBEX) == "globex"


async def test_what_is_trusted_elsewhere_outlasts_an_outage() -> None:
    source = told("k8s-secrets", globex=GLOBEX)
    async with Store(told("filestore", acme=ACME), source) as store:
        source.become(entities={}, status="unavailable", detail="gone")
        await store.change()
        assert store.entity(ACME) == "acme"
        assert store.reason(GLOBEX) == "unavailable"


async def test_a_stale_source_still_counts() -> None:
    source = told("k8s-secrets", globex=GLOBEX)
    async with Store(source) as store:
        source.become(status="stale", detail="no answer")
        await asyncio.sleep(0)
        assert store.entity(GLOBEX) == "globex"


async def test_a_tombstone_of_one_source_counts_for_all() -> None:
    folder = told("filestore")
    async with Store(folder, told("k8s-secrets", acme=ACME)) as store:
        folder.become(revoked=frozenset({ACME.spki_sha256}))
        await store.change()
        assert store.reason(ACME) == "revoked"


async def test_the_generation_rises_with_content_alone() -> None:
    source = told("filestore", acme=ACME)
    async with Store(source) as store:
        source.become(detail="something else")
        source.become(since=5.0)
        source.become(entities={"acme": (ACME.pem,), "globex": (GLOBEX.pem,)})
        await store.change()
        source.become(entities={"acme": (ACME.pem,)})
        await store.change()
        assert store.changes == [(0, 1), (1, 2), (2, 3)]


async def test_a_subscriber_that_fails_does_not_stop_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = told("filestore")
    store = Store(source)

    def fail(before: TrustSnapshot, after: TrustSnapshot) -> None:
        raise ValueError("of the subscriber")

    end = store.store.subscribe(fail)
    later: list[int] = []
    store.store.subscribe(lambda before, after: later.append(after.generation))
    async with store:
        end()
        source.become(entities={"acme": (ACME.pem,)})
        await store.change()
    assert later == [1, 2]
    assert caplog.text.count("a subscriber of trust failed") == 1


async def test_a_source_that_can_never_begin_stops_the_others() -> None:
    refusal = CallgateError("its socket is no socket", "INVALID_ARGUMENT", "spire")
    good = told("filestore", acme=ACME)
    bad = Told("spire", SourceState("spire"), refusal)
    with pytest.raises(CallgateError) as raised:
        await TrustStore([good, bad]).start()
    assert raised.value is refusal
    assert not good.running


async def test_what_contradicts_itself_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    source = told("filestore", acme=ACME)
    async with Store(source, told("k8s-secrets", globex=ACME)) as store:
        source.become(entities={"acme": (ACME.pem,), "mesh": (MESH.pem,)})
        await store.change()
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 2


async def test_a_revoked_file_is_revoked_in_the_snapshot(trust_dir: Path) -> None:
    (trust_dir / "entities" / "acme.pem").write_bytes(ACME.pem)
    async with Store(filestore(trust_dir)) as store:
        assert store.entity(ACME) == "acme"
        (trust_dir / "revoked").mkdir()
        (trust_dir / "revoked" / ACME.spki_sha256).touch()
        await store.change()
        assert store.reason(ACME) == "revoked"
        (trust_dir / "entities" / "acme.pem").unlink()
        await store.change()
        # Known to be revoked only where the authority is presented as well.
        assert store.reason(ACME) == "untrusted"
        assert store.store.judge((ACME.issue("agent").der, ACME.der)).reason == "revoked"


@pytest.mark.parametrize("mode", [0o775, 0o777])
async def test_tombstones_that_were_never_read_stop_trust(tmp_path: Path, mode: int) -> None:
    """Another backend still anchors the key, and nothing says that it is not revoked."""
    leaf, revoked = ACME.issue("leaf"), tmp_path / "revoked"
    revoked.mkdir(mode=0o755)
    (revoked / ACME.spki_sha256).touch()
    revoked.chmod(mode)
    async with Store(filestore(tmp_path), told("k8s-secrets", acme=ACME, globex=GLOBEX)) as store:
        verdict = store.store.judge((leaf.der,))
        assert (verdict.trusted, verdict.reason) == (False, "unavailable")
        assert verdict.unavailable == ("filestore", "k8s-secrets")
        assert {state.status for state in store.store.states} == {"unavailable"}
        revoked.chmod(0o755)
        await _until(lambda: store.store.judge((leaf.der,)).reason == "revoked")
        assert store.store.judge((GLOBEX.issue("leaf").der,)).trusted
        revoked.chmod(mode)  # later, what was read counts on
        await _until(lambda: store.store.states[0].status == "unavailable")
        assert store.store.judge((leaf.der,)).reason == "revoked"
        assert store.store.judge((GLOBEX.issue("leaf").der,)).trusted


async def test_tombstones_of_another_user_stop_trust(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root gives a folder away")
    (tmp_path / "revoked").mkdir(mode=0o755)
    os.chown(tmp_path / "revoked", 65534, 65534)
    async with Store(filestore(tmp_path), told("k8s-secrets", acme=ACME)) as store:
        assert store.store.judge((ACME.issue("leaf").der,)).reason == "unavailable"


async def test_no_tombstones_at_all_stop_nothing(tmp_path: Path) -> None:
    async with Store(filestore(tmp_path), told("k8s-secrets", acme=ACME)) as store:
        assert store.store.judge((ACME.issue("leaf").der,)).trusted


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)


async def _any(_: Gathering) -> None:
    """Whatever would be trusted may be."""


async def test_sources_are_replaced_by_others_that_have_started() -> None:
    old, new = told("filestore", acme=ACME), told("spire", globex=GLOBEX)
    async with Store(old) as store:
        await store.store.replace([new], _any)
        assert store.changes == [(0, 1), (1, 2)]
        assert (store.entity(ACME), store.entity(GLOBEX)) == (None, "globex")
        assert (old.running, new.running) == (False, True)
        new.become(entities={})
        await store.change()
        assert store.entity(GLOBEX) is None
    assert not new.running


async def test_sources_that_do_not_start_leave_the_old_ones() -> None:
    old, new = told("filestore", acme=ACME), told("spire", globex=GLOBEX)
    wrong = told("k8s-secrets")
    wrong.refusal = CallgateError("wrong", "INVALID_ARGUMENT")
    async with Store(old) as store:
        with pytest.raises(CallgateError, match="wrong"):
            await store.store.replace([new, wrong], _any)
        assert (old.running, new.running) == (True, False)
        assert (store.entity(ACME), store.entity(GLOBEX)) == ("acme", None)
        old.become(entities={})
        await store.change()
        assert store.entity(ACME) is None


async def test_what_a_check_refuses_was_never_trusted() -> None:
    old, new = told("filestore", acme=ACME), told("spire", globex=GLOBEX)

    async def none(gathered: Gathering) -> None:
        assert [one.entity for one in gathered.snapshot.anchors] == ["globex"]
        raise CallgateError("no", "INVALID_ARGUMENT")

    async with Store(old) as store:
        with pytest.raises(CallgateError, match="no"):
            await store.store.replace([new], none)
        assert store.changes == [(0, 1)]
        assert (old.running, new.running) == (True, False)
        assert (store.entity(ACME), store.entity(GLOBEX)) == ("acme", None)
