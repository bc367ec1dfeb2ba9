"""Reloading: whole files at once, files in the making when they rest, bad ones never."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError, Gate, PolicySet, SecretKey
from callgate.gateway.metrics import Metrics
from callgate.gateway.reload.policy_reload import (
    PolicyFindings,
    describe_changes,
    describe_replacement,
    reload_policy,
)
from callgate.gateway.reload.reload import FileWatch, Reloadable, Reloader, Unchanged, stamps_of

pytestmark = pytest.mark.anyio

SETTLE = 2.0
OLD = "- name: a\n  capabilities: [{tool_pattern: fs.read}]\n- {name: gone, capabilities: []}\n"
NEW = "- name: a\n  capabilities: [{tool_pattern: fs.write}]\n- {name: fresh, capabilities: []}\n"


class Watched:
    """A file and its watch, at a time of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 0.0
        self.watch = FileWatch(stamps_of([path]), SETTLE)

    def due(self, after: float = 0.0) -> bool:
        self.now += after
        return self.watch.is_due(stamps_of([self.path]), self.now)

    def rename_over(self, text: str) -> None:
        beside = self.path.with_name(".beside")
        beside.write_text(text)
        # The clock of a file system may be too coarse to tell the rename from the write.
        moment = beside.stat().st_mtime_ns - 1_000_000_000
        os.utime(beside, ns=(moment, moment))
        beside.replace(self.path)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    path = tmp_path / "contexts.yaml"
    path.write_text(OLD)
    return Watched(path)


def test_what_has_not_changed_is_not_read(watched: Watched) -> None:
    assert not watched.due()
    assert not watched.due(after=3600)


def test_a_file_that_was_renamed_into_place_is_read_at_once(watched: Watched) -> None:
    watched.rename_over(NEW)
    assert watched.due()


def test_a_file_that_is_written_in_place_has_to_rest(watched: Watched) -> None:
    watched.path.write_text(NEW)
    assert not watched.due()
    assert not watched.due(after=1.9)
    # More of it came: the time begins anew.
    watched.path.write_text(NEW + NEW)
    assert not watched.due(after=0.1)
    assert not watched.due(after=1.9)
    assert watched.due(after=0.1)


def test_a_file_that_is_made_anew_and_still_written_has_to_rest(watched: Watched) -> None:
    # As `rm` and `cp` do: another inode, but half a file.
    other = watched.path.with_name("other")
    other.write_text("kept, so that the inode is another one")
    watched.path.unlink()
    assert not watched.due()
    watched.path.write_text("- name: a\n")
    assert not watched.due(after=1.0)
    assert not watched.due(after=1.9)
    assert watched.due(after=0.1)


def test_a_file_that_is_gone_is_not_missed_at_once(watched: Watched) -> None:
    watched.path.unlink()
    assert not watched.due()
    watched.rename_over(OLD)
    assert not watched.due(after=1.0) or watched.due()


def test_what_was_read_is_not_due_again_even_where_it_was_refused(watched: Watched) -> None:
    watched.rename_over("not a policy")
    assert watched.due()
    watched.watch.applied(stamps_of([watched.path]))
    assert not watched.due(after=3600)


def test_a_file_that_comes_back_to_what_was_read_is_not_due(watched: Watched) -> None:
    kept = watched.path.with_name("kept")
    os.link(watched.path, kept)
    watched.path.unlink()
    watched.path.write_text(NEW)
    assert not watched.due()
    stamp = stamps_of([kept])[kept]
    kept.replace(watched.path)
    again = stamps_of([watched.path])[watched.path]
    assert stamp is not None and again is not None
    assert again[:4] == stamp[:4]


def test_a_folder_is_what_lies_in_it(tmp_path: Path) -> None:
    folder = Watched(tmp_path)
    (tmp_path / "a.yaml").write_text(OLD)
    assert not folder.due()
    assert folder.due(after=SETTLE)
    folder.watch.applied(stamps_of([tmp_path]))
    (tmp_path / "a.yaml").unlink()
    assert not folder.due()
    assert folder.due(after=SETTLE)


class Thing:
    """Something made from a file, as the gateway's are."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.during: Any = lambda: None

    async def apply(self, unchanged: Unchanged) -> None:
        text = self.path.read_text()
        self.during()
        unchanged()
        if "bad" in text:
            raise CallgateError("expected something good", "INVALID_POLICY", str(self.path))
        self.text = text

    def reloader(self, *, settle: float = 3600, **options: Any) -> Reloader:
        thing = Reloadable("policy", lambda: [self.path], self.apply)
        return Reloader(
            [thing], metrics=Metrics(), settle_seconds=settle, check_seconds=0.01, **options
        )


@pytest.fixture
def thing(tmp_path: Path) -> Thing:
    (tmp_path / "thing").write_text("first")
    return Thing(tmp_path / "thing")


async def until(holds: Any) -> None:
    async def wait() -> None:
        while not holds():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 30)


async def test_sighup_reads_everything_at_once(thing: Thing) -> None:
    reloader = thing.reloader()
    thing.path.write_text("second")
    assert await reloader.reload_now()
    assert thing.text == "second"


async def test_a_refused_file_leaves_what_was(thing: Thing) -> None:
    reloader = thing.reloader()
    thing.path.write_text("bad")
    assert not await reloader.reload_now()
    assert thing.text == "first"
    thing.path.unlink()
    assert not await reloader.reload_now()
    assert thing.text == "first"


async def test_a_file_that_changes_while_it_is_read_is_not_taken_half(thing: Thing) -> None:
    reloader = thing.reloader()
    thing.path.write_text("half")
    thing.during = lambda: thing.path.write_text("half and half")
    assert not await reloader.reload_now()
    assert thing.text == "first"
    thing.during = lambda: None
    assert await reloader.reload_now()
    assert thing.text == "half and half"


async def test_the_watch_reads_by_itself_and_goes_on_after_a_refusal(thing: Thing) -> None:
    task = asyncio.create_task(thing.reloader(settle=0.02).run())
    try:
        thing.path.write_text("bad")
        thing.path.write_text("good")
        await until(lambda: thing.text == "good")
        thing.during = lambda: 1 / 0
        thing.path.write_text("another")
        thing.during = lambda: None
        await until(lambda: thing.text == "another")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_watch_can_be_switched_off(thing: Thing) -> None:
    reloader = thing.reloader(settle=0.02, watch=False)
    await asyncio.wait_for(reloader.run(), 10)
    thing.path.write_text("second")
    assert await reloader.reload_now()


@pytest.fixture
def gate() -> Gate:
    with SecretKey.generate() as key:
        return Gate(PolicySet.parse(OLD), issuer_keys=[key.public_key])


def test_a_replacement_names_both_digests_and_contexts() -> None:
    old, new = PolicySet.parse(OLD), PolicySet.parse(NEW)
    replacement = describe_replacement(old, new)
    assert (replacement["old_digest"], replacement["new_digest"]) == (old.digest, new.digest)
    assert (replacement["contexts_added"], replacement["contexts_removed"]) == (["fresh"], ["gone"])


def test_changes_name_both_digests_and_every_difference() -> None:
    old, new = PolicySet.parse(OLD), PolicySet.parse(NEW)
    changes = describe_changes(old, new)
    assert (changes["old_digest"], changes["new_digest"]) == (old.digest, new.digest)
    said = {(change["became"], change["before"], change["after"]) for change in changes["changes"]}
    assert said == {("denied", "fs.read", None), ("allowed", None, "fs.write")}
    assert changes["changes_in_all"] == 2
    tools = {change["witness"]["tool"] for change in changes["changes"]}
    assert tools == {"fs.read", "fs.write"}


def test_a_change_without_effect_became_nothing() -> None:
    old = PolicySet.parse("name: c\ncapabilities: [{tool_pattern: t, path_allowlist: [/a]}]")
    new = PolicySet.parse(
        "name: c\ncapabilities: [{tool_pattern: t, path_allowlist: [/a, /a/b, /c]}]"
    )
    became = {change["after"]: change["became"] for change in describe_changes(old, new)["changes"]}
    assert became == {"/c": "allowed", "/a/b": None}


async def _note_nothing(_: dict[str, Any]) -> None:
    pytest.fail("nothing is to be noted")


async def test_a_policy_is_written_down_before_it_holds(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "contexts.yaml"
    path.write_text(NEW)
    before = gate.policy.digest
    noted: list[dict[str, Any]] = []
    findings = PolicyFindings(_note_nothing)

    async def note(difference: dict[str, Any]) -> None:
        assert gate.policy.digest == before
        noted.append(difference)

    await reload_policy(gate, path, lambda: None, note, findings)
    assert gate.policy.digest == noted[0]["new_digest"] != before
    # The same again is no change, whatever its comments.
    path.write_text("# again\n" + NEW)
    await reload_policy(gate, path, lambda: None, note, findings)
    assert len(noted) == 1


async def test_a_policy_that_cannot_be_written_down_does_not_hold(
    gate: Gate, tmp_path: Path
) -> None:
    path = tmp_path / "contexts.yaml"
    path.write_text(NEW)
    before = gate.policy.digest
    findings = PolicyFindings(_note_nothing)

    async def note(difference: dict[str, Any]) -> None:
        raise CallgateError("the disk is full", "AUDIT_UNAVAILABLE")

    with pytest.raises(CallgateError):
        await reload_policy(gate, path, lambda: None, note, findings)
    assert gate.policy.digest == before


async def test_a_policy_holds_before_it_is_compared(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "contexts.yaml"
    path.write_text(NEW)
    compared: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    findings = PolicyFindings(compared.put)
    noted: list[dict[str, Any]] = []

    async def note(replacement: dict[str, Any]) -> None:
        noted.append(replacement)

    await reload_policy(gate, path, lambda: None, note, findings)
    assert gate.policy.digest == noted[0]["new_digest"]
    assert "changes" not in noted[0]
    assert compared.empty()
    task = asyncio.create_task(findings.run())
    try:
        changes = await asyncio.wait_for(compared.get(), 10)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert changes["new_digest"] == gate.policy.digest
    assert changes["changes_in_all"] == 2


async def test_changes_that_cannot_be_recorded_are_in_the_log(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    tried = asyncio.Event()

    async def note(_: dict[str, Any]) -> None:
        tried.set()
        raise CallgateError("the disk is full", "AUDIT_UNAVAILABLE")

    findings = PolicyFindings(note)
    findings.expect(PolicySet.parse(OLD), PolicySet.parse(NEW))
    task = asyncio.create_task(findings.run())
    try:
        await asyncio.wait_for(tried.wait(), 10)
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert "changes of policy not recorded" in caplog.text
