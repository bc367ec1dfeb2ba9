"""policy init and tools, asking servers as they are published, through the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from callgate import PolicySet
from cli_command import ROOT, assert_error, run, run_json
from gateway_process import WORKLOAD, write_gateway
from upstream_servers import NODE_SERVERS

GOLDEN = ROOT / "bindings" / "python" / "tests" / "golden"


def server(name: str, workspace: Path) -> list[str]:
    if name in ("git", "time"):
        arguments = ["--repository", str(workspace)] if name == "git" else []
        return [sys.executable, "-m", f"mcp_server_{name}", *arguments]
    arguments = {"filesystem": [str(workspace)], "everything": ["stdio"]}.get(name, [])
    return ["node", str(NODE_SERVERS / f"server-{name}" / "dist" / "index.js"), *arguments]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


@pytest.mark.parametrize("name", ["everything", "filesystem", "git", "memory", "time"])
def test_a_server_gets_its_skeleton(name: str, workspace: Path) -> None:
    call = ["policy", "init", "--context", name, "--name", name, "--upstream"]
    done = run(*call, *server(name, workspace))
    assert done.returncode == 0, done
    assert done.stdout == (GOLDEN / f"{name}.yaml").read_text()
    assert run("fmt", "--check", "-", stdin=done.stdout).returncode == 0
    linted = run_json("lint", GOLDEN / f"{name}.yaml", exit_code=int("allow: []" in done.stdout))
    # It says of each tool with a place that is still to be completed that no call can pass.
    assert {one["rule"] for one in linted["warnings"]} <= {"lint.impossible-constraint"}


def test_a_skeleton_that_was_completed_lets_calls_pass() -> None:
    text = (GOLDEN / "filesystem.yaml").read_text()
    policy = PolicySet.parse(text.replace("allow: []", "allow: [/workspace]"))
    call = ("filesystem", "filesystem.read_text_file")
    assert policy.evaluate(*call, {"path": "/workspace/a.txt", "head": 3}).allowed
    assert not policy.evaluate(*call, {"path": "/workspace/a.txt", "heads": 3}).allowed
    assert not policy.evaluate(*call, {"path": "/etc/passwd"}).allowed
    assert not PolicySet.parse(text).evaluate(*call, {"path": "/workspace/a.txt"}).allowed


def test_all_upstreams_of_a_gateway(tmp_path: Path, workspace: Path) -> None:
    upstreams = {name: {"command": server(name, workspace)} for name in ("git", "time")}
    config = write_gateway(tmp_path / "gateway", upstreams=upstreams)
    found = run_json("policy", "init", "--config", config, exit_code=0)
    assert {"git.git_status", "time.convert_time"} <= set(found["tools"])
    assert_error(run("policy", "init", "--name", "a", "--config", config), "--name: ")


def test_tools_says_what_each_context_could_call(tmp_path: Path, workspace: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "- name: open\n  capabilities: [{tool_pattern: 'time.*'}]\n"
        "- name: shut\n  capabilities:\n"
        "    - {tool_pattern: time.convert_time, arguments: {time: {path: {allow: []}}}}\n"
        "- name: none\n  capabilities: [{tool_pattern: '*'}]\n  deny_list: ['time.*']\n"
    )
    upstreams = {"time": {"command": server("time", workspace)}}
    config = write_gateway(tmp_path / "gateway", upstreams=upstreams)
    call = ["tools", "--policy", policy, "--config", config]
    done = run(*call)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "time.convert_time: Convert time between timezones\n  - none: TOOL_EXPLICITLY"
        in done.stdout
    )
    found = {tool["name"]: tool["contexts"] for tool in run_json(*call, exit_code=0)["tools"]}
    convert = found["time.convert_time"]
    assert convert["open"] == {
        "could_allow": True, "code_name": None, "reason": None, "rule": None, "workloads": [],
    }  # fmt: skip
    assert convert["none"]["rule"] == "deny.pattern"
    assert convert["shut"]["rule"] == "lint.impossible-constraint"
    assert found["time.get_current_time"]["shut"]["rule"] == "order.default-deny"
    below = run_json(*call, "--context", "open", "--parent", "shut", exit_code=0)["tools"]
    reasons = {tool["name"]: tool["contexts"]["open"]["reason"] for tool in below}
    assert reasons["time.get_current_time"].startswith("by its parent shut, ")
    one = run_json(*call, "--context", "open", exit_code=0)["tools"]
    assert {tuple(tool["contexts"]) for tool in one} == {("open",)}
    # Without a policy of its own that of the configuration counts.
    own = run_json("tools", "--config", config, exit_code=0)["tools"]
    assert {one["contexts"]["clock"]["workloads"][0] for one in own} == {WORKLOAD}
    assert f"  + clock ({WORKLOAD})\n" in run("tools", "--config", config).stdout


def test_tools_without_a_policy_lists_what_there_is(workspace: Path) -> None:
    done = run("tools", "--name", "clock", "--upstream", *server("time", workspace))
    assert done.stdout.splitlines() == [
        "clock.get_current_time: Get current time in a specific timezone",
        "clock.convert_time: Convert time between timezones",
    ]


def test_a_server_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    done = run("tools", "--upstream", tmp_path / "absent")
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr
    assert_error(run("tools", "--upstream", "https://[", "x"), "--upstream: expected nothing after")
    assert json.loads(run("tools", "--tools", "-", "--json", stdin="[]").stdout) == {
        "tools": [],
        "unmatched": [],
    }
