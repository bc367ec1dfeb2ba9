"""contains, lint and diff: what is said of policies."""

import json
from pathlib import Path

import pytest
from cli_command import POLICIES, assert_error, run, run_json


def test_contains(tmp_path: Path) -> None:
    call = ["contains", "--policy", POLICIES]
    same = [*call, "--parent", "default", "--child", "default"]
    assert run(*same).returncode == 0
    assert run_json(*same, exit_code=0) == {"contained": True, "reason": None, "witness": None}
    other = [*call, "--parent", "default", "--child", "read-only-research"]
    done = run(*other)
    assert done.returncode == 1
    assert "read-only-research is not within default" in done.stdout
    assert run_json(*other, exit_code=1)["contained"] is False
    unknown = run(*call, "--parent", "default", "--child", "other")
    assert unknown.returncode == 2


CLEAN = """
name: c
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
    only_arguments: [path]
"""


def test_lint_says_what_and_where(tmp_path: Path) -> None:
    assert run("lint", "-", stdin=CLEAN).returncode == 0
    assert run_json("lint", "-", stdin=CLEAN, exit_code=0) == {"warnings": []}
    file = tmp_path / "a.yaml"
    file.write_text(CLEAN.replace("/workspace", "/"))
    done = run("lint", file)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{file}:4:5: ")
    assert done.stdout.endswith("(lint.broad-path)\n")
    [warning] = run_json("lint", file, exit_code=1)["warnings"]
    assert (warning["rule"], warning["context"], warning["where"]) == (
        "lint.broad-path",
        "c",
        f"{file}:4:5",
    )
    assert warning["level"] == "error"
    assert ": error: " in done.stdout


@pytest.mark.parametrize(
    ("policy", "denied"),
    [
        (CLEAN.replace("/workspace", "/"), ["info", "warning", "error"]),
        (CLEAN.replace("fs.read", '"fs*"'), ["info", "warning"]),
        (f"{CLEAN}deny_list: [other]", ["info"]),
        (CLEAN, []),
    ],
    ids=["an error", "a warning", "info", "nothing"],
)
def test_lint_fails_for_the_deny_level_and_above(policy: str, denied: list[str]) -> None:
    for level in ("info", "warning", "error"):
        done = run("lint", "--deny-level", level, "-", stdin=policy)
        assert done.returncode == (1 if level in denied else 0), level
    assert run("lint", "--deny-level", "none", "-", stdin=policy).returncode == 2


def test_diff_says_which_calls_became_allowed_and_denied(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(CLEAN)
    new.write_text(CLEAN.replace("/workspace", "/shared"))
    same = run("diff", old, old)
    assert (same.returncode, same.stdout) == (0, "")
    done = run("diff", old, new)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith("+ c: calls of fs.read became allowed") for line in lines)
    assert any(line.startswith("- c: calls of fs.read became denied") for line in lines)
    assert any("/shared" in line for line in lines)
    [report] = run_json("diff", old, new, "--context", "c", exit_code=1)["contexts"]
    assert {change["became_allowed"] for change in report["changes"]} == {True, False}
    for change in report["changes"]:
        call = ["--tool", change["witness"]["tool"], "--arguments", change["witness"]["arguments"]]
        before = run("eval", "--policy", old, "--context", "c", *call).returncode
        after = run("eval", "--policy", new, "--context", "c", *call).returncode
        assert (before, after) == ((1, 0) if change["became_allowed"] else (0, 1))


def test_diff_marks_what_changes_no_verdict(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(CLEAN)
    new.write_text(CLEAN.replace("[/workspace]", "[/workspace, /workspace/docs, /srv]"))
    lines = run("diff", old, new).stdout.splitlines()
    assert lines[0] == "+ c: calls of fs.read became allowed: path_allowlist: added /srv"
    assert lines[1].startswith("    such as fs.read")
    reason = "path_allowlist: added /workspace/docs"
    assert lines[2] == f"= c: no call of fs.read changes: {reason}"
    [report] = run_json("diff", old, new, exit_code=1)["contexts"]
    assert [change["effect"] for change in report["changes"]] == ["allowed", "none"]
    assert report["changes"][0]["after"] == "/srv"


def test_diff_counts_equal_elements_of_a_long_call(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = (
        "name: p\ncapabilities: [{tool_pattern: t, arguments: {l: {type: array, items: {const: a}"
    )
    old.write_text(text + "}}}]\n")
    new.write_text(text + ", maxItems: 100}}}]\n")
    assert run("diff", old, new).stdout == (
        "- p: calls of t became denied: maxItems of l: added 100\n"
        '    such as t {"l":["a",… 101 of these]}\n'
    )
    [change] = run_json("diff", old, new, exit_code=1)["contexts"][0]["changes"]
    assert json.loads(change["witness"]["arguments"]) == {"l": ["a"] * 101}
    new.write_text(text + ", maxItems: 3}}}]\n")
    assert 'such as t {"l":["a","a","a","a"]}' in run("diff", old, new).stdout


def test_diff_marks_what_it_can_neither_prove_nor_show(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = "name: c\ncapabilities: [{{tool_pattern: t, argument_patterns: {{q: '{}'}}}}]\n"
    old.write_text(text.format("[a-z]+"))
    new.write_text(text.format("[a-z]*"))
    done = run("diff", old, new)
    reason = "argument_patterns of q: [a-z]+ became [a-z]*; patterns are not compared"
    assert done.stdout == f"? c: calls of t may change, not shown: {reason}\n"
    assert done.returncode == 1
    [report] = run_json("diff", old, new, exit_code=1)["contexts"]
    [change] = report["changes"]
    assert (change["effect"], change["witness"]) == ("unknown", None)


def test_diff_shows_what_a_deny_entry_stopped_in_a_command(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    new.write_text(
        "name: c\ncapabilities:\n  - tool_pattern: t\n    arguments:\n"
        "      command: {command: {allow: [{words: [cat], operands: {path: {allow: [/w]}}}]}}\n"
    )
    old.write_text(new.read_text() + "deny_list: [{tool_pattern: t, path: '**/.env'}]\n")
    lines = run("diff", old, new).stdout.splitlines()
    assert lines[0].startswith("+ c: calls of t became allowed: deny_list: removed ")
    assert lines[1] == '    such as t {"command":"cat /w/.env"}'


def test_diff_of_contexts_that_come_go_and_are_renamed(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(CLEAN.replace("name: c", "name: d"))
    done = run("diff", "-", new, stdin=CLEAN)
    assert (done.returncode, done.stdout) == (1, "c: removed\nd: added\n")
    renamed = ["diff", "-", new, "--context", "c", "--new-context", "d"]
    assert run(*renamed, stdin=CLEAN).returncode == 0
    assert_error(run("diff", "-", "-", stdin=CLEAN), "callgate: ")
    assert_error(run("diff", "-", new, "--new-context", "d", stdin=CLEAN), "callgate: ")
    assert_error(run("diff", "-", new, "--context", "x", stdin=CLEAN), "")
