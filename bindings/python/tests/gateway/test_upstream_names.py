"""Under which names tools are offered, and what happens when two want the same."""

import json
import logging
from collections.abc import Mapping

import pytest
from callgate.gateway.upstreams.tool_names import (
    ToolNameError,
    ToolNaming,
    check_namings,
    name_tools,
)
from callgate.gateway.upstreams.upstreams import Upstreams
from upstream_servers import brief, do, eventually, hostile, refused, running, soon

pytestmark = pytest.mark.anyio


def naming(
    server: str, table: Mapping[str, str] | None = None, *, others: bool = True
) -> ToolNaming:
    return ToolNaming(server, table or {}, others)


def names(*pairs: tuple[ToolNaming, list[str]]) -> dict[str, tuple[str, str]]:
    named, faults = name_tools([one for one, _ in pairs], [listing for _, listing in pairs])
    assert faults == []
    return {one.name: (pairs[one.naming][0].server, one.tool) for one in named}


def test_a_tool_is_called_server_dot_tool() -> None:
    assert names((naming("fs"), ["read", "write"]), (naming("git"), ["git_log"])) == {
        "fs.read": ("fs", "read"),
        "fs.write": ("fs", "write"),
        "git.git_log": ("git", "git_log"),
    }


def test_a_table_names_a_tool_in_place_of_the_rule() -> None:
    table = {"files/read": "read", "files/look": "read"}
    assert names((naming("fs", table), ["read", "write"])) == {
        "files/read": ("fs", "read"),
        "files/look": ("fs", "read"),
        "fs.write": ("fs", "write"),
    }


def test_without_others_only_the_table_is_offered() -> None:
    table = {"files/read": "read", "files/gone": "gone"}
    assert names((naming("fs", table, others=False), ["read", "write"])) == {
        "files/read": ("fs", "read")
    }


@pytest.mark.parametrize(
    "namings",
    [
        [naming("fs"), naming("fs")],
        [naming("fs", {"x": "a"}), naming("git", {"x": "b"})],
        [naming("fs", {"not a name": "a"})],
        [naming("fs", {"": "a"})],
        [naming("fs", {"x" * 129: "a"})],
        [naming("ünï")],
    ],
)
def test_a_configured_clash_or_bad_name_is_an_error_before_anything_runs(
    namings: list[ToolNaming],
) -> None:
    with pytest.raises(ToolNameError):
        check_namings(namings)


@pytest.mark.parametrize(
    ("namings", "listings"),
    [
        ([naming("a"), naming("a.b")], [["b.c"], ["c"]]),
        ([naming("a")], [["x", "x"]]),
    ],
)
def test_tools_that_clash_are_all_left_out(
    namings: list[ToolNaming], listings: list[list[str]]
) -> None:
    named, faults = name_tools(namings, listings)
    assert named == []
    assert len(faults) == 1


def test_a_name_of_a_table_is_kept_for_its_tool_while_its_server_is_down() -> None:
    for tool in ("read_file", "read"):
        namings = [naming("files", {"fs.read": tool}), naming("fs")]
        for listed in ([], [tool]):
            named, faults = name_tools(namings, [listed, ["read", "write"]])
            expected = [("fs.read", 0)] if listed else []
            assert [(one.name, one.naming) for one in named] == [*expected, ("fs.write", 1)]
            assert [fault.name for fault in faults] == ["fs.read"]


@pytest.mark.parametrize("tool", ["", "ein name", "a\nb", "naïve", "x" * 126, "a;b", "\x1b[31m"])
def test_a_tool_whose_name_cannot_be_is_left_out_and_harms_no_other(tool: str) -> None:
    named, faults = name_tools([naming("fs")], [[tool, "read"]])
    assert [one.name for one in named] == ["fs.read"]
    assert len(faults) == 1
    assert faults[0].name.isprintable()
    assert len(faults[0].name) < 600


async def test_a_clash_at_the_start_is_an_error_and_leaves_nothing_running() -> None:
    twice = hostile("names", json.dumps(["do", "do"]))
    upstreams = Upstreams([twice])
    with pytest.raises(ToolNameError, match=r"bad\.do"):
        await upstreams.__aenter__()
    assert upstreams.states() == {"bad": "closed"}


async def test_a_clash_at_run_time_leaves_the_tools_out_logs_once_and_ends_with_the_clash(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = hostile("names", '["quiet"]', name="other")
    server = hostile(tools={"other.fresh": "fresh"})
    async with running(server, other) as upstreams:

        def offered() -> set[str]:
            return {tool.name for tool in upstreams.tools()}

        assert offered() == {"bad.do", "bad.quiet", "other.quiet"}
        await do(upstreams, "rename", names=["do", "fresh", "ein name"])
        await eventually(lambda: "other.fresh" in offered())
        assert offered() == {"bad.do", "other.fresh", "other.quiet"}
        assert brief(await refused(upstreams.call("bad.quiet", b"{}"))) == (
            "UPSTREAM_FAILED",
            "unknown_tool",
            False,
        )
        assert upstreams.server_of("other.fresh") == "bad"
        left_out = [one for one in caplog.records if "left out" in one.getMessage()]
        assert [one.levelno for one in left_out] == [logging.WARNING]


async def test_a_tool_that_no_server_lists_is_never_called() -> None:
    async with running(hostile()) as upstreams:
        for name in ("bad.hidden", "do", "bad", "bad.do ", "other.do", ""):
            refusal = await refused(upstreams.call(name, b"{}"))
            assert brief(refusal) == ("UPSTREAM_FAILED", "unknown_tool", False)


async def test_a_tool_of_a_server_that_never_listed_any_may_come() -> None:
    dead = hostile("dead", tools={"mine": "do"}, first_backoff=30.0)
    async with Upstreams([dead, hostile(name="good")]) as upstreams:
        for name in ("bad.do", "mine"):
            refusal = await refused(upstreams.call(name, b"{}"))
            assert brief(refusal) == ("UPSTREAM_FAILED", "not_running", False)
            assert refusal.retry_after is not None
        for name in ("good.do ", "good.none", "bad", "none"):
            refusal = await refused(upstreams.call(name, b"{}"))
            assert brief(refusal) == ("UPSTREAM_FAILED", "unknown_tool", False)


async def test_it_is_told_which_tools_there_are() -> None:
    told: list[list[str]] = []
    dead = hostile("dead", name="dead", tools={"mine": "do"}, first_backoff=30.0)
    async with Upstreams([hostile(), dead]) as upstreams:
        upstreams.on_offered(told.append)
        assert told == [["bad.do", "bad.quiet", "mine", "dead.*"]]
        await do(upstreams, "rename", names=["do", "fresh"])
        await eventually(lambda: len(told) == 2)
        assert told[1] == ["bad.do", "bad.fresh", "mine", "dead.*"]
        # A server that is down has the tools that it listed last.
        await refused(upstreams.call("bad.do", b'{"do":"die"}'))
        await eventually(lambda: upstreams.counters()["bad"].starts == 2)
        await soon(upstreams.wait_for("bad", "ready"))
        assert told[2:] == [["bad.do", "bad.quiet", "mine", "dead.*"]]


def test_every_name_that_a_server_could_give_has_a_pattern() -> None:
    assert naming("fs", {"x": "read"}).patterns() == ["x", "fs.*"]
    assert naming("fs", {"x": "read"}, others=False).patterns() == ["x"]
    assert naming("f" * 126).patterns() == ["f" * 126 + ".*"]
    assert naming("f" * 127).patterns() == []
    assert [naming("fs", {"x": "read"}).can_name(name) for name in ("x", "fs.a", "fs", "fsx")] == [
        True,
        True,
        False,
        False,
    ]
    assert not naming("fs", others=False).can_name("fs.a")


async def test_a_definition_keeps_all_but_its_name() -> None:
    async with running(hostile(tools={"mine": "do"})) as upstreams:
        raw = {tool.name: tool.raw for tool in upstreams.tools()}
    assert raw["mine"] == b'{"name":"mine","inputSchema":{"type":"object"}}'
