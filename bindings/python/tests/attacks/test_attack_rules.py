"""Tools, paths, domains and commands: the policy's vectors through a gateway, and real servers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from callgate import PolicySet, SecretKey, create_envelope
from rule_vectors import vectors_of_rows
from world import World

ROWS = vectors_of_rows()


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.attack(row)) for row in sorted(ROWS)]
)
def test_a_call_is_decided_as_the_policys_vectors_say(here: World, row: str) -> None:
    for vector in ROWS[row]:
        agent = here.agent(vector.context)
        params = f'{{"name":"{vector.tool}","arguments":{vector.arguments}}}'
        call = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'
        envelope = create_envelope(call, agent.token, agent.key)
        assert here.verdict(envelope) == vector.code, vector.id


@dataclass(frozen=True)
class Case:
    """A call of a real server: a code, or a text that its answer holds."""

    row: str
    context: str
    tool: str
    arguments: dict[str, Any]
    code: str | None = None
    answers: str = ""


W = "/workspace"
NOTES = f"{W}/project/notes.txt"
READ, MANY = "filesystem.read_text_file", "filesystem.read_multiple_files"
LIST, TIME = "filesystem.list_directory", "time.get_current_time"
SHOW, STATUS, ECHO = "git.git_show", "git.git_status", "everything.echo"
FILES, EDIT = "filesystem-read", "filesystem-edit"
NO_TOOL, NO_PATH, NO_ARGUMENT = "TOOL_NOT_ALLOWED", "PATH_NOT_ALLOWED", "ARGUMENT_NOT_ALLOWED"
CASES = [
    Case("A72", FILES, READ, {"path": NOTES}, None, "first"),
    Case("A72", FILES, "Filesystem.read_text_file", {"path": NOTES}, NO_TOOL),
    Case("A72", FILES, "filesystem_read_text_file", {"path": NOTES}, NO_TOOL),
    Case("A77", "everything", ECHO, {"message": "hello"}, None, "hello"),
    Case("A77", "everything", ECHO, {"message": "hello", "mesage": "x"}, NO_ARGUMENT),
    Case("A79", FILES, READ, {"path": f"{W}/../outside.txt"}, NO_PATH),
    Case("A79", "time", TIME, {"timezone": "../../etc/passwd"}, NO_ARGUMENT),
    Case("A81", FILES, LIST, {"path": f"{W}/"}, None, "project"),
    Case("A81", FILES, LIST, {"path": f"{W}-evil"}, NO_PATH),
    Case("A83", "time", TIME, {"timezone": "UTC"}, None, "UTC"),
    Case("A83", "time", TIME, {"timezone": ["UTC"]}, NO_ARGUMENT),
    Case("A84", FILES, MANY, {"paths": [NOTES, "/etc/passwd"]}, NO_PATH),
    Case("A84", FILES, MANY, {"paths": [NOTES]}, None, "first"),
    Case("A85", EDIT, "filesystem.move_file", {"source": NOTES, "destination": "/x"}, NO_TOOL),
    Case("A86", FILES, READ, {"path": f"{W}/%2e%2e/outside.txt"}, NO_PATH),
    Case("A89", FILES, READ, {"path": f"{W}/out/passwd"}, None, "Access denied"),
    Case("A90", FILES, READ, {"path": f"{W}/.git/config"}, NO_PATH),
    Case("A91", "git-read", STATUS, {"repo_path": W}, None, "main"),
    Case("A91", "git-read", STATUS, {"repo_path": "/"}, NO_ARGUMENT),
    Case("A98", "everything", "everything.gzip-file-as-resource", {"data": "https://x/"}, NO_TOOL),
    Case("A104", "git-read", SHOW, {"repo_path": W, "revision": "--output=/x"}, NO_ARGUMENT),
    Case("A104", "git-read", SHOW, {"repo_path": W, "revision": "HEAD"}, None, "begin"),
]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.attack(case.row)) for case in CASES],
    ids=lambda case: f"{case.row}-{case.tool}",
)
def test_a_real_server_gets_what_its_context_allows_and_nothing_else(
    here: World, case: Case
) -> None:
    workspace = str(here.folder / "workspace")
    arguments = json.loads(json.dumps(case.arguments).replace(W, workspace))
    answer = here.post(here.agent(case.context).call(case.tool, arguments))
    assert answer.code == case.code
    if case.code is None:
        assert case.answers in answer.text


def capability(**members: Any) -> str:
    return json.dumps({"name": "c", "capabilities": [{"tool_pattern": "a", **members}]})


def denying(*entries: Any) -> str:
    return json.dumps({"name": "c", "capabilities": [], "deny_list": entries})


POLICIES = {
    "A68": [
        capability(tool_pattern=pattern)
        for pattern in (".*", "fs.*.*", "*.read", "fs*.r", "f*s", "", "**")
    ],
    "A70": [denying("fs.read:/a*"), denying("*f:rm"), denying("web.fetch:https://x.example")],
    "A71": [denying({"tool": "fs.read"}), denying({}), denying(["fs.read"])],
    "A77": [
        capability(path_allow_list=["/w"]),
        capability(constraints={"path": ["/w"]}),
        "{name: c, capabilities: [], deny: [fs.read]}",
    ],
    "A78": [
        "{name: c, capabilities: [], deny_list: fs.delete}",
        "{name: c, name: d, capabilities: []}",
        capability(rate_limit={"calls": 20}),
        "a: &a [x, x]\nb: [*a, *a]\n",
        "name: c\n\tcapabilities: []",
    ],
    "A99": [
        capability(domain_allowlist=[entry])
        for entry in ("", "**", ".com", "*.", "https://x.org", "x.org ", "a..b")
    ],
}


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.attack(row)) for row in POLICIES]
)
def test_a_policy_that_would_be_read_as_less_than_it_says_does_not_load(
    here: World, row: str
) -> None:
    for policy in POLICIES[row]:
        answer = here.validated(policy)
        assert answer["valid"] is False, policy
        assert answer["error"]["name"] == "INVALID_POLICY"


@pytest.mark.attack("A70", "A71")
def test_a_deny_entry_that_names_arguments_denies_by_them(here: World) -> None:
    policy = "{name: c, capabilities: [{tool_pattern: cmd.run, command_allowlist: [rm, ls]}], "
    for entry in ('"cmd.run:rm"', "{tool_pattern: cmd.run, command: rm}"):
        assert here.validated(policy + f"deny_list: [{entry}]}}")["valid"] is True
        loaded = PolicySet.parse(policy + f"deny_list: [{entry}]}}")
        denied = loaded.evaluate("c", "cmd.run", {"command": "rm -rf x"})
        assert denied.code_name == "TOOL_EXPLICITLY_DENIED"
        assert loaded.evaluate("c", "cmd.run", {"command": "ls"}).allowed


@pytest.mark.attack("A75", "A90")
def test_who_writes_a_policy_is_warned_of_what_it_gives_away(here: World) -> None:
    shadowed = (
        "{name: c, capabilities: [{tool_pattern: fs.*, path_allowlist: [/w]}, {tool_pattern: '*'}]}"
    )
    broad = "{name: c, capabilities: [{tool_pattern: fs.read, path_allowlist: [/]}]}"
    for policy in (shadowed, broad):
        answer = here.validated(policy)
        assert answer["valid"] is True and answer["warnings"], answer


@pytest.mark.attack("A117")
def test_a_session_that_has_ended_is_the_parent_of_none_and_a_scope_is_not_asked_up(
    here: World,
) -> None:
    # Spawning has no path of its own here; what an agent may try is to ask for more.
    workload = here.own_execution("filesystem-read")
    with SecretKey.generate() as key:
        public = key.public_key.to_base64()
        parent = here.agent("filesystem-read", workload)
        for more in ({"parent": parent.session}, {"parent_token": parent.token}):
            assert here.attest(public, "filesystem-read", workload, **more).status == 400
        assert here.attest(public, "filesystem-edit", workload).code == "SCOPE_NOT_FOUND"
