"""callgate audit: exit codes, and lines for people and programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from callgate import SecretKey
from callgate.audit import AuditError, Head
from callgate.audit.chain import MAX_LINE
from callgate.audit.log import AuditLog
from callgate.audit.query import follow_lines
from trails import SMALL, Place, call, calls


def audit(*arguments: object, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callgate.cli", "audit", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, input=stdin, timeout=120, check=False
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)

    async def use(log: AuditLog) -> None:
        for session, tool in (("a", "fs.read"), ("b", "web.get")):
            receipt = await log.record(call(session=session, tool=tool, workload=f"exec {session}"))
            log.outcome(receipt, result=b"{}", duration=0.5)
        denied = call(
            name="PolicyViolationBlocked",
            session="a",
            tool="\x1b[31mx",
            allowed=False,
            code_name="TOOL_NOT_ALLOWED",
        )
        await log.record(denied)

    place.run(use)
    return place


class TestVerify:
    """0 whole, 1 tampered with, 2 error, 3 whole as far as can be known."""

    def test_whole_with_an_anchor(self, place: Place, tmp_path: Path) -> None:
        key, head = tmp_path / "key.pem", tmp_path / "head.json"
        key.write_text(place.key.public_key.to_pem())
        head.write_bytes(place.head().to_json())
        done = audit("verify", place.trail, "--key", key, "--anchor", head)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("WHOLE: lines 1 to ")

    def test_without_an_anchor_it_says_what_it_cannot_exclude(self, place: Place) -> None:
        done = audit("verify", *place.files(), "--key", place.key.public_key.to_base64())
        assert done.returncode == 3
        assert "cannot be excluded" in done.stdout

    def test_one_changed_byte(self, place: Place) -> None:
        (file,) = place.files()
        file.write_bytes(file.read_bytes().replace(b'"exec a"', b'"exec b"', 1))
        done = audit("verify", place.trail, "--key", place.key.public_key.to_base64(), "--json")
        assert done.returncode == 1
        report = json.loads(done.stdout)
        assert report["status"] == "tampered"
        assert report["where"] == f"{file}:3"

    @pytest.mark.parametrize("gone", ["lines", "file"])
    def test_an_empty_trail_is_tampered_with_where_an_anchor_knows_lines(
        self, place: Place, gone: str
    ) -> None:
        head, (file,) = place.head(), place.files()
        if gone == "lines":
            file.write_bytes(b"")
        else:
            file.unlink()
        verify = ["verify", place.trail, "--key", place.key.public_key.to_base64()]
        done = audit(*verify, "--anchor", head.to_json().decode())
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout == (
            f"lines 1 to {head.sequence}, which a head vouches for, are gone\n"
            "TAMPERED: no lines are sealed and whole\n"
        )
        assert audit(*verify).returncode == 2

    def test_another_key(self, place: Place) -> None:
        other = SecretKey.generate().public_key.to_base64()
        assert audit("verify", place.trail, "--key", other).returncode == 1

    @pytest.mark.parametrize("what", ["missing", "folder", "anchor", "key", "up-to"])
    def test_errors_are_2(self, place: Place, tmp_path: Path, what: str) -> None:
        key = place.key.public_key.to_base64()
        arguments: dict[str, list[Any]] = {
            "missing": [tmp_path / "none", "--key", key],
            "folder": [tmp_path, "--key", key],
            "anchor": [place.trail, "--key", key, "--anchor", '{"format":"x"}'],
            "key": [place.trail],
            "up-to": [place.trail, "--key", key, "--up-to-anchor"],
        }
        done = audit("verify", *arguments[what])
        assert done.returncode == 2
        assert done.stderr

    def test_an_anchor_may_be_json_text(self, place: Place) -> None:
        head = place.head().to_json().decode()
        done = audit(
            "verify", place.trail, "--key", place.key.public_key.to_base64(), "--anchor", head
        )
        assert done.returncode == 0
        assert Head.from_json(head.encode()) == place.head()


class TestQuery:
    """Filters, each call with its outcome."""

    def seqs(self, place: Place, *arguments: str) -> list[int]:
        done = audit("query", place.trail, "--json", *arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["seq"] for line in done.stdout.splitlines()]

    def test_by_session_workload_tool_event_verdict_code(self, place: Place) -> None:
        first, second, denied = (line["seq"] for line in place.lines("event"))
        outcomes = {line["fields"]["event"]: line["seq"] for line in place.lines("outcome")}
        assert self.seqs(place, "--session", "a") == sorted([first, outcomes[first], denied])
        assert self.seqs(place, "--workload", "exec b") == [second, outcomes[second]]
        assert self.seqs(place, "--tool", "fs.*") == [first, outcomes[first]]
        assert self.seqs(place, "--event", "PolicyViolationBlocked") == [denied]
        assert self.seqs(place, "--verdict", "denied") == [denied]
        assert self.seqs(place, "--code", "TOOL_NOT_ALLOWED") == [denied]
        assert self.seqs(place, "--verdict", "allowed", "--session", "b")[0] == second
        assert self.seqs(place, "--kind", "event") == [first, second, denied]

    def test_by_time(self, place: Place) -> None:
        everything = [line["seq"] for line in place.lines()]
        middle = place.lines()[3]["time"]
        before, after = self.seqs(place, "--until", middle), self.seqs(place, "--since", middle)
        assert sorted({*before, *after}) == everything
        assert before != everything != after
        assert self.seqs(place, "--since", "2001-01-01T00:00:00Z") == everything

    @pytest.mark.parametrize("option", ["--since", "--until"])
    @pytest.mark.parametrize("text", ["yesterday", "2026-02-17", "nan", "1e300"])
    def test_what_is_no_time_is_named_with_its_option(
        self, place: Place, option: str, text: str
    ) -> None:
        done = audit("query", place.trail, option, text)
        assert done.returncode == 2
        assert option in done.stderr and repr(text) in done.stderr

    def test_nothing_on_the_terminal_is_more_than_a_character(self, place: Place) -> None:
        done = audit("query", place.trail, "--verdict", "denied")
        assert "\x1b" not in done.stdout
        assert "\\x1b[31mx" in done.stdout
        assert "TOOL_NOT_ALLOWED" in done.stdout


class TestTail:
    """The end of a trail, and what comes after it."""

    def test_the_last_lines(self, place: Place) -> None:
        done = audit("tail", place.trail, "-n", "2")
        assert done.returncode == 0
        assert len(done.stdout.splitlines()) == 2
        assert "checkpoint" in done.stdout.splitlines()[-1]

    @pytest.mark.parametrize("broken", [b"", b"\n"])
    def test_following_reads_no_line_longer_than_any_that_is_written(
        self, tmp_path: Path, broken: bytes
    ) -> None:
        endless = tmp_path / "endless.jsonl"
        endless.write_bytes(b"x" * (MAX_LINE + 1) + broken)
        with pytest.raises(AuditError, match="longer than any"):
            next(follow_lines(endless, pause=lambda: pytest.fail("it waits for more")))

    def test_following_goes_on_across_files(self, place: Place) -> None:
        command = [sys.executable, "-m", "callgate.cli", "audit", "tail", "--json", "-f", "-n", "1"]
        with subprocess.Popen(
            [*command, str(place.trail)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as tail:
            assert tail.stdout is not None
            # It follows from here on.
            seen = [json.loads(tail.stdout.readline())["seq"]]
            assert seen == [len(place.lines())]
            place.run(calls(12), sealing=SMALL)
            last = place.lines()[-1]["seq"]
            for text in tail.stdout:
                seen.append(json.loads(text)["seq"])
                if seen[-1] == last:
                    break
            tail.terminate()
        assert len(place.files()) > 2
        assert seen == list(range(seen[0], last + 1))


class TestNoRegularFile:
    """What has no end, or comes only once, is refused at once."""

    @pytest.fixture(params=["fifo", "device", "folder in the trail", "fifo in the trail"])
    def path(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        kind = request.param
        if kind == "device":
            return Path("/dev/zero")
        path = tmp_path / "fifo"
        if kind.endswith("in the trail"):
            path = tmp_path / "other" / "audit-000000000001.jsonl"
            path.parent.mkdir()
        path.mkdir() if kind.startswith("folder") else os.mkfifo(path)
        return path.parent if kind.endswith("in the trail") else path

    @pytest.mark.parametrize("action", [["verify"], ["tail"], ["tail", "-f"], ["query"]])
    def test_as_a_trail(self, place: Place, path: Path, action: list[str]) -> None:
        key = ["--key", place.key.public_key.to_base64()] if action == ["verify"] else []
        done = audit(*action, path, *key)
        assert (done.returncode, done.stdout) == (2, "")
        assert "it is not a regular file" in done.stderr

    def test_as_a_head(self, place: Place, path: Path) -> None:
        key = place.key.public_key.to_base64()
        done = audit("verify", place.trail, "--key", key, "--anchor", path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "it is not a regular file" in done.stderr

    def test_a_head_on_standard_input_is_none_of_these(self, place: Place) -> None:
        head, key = place.head().to_json().decode(), place.key.public_key.to_base64()
        assert (
            audit("verify", place.trail, "--key", key, "--anchor", "-", stdin=head).returncode == 0
        )

    def test_a_gateway_does_not_wait_for_it_either(self, place: Place) -> None:
        (file,) = place.files()
        file.unlink()
        os.mkfifo(file)
        with pytest.raises(AuditError, match="regular file"):
            place.run(calls(0))
