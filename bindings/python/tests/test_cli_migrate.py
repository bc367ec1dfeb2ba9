"""policy migrate: from the short form to declared arguments, never to more calls."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from callgate import PolicySet
from callgate.cli.migrate.document import migrated
from cli_command import assert_error, run, run_json

GOLDEN = Path(__file__).parent / "golden"
TOOLS: list[dict[str, Any]] = json.loads((GOLDEN / "short.tools.json").read_bytes())


def tool(name: str, *required: str, **properties: str) -> dict[str, Any]:
    members = {key: {"type": type_} for key, type_ in properties.items()}
    schema = {"type": "object", "properties": members, "required": list(required)}
    return {"name": name, "inputSchema": schema}


def context(capability: str, *, name: str = "c", deny: str = "[]") -> str:
    return f"- name: {name}\n  capabilities: [{capability}]\n  deny_list: {deny}\n"


def migrate(text: str, *tools: dict[str, Any]) -> tuple[PolicySet, list[str | None]]:
    new, outcomes = migrated(text.encode(), "short.yaml", tools)
    old, policy = PolicySet.parse(text), PolicySet.parse(new)
    for one in old.context_names:
        assert not old.diff(one, policy, one).became_allowed
    return policy, [one.reason for one in outcomes]


def test_a_policy_is_migrated_as_far_as_its_tools_are_known(tmp_path: Path) -> None:
    call = ["policy", "migrate", GOLDEN / "short.yaml", "--tools", GOLDEN / "short.tools.json"]
    done = run(*call)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (GOLDEN / "migrated.yaml").read_text()
    output = tmp_path / "new.yaml"
    assert run(*call, "-o", output).stdout.splitlines() == [
        f"{output}: 5 capabilities migrated, 1 staying",
        "project: capability 3: no tool that is known matches absent.tool",
    ]
    assert_error(run(*call, "-o", output), f"{output}: it is there already")
    # Again, it has nothing more to do.
    again = ["policy", "migrate", output, *call[3:]]
    assert run(*again).stdout == output.read_text()
    assert run_json(*again, exit_code=1)["migrated"] == 0


def test_a_tool_whose_name_is_a_pattern_is_not_known() -> None:
    short = "{tool_pattern: 'fs.*', path_allowlist: [/a], only_arguments: [path]}"
    both = [tool("fs.read", "path", path="string"), tool("fs.*", "path", path="string")]
    policy, [reason] = migrate(context(short), *both)
    assert reason is None
    assert policy.could_allow("c", ["fs.read", "fs.delete"]) == ["fs.read"]


def test_json_is_migrated_to_yaml() -> None:
    short = {"tool_pattern": "fs.read", "path_allowlist": ["/a"], "only_arguments": ["path"]}
    policy = {"name": "c", "description": "\U0001f600\u2028", "capabilities": [short]}
    text = json.dumps({**policy, "deny_list": None}, indent="\t").replace("/a", "\\/a")
    new, [reason] = migrate(text, tool("fs.read", "path", path="string"))
    assert reason is None
    assert new.evaluate("c", "fs.read", {"path": "/a/b"}).allowed


def test_all_of_a_policy_may_be_migrated(tmp_path: Path) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps([tool("fs.read", "path", path="string")]))
    text = context("{tool_pattern: fs.read, path_allowlist: [/a], only_arguments: [path]}")
    call = ["policy", "migrate", "-", "--tools", tools]
    found = run_json(*call, exit_code=0, stdin=text)
    assert (found["migrated"], found["staying"]) == (1, [])


def test_a_list_of_paths_becomes_a_kind() -> None:
    text = context("{tool_pattern: t, path_allowlist: [/a, /b], base_directory: /a}")
    policy, reasons = migrate(text, tool("t", path="string", n="integer"))
    assert reasons == [None]
    assert policy.evaluate("c", "t", {"path": "x"}).allowed
    assert not policy.evaluate("c", "t", {"path": "/c"}).allowed
    assert not policy.evaluate("c", "t", {"path": "/a", "other": 1}).allowed
    # Without a path the short form denied, whatever the server requires.
    assert not policy.evaluate("c", "t", {"n": 1}).allowed


def test_what_may_be_absent_may_still_be() -> None:
    text = context("{tool_pattern: t, path_allowlist: [/a], when_absent: allow}")
    policy, reasons = migrate(text, tool("t", path="string"))
    assert reasons == [None]
    assert policy.evaluate("c", "t", {}).allowed


@pytest.mark.parametrize(
    ("capability", "properties"),
    [
        # A text under a key of its own is a path where it looks like one.
        ("{tool_pattern: t, path_allowlist: [/a]}", {"path": "string", "mode": "string"}),
        ("{tool_pattern: t, domain_allowlist: [a.example]}", {"url": "string", "via": "string"}),
    ],
)
def test_what_was_guessed_stays_in_the_short_form(
    capability: str, properties: dict[str, str]
) -> None:
    _, [reason] = migrate(context(capability), tool("t", *properties, **properties))
    assert reason is not None and "allow" in reason


@pytest.mark.parametrize(
    "deny", ['{tool_pattern: t, path: "**/.git"}', '"t:**/.git"', '"t:/a/.git"']
)
def test_what_a_deny_entry_guessed_is_not_lost(deny: str) -> None:
    text = context("{tool_pattern: t, path_allowlist: [/a]}", deny=f"[{deny}]")
    _, [reason] = migrate(text, tool("t", "path", path="string", content="string"))
    assert reason is not None and reason.startswith("it would allow more, such as t {")
    policy, [reason] = migrate(text, tool("t", "path", path="string"))
    assert reason is None
    assert not policy.evaluate("c", "t", {"path": "/a/.git"}).allowed


@pytest.mark.parametrize("deny", ["{tool_pattern: t, domain: evil.example}", '"t:evil.example"'])
def test_a_denied_host_is_not_lost(deny: str) -> None:
    hosts = '{tool_pattern: t, domain_allowlist: ["*.example"], only_arguments: [url]}'
    policy, [reason] = migrate(context(hosts, deny=f"[{deny}]"), tool("t", "url", url="string"))
    assert reason is None
    assert policy.evaluate("c", "t", {"url": "https://a.example/"}).allowed
    assert not policy.evaluate("c", "t", {"url": "https://evil.example/"}).allowed


def test_a_rate_counts_its_tools_together() -> None:
    text = context(
        "{tool_pattern: 't*', path_allowlist: [/a], rate_limit: {calls: 1, per_seconds: 1}}"
    )
    same = [tool(name, "path", path="string") for name in ("ta", "tb")]
    policy, reasons = migrate(text, *same)
    assert reasons == [None]
    assert len(policy.evaluate("c", "ta", {"path": "/a"}).charges) == 1
    _, [reason] = migrate(text, same[0], tool("tb", "path", path="string", n="integer"))
    assert reason == "its rate_limit counts tools together whose arguments differ"


def test_a_ceiling_waits_for_what_is_below_it() -> None:
    ceiling = context("{tool_pattern: '*', path_allowlist: [/a]}", name="ceiling")
    below = context("{tool_pattern: t, path_allowlist: [/a/b]}", name="below")
    known, unknown = tool("t", "path", path="string"), tool("u", "path", path="string")
    policy, reasons = migrate(ceiling + below, known)
    assert reasons == [None, None]
    assert policy.contains(parent="ceiling", child="below")
    other = below.replace("t, path", "v, path")
    policy, reasons = migrate(ceiling + other, known, unknown)
    assert reasons == [
        "below would no longer be within ceiling",
        "no tool that is known matches v",
    ]
    assert policy.contains(parent="ceiling", child="below")


def test_a_parent_waits_only_where_its_child_stays() -> None:
    short = "{{tool_pattern: {}, path_allowlist: [{}], only_arguments: [path]}}"
    parent = context(
        ", ".join(short.format(name, "/w") for name in ("a", "'b*'", "c")), name="parent"
    )
    child = context(
        f"{short.format('[by, bx]', '/w/x')}, {short.format('c', '/w/x')}", name="child"
    )
    known = [tool(name, "path", path="string") for name in ("a", "by", "c")]
    for text in (parent + child, child + parent):
        policy, reasons = migrate(text, *known)
        of_parent = [None, "child would no longer be within parent", None]
        of_child = ["no tool that is known matches bx", None]
        expected = of_parent + of_child if text.startswith(parent) else of_child + of_parent
        assert reasons == expected
        assert policy.contains(parent="parent", child="child")
        assert not policy.evaluate("parent", "a", {"path": "/w", "other": 1}).allowed


def test_what_waits_is_handed_on_to_the_parent_above() -> None:
    short = "{{tool_pattern: {}, path_allowlist: [/w], only_arguments: [path]}}"
    both = ", ".join(short.format(name) for name in ("a", "'b*'"))
    text = context(both, name="top") + context(both, name="middle")
    text += context(short.format("[by, bx]"), name="bottom")
    policy, reasons = migrate(text, *(tool(n, "path", path="string") for n in ("a", "by")))
    assert [reason is None for reason in reasons] == [True, False, True, False, False]
    for parent, child in [("top", "middle"), ("top", "bottom"), ("middle", "bottom")]:
        assert policy.contains(parent=parent, child=child)


def test_a_parent_whose_deny_list_would_guess_otherwise_stays() -> None:
    short = "{{tool_pattern: {}, path_allowlist: [/w], only_arguments: [path, content]}}"
    deny = '[{tool_pattern: "*", path: "**/.git"}]'
    parent = context(
        f"{short.format('tx')}, {short.format(chr(39) + 't*' + chr(39))}", name="p", deny=deny
    )
    child = context(short.format("[tx, ty]"), name="c", deny=deny)
    policy, _ = migrate(parent + child, tool("tx", "path", path="string", content="string"))
    assert policy.contains(parent="p", child="c")
    for name in ("tx", "ty"):
        assert not policy.evaluate("p", name, {"path": "/w", "content": "/w/.git"}).allowed


def test_the_whole_reason_stands_above_what_stays(tmp_path: Path) -> None:
    unknown = f"unknown.{'x' * 60}"
    text = f"""name: c
capabilities:
  # of the team
  - {{tool_pattern: t, only_arguments: [path]}} # may guess
  #   no reason
  - {{tool_pattern: {unknown}, path_allowlist: [/a]}}
"""
    names = [f"argument_{n}" for n in range(12)]
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps([tool("t", *names, **dict.fromkeys(names, "string"))]))
    output = tmp_path / "new.yaml"
    call = ["policy", "migrate", "-", "--tools", tools, "-o", output]
    reasons = run_json(*call, exit_code=1, stdin=text)["staying"]
    written = output.read_text()
    lines = [line.strip().removeprefix("#").strip() for line in written.splitlines()]
    for one in reasons:
        assert f"stays in the short form: {one['reason']}" in " ".join(lines)
    assert [len(one["reason"]) > 100 for one in reasons] == [True, False]
    assert max(map(len, written.splitlines())) <= 100
    assert "…" not in written and "# of the team" in written and "#   no reason" in written
    again = run("policy", "migrate", output, "--tools", tools)
    assert again.stdout == written


def test_one_that_stays_keeps_no_other_from_being_migrated() -> None:
    short = [
        f"{{tool_pattern: t{n}, path_allowlist: [/a]{', only_arguments: [path]' * (n != 2)}}}"
        for n in range(5)
    ]
    tools = [tool(f"t{n}", "path", path="string", mode="string") for n in range(5)]
    policy, reasons = migrate(context(", ".join(short)), *tools)
    assert [reason is None for reason in reasons] == [True, True, False, True, True]
    assert reasons[2] is not None and reasons[2].startswith("it would allow more, such as t2 {")
    assert policy.evaluate("c", "t1", {"path": "/a"}).allowed


@pytest.mark.parametrize(
    ("one", "other"),
    [("tx", "tx"), ("tx", '"*"'), ('"tx*"', "[u, txy]"), ('"t*"', '"tx*"'), ("txy", '"t*"')],
)
def test_of_two_that_only_stand_together_one_is_migrated(one: str, other: str) -> None:
    # While one is in the short form, the deny entry guesses for both.
    short = "{{tool_pattern: {}, path_allowlist: [/a], only_arguments: [path, content]}}"
    text = context(
        f"{short.format(one)}, {short.format(other)}",
        deny='[{tool_pattern: "*", path: "**/.git"}]',
    )
    names = ("tx", "txy", "u")
    policy, reasons = migrate(
        text, *(tool(name, "path", path="string", content="string") for name in names)
    )
    assert None in reasons
    reason = next(filter(None, reasons))
    assert reason.startswith("it would allow more, such as ")
    for name in names:
        assert not policy.evaluate("c", name, {"path": "/a", "content": "/a/.git"}).allowed


CAPABILITIES = [
    "{tool_pattern: t, path_allowlist: [/a]}",
    "{tool_pattern: t, path_allowlist: [/a], only_arguments: [path, content]}",
    "{tool_pattern: t, path_allowlist: [/a], free_arguments: [mode], path_arguments: [tree]}",
    "{tool_pattern: t, domain_allowlist: [a.example], when_absent: allow}",
    "{tool_pattern: t, command_allowlist: [git, ls], subcommand_allowlist: {git: [log]}}",
    "{tool_pattern: t, command_allowlist: [ls], exec: argv}",
    '{tool_pattern: t, argument_patterns: {mode: "[a-z]+"}}',
    "{tool_pattern: t}",
]
VALUES: list[Any] = [
    "/a/b", "/c", "a.example", "https://a.example/x", "https://b.example", "git log", "git push",
    "ls -l", "ls", "x", "X", ["/a/b", "/c"], 1, None, True, {"path": "/c"}, "../c", "",
]  # fmt: skip
NAMES = ("path", "content", "mode", "tree", "url", "command", "args", "n")


@pytest.mark.parametrize("seed", range(6))
def test_what_is_allowed_was_allowed(seed: int) -> None:
    rng = random.Random(seed)
    migrations = 0
    for _ in range(60):
        names = rng.sample(NAMES, rng.randint(1, 4))
        types = {name: rng.choice(["string", "string", "integer", "array"]) for name in names}
        deny = rng.choice(
            ["[]", "[{tool_pattern: t, path: /a/b}]", "[{tool_pattern: t, command: ls}]"]
        )
        text = context(", ".join(rng.sample(CAPABILITIES, rng.randint(1, 3))), deny=deny)
        policy, reasons = migrate(text, tool("t", *names[: rng.randint(0, 4)], **types))
        migrations += reasons.count(None)
        old = PolicySet.parse(text)
        for _ in range(100):
            arguments = {name: rng.choice(VALUES) for name in rng.sample(NAMES, rng.randint(0, 3))}
            if policy.evaluate("c", "t", arguments).allowed:
                assert old.evaluate("c", "t", arguments).allowed, (text, arguments)
    assert migrations > 3


def test_faults_are_told() -> None:
    bad = run("policy", "migrate", "-", "--tools", GOLDEN / "short.tools.json", stdin="name: c\n")
    assert_error(bad, "<stdin>:1:1: ")
