"""tools: of a list of tools, what a policy says of each."""

import json
from pathlib import Path

from cli_command import run, run_json

POLICY = """\
- name: reader
  capabilities:
    - tool_pattern: [fs.read, fs.raed]
      arguments: {}
    - {tool_pattern: "fs*", arguments: {}}
    - {tool_pattern: "web.*", arguments: {}}
- name: none
  capabilities: []
"""
TOOLS = json.dumps([{"name": "fs.read"}])


def test_each_reason_says_its_rule_once(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "name: shut\ncapabilities:\n  - {tool_pattern: b, arguments: {p: {path: {allow: []}}}}\n"
    )
    done = run("tools", "--tools", "-", "--policy", policy, stdin='[{"name": "a"}, {"name": "b"}]')
    assert done.stdout.count("order.default-deny") == 1
    assert done.stdout.count("lint.impossible-constraint") == 1
    assert "capability 0: no value is allowed for the argument p" in done.stdout


def test_a_tool_whose_every_call_is_denied_says_by_what(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "- name: shut\n"
        "  capabilities: [{tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}]\n"
        "  deny_list: ['t:/a']\n"
        # Its only call has an argument, so that an empty one says nothing of it.
        "- name: open\n"
        "  capabilities: [{tool_pattern: t, arguments: {p: {path: {allow: [/a]}}}}]\n"
    )
    call = ["tools", "--tools", "-", "--policy", policy]
    [found] = run_json(*call, exit_code=0, stdin='[{"name": "t"}]')["tools"]
    assert found["contexts"]["open"]["could_allow"] is True
    shut = found["contexts"]["shut"]
    assert (shut["code_name"], shut["rule"]) == ("TOOL_EXPLICITLY_DENIED", "order.deny-first")
    assert shut["reason"].startswith("capability 0: the deny list stops whatever it allows")
    [found] = run_json(
        *call, "--context", "open", "--parent", "shut", exit_code=0, stdin='[{"name": "t"}]'
    )["tools"]
    assert found["contexts"]["open"]["reason"].startswith("by its parent shut, capability 0: ")


def test_a_pattern_that_matches_no_tool_is_told(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    call = ["tools", "--tools", "-", "--policy", policy]
    done = run(*call, stdin=TOOLS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == [
        f"{policy}:3:7: reader: fs.raed matches none of these tools",
        f"{policy}:6:7: reader: web.* matches none of these tools",
    ]
    found = run_json(*call, exit_code=0, stdin=TOOLS)["unmatched"]
    assert [one["tool_pattern"] for one in found] == ["fs.raed", "web.*"]
    assert run_json(*call, "--context", "none", exit_code=0, stdin=TOOLS)["unmatched"] == []
