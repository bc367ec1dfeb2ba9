"""The audit trail of what was tried: it says what happened, and nothing in it is anybody else's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from signing import Agent
from world import World, mark

attack = pytest.mark.attack


def verify(here: World, trail: Path, anchor: Path) -> tuple[int, str]:
    key = here.folder / "state" / "audit.pub.pem"
    command = [sys.executable, "-m", "callgate.cli", "audit", "verify", str(trail)]
    command += ["--key", str(key), "--anchor", str(anchor), "--up-to-anchor"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def taken(here: World, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the trail as it is now, and its head from the operators' API."""
    agent = here.agent()
    for _ in range(3):
        assert here.verdict(here.read_as(agent, mark(), id=mark())) is None
    head = tmp_path / "head.json"
    head.write_bytes(here.operator.get("/admin/v1/audit/head").content)
    return Path(shutil.copytree(here.folder / "state" / "audit", tmp_path / "trail")), head


@attack("A119")
def test_the_trail_of_all_this_is_whole(here: World, taken: tuple[Path, Path]) -> None:
    code, said = verify(here, *taken)
    assert (code, said.split(":")[0]) == (0, "WHOLE"), said


@attack("A119")
@pytest.mark.parametrize("how", ["changed", "removed", "swapped", "doubled", "cut"])
def test_any_change_of_the_trail_is_found(here: World, taken: tuple[Path, Path], how: str) -> None:
    trail, head = taken
    (file,) = trail.glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b"ToolCallAuthorized" in line)
    if how == "changed":
        lines[at] = lines[at].replace(b"true", b"false", 1)
    elif how == "removed":
        del lines[at]
    elif how == "swapped":
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif how == "doubled":
        lines.insert(at, lines[at])
    else:
        last = json.loads(head.read_bytes())["sequence"]
        lines = [line for line in lines if json.loads(line)["seq"] < last]
    file.chmod(0o600)
    file.write_bytes(b"".join(lines))
    code, said = verify(here, trail, head)
    assert code == 1, said
    assert "TAMPERED" in said or "head" in said


@attack("A118")
@pytest.mark.parametrize(
    "arguments",
    [
        {"path": '/workspace/a\n{"kind":"event","seq":1}'},
        {"path": "/workspace/\x1b[2J\x1b[31mowned"},
        {"path": '/workspace/","allowed":true,"x":"'},
        {"path": "/workspace/\u2028\u2029\x85a"},
        {"path": "/etc/" + "a" * 100_000},
    ],
    ids=["line break", "terminal", "quotes", "separators", "length"],
)
def test_nothing_that_a_caller_writes_makes_another_line(
    here: World, arguments: dict[str, Any]
) -> None:
    agent, other = here.agent(), here.agent("any")
    for who in (agent, other):
        here.post(who.call("fs.read", arguments))
    events = here.trail_of(agent.session) + here.trail_of(other.session)
    assert [line["fields"].get("tool") for line in events] == [None, "fs.read"] * 2
    for file in (here.folder / "state" / "audit").glob("*.jsonl"):
        raw = file.read_bytes()
        assert not set(raw) & {*range(0x0A), *range(0x0B, 0x20)}
        assert all(len(line) <= 1 << 20 for line in raw.splitlines())


@attack("A118")
def test_no_secret_of_a_call_is_in_trail_or_log(here: World) -> None:
    agent, id = here.agent("any"), mark()
    arguments = {
        "mark": id,
        "Authorization": f"Bearer sk-{id}-1",
        "nested": [{"api_key": f"sk-{id}-2", "PassWord": f"sk-{id}-3"}],
        "text": f"curl -H 'Authorization: Bearer sk-{id}-4'",
    }
    assert here.verdict(agent.call("db.query", arguments)) is None
    (event,) = [e for e in here.trail_of(agent.session) if e["fields"].get("tool")]
    # What was hidden is still bound to the event by its digest.
    assert len(event["fields"]["message_digest"]) == 64
    files = (here.folder / "state" / "audit").glob("*.jsonl")
    text = b"".join(file.read_bytes() for file in files).decode() + json.dumps(here.gateway.log)
    assert id in text
    for secret in (f"sk-{id}-1", f"sk-{id}-2", f"sk-{id}-3", f"sk-{id}-4", agent.token):
        assert secret not in text


@attack("A57")
@pytest.mark.parametrize(
    ("agent", "tool", "arguments", "code"),
    [
        ("files", "backup.signature", {}, "TOOL_NOT_ALLOWED"),
        ("files", "token.expired.replay", {}, "TOOL_NOT_ALLOWED"),
        ("files", "fs.read", {"path": "/x/timestamp/signature"}, "PATH_NOT_ALLOWED"),
        ("seed-default", "web.fetch", {"url": "https://jwt.io/session"}, "DOMAIN_NOT_ALLOWED"),
        ("seed-default", "cmd.run", {"command": "signature"}, "COMMAND_NOT_ALLOWED"),
        ("seed-code-assistant", "filesystem.delete", {}, "TOOL_EXPLICITLY_DENIED"),
    ],
)
def test_a_code_comes_from_what_failed_and_not_from_what_it_is_called(
    here: World, agent: str, tool: str, arguments: dict[str, str], code: str
) -> None:
    caller: Agent = here.agent(agent)
    for generation in "ABC":
        answer = here.post(caller.call(tool, arguments, id=generation), generation)
        assert (answer.status, answer.code) == (403, code)
    (*_, event) = here.trail_of(caller.session)
    assert event["fields"]["event"] == "PolicyViolationBlocked"
    assert event["fields"]["code_name"] == code


@attack("A13", "A119")
def test_what_was_decided_is_in_the_trail_before_it_is_answered(here: World) -> None:
    agent, id = here.agent(), mark()
    answer = here.post(here.read_as(agent, id))
    (event,) = [e for e in here.trail_of(agent.session) if e["fields"].get("tool")]
    assert event["fields"]["allowed"] is True and answer.code is None
    assert event["fields"]["signature"]
