"""A server over stdio: what reaches it, and every way in which it can fail a call."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from callgate.gateway.upstreams.upstreams import StdioSettings, Upstreams
from callgate.gateway.wire.refusal import Refusal
from upstream_servers import brief, do, eventually, hostile, refused, running, soon

pytestmark = pytest.mark.anyio


def recorded(file: Path) -> list[str]:
    return file.read_text().splitlines()


async def test_arguments_reach_the_server_byte_for_byte_as_one_line(tmp_path: Path) -> None:
    record = tmp_path / "lines"
    arguments = b'{"do":"answer","n":1e2,"big":12345678901234567890.10,"text":"\\n\\u2028"}'
    async with running(hostile("record", str(record))) as upstreams:
        await soon(upstreams.call("bad.do", arguments))
    # After the handshake and a listing of two pages; neither id nor _meta is the caller's.
    assert recorded(record)[-1] == (
        '{"jsonrpc":"2.0","id":4,"method":"tools/call",'
        f'"params":{{"name":"do","arguments":{arguments.decode()}}}}}'
    )


async def test_the_result_comes_back_with_its_numbers_as_the_server_wrote_them() -> None:
    line = '{"id":ID, "result": {"n": [1e2, 1.50, -0.0, 98765432109876543210]}, "jsonrpc":"2.0"}'
    async with running(hostile()) as upstreams:
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        reply = await soon(upstreams.call("bad.do", arguments))
    assert reply.result == b'{"n":[1e2,1.50,-0.0,98765432109876543210]}'
    assert reply.error is None


async def test_an_error_of_the_server_comes_back_as_its_error() -> None:
    line = '{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"no","data":{"x":1.0}}}'
    async with running(hostile()) as upstreams:
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        reply = await soon(upstreams.call("bad.do", arguments))
    assert reply.result is None
    assert reply.error == b'{"code":-32602,"message":"no","data":{"x":1.0}}'


async def test_a_payload_with_a_line_break_outside_strings_never_leaves() -> None:
    async with running(hostile()) as upstreams:
        with pytest.raises(ValueError, match="one line"):
            await soon(upstreams.call("bad.do", b'{"do":\n"answer"}'))
        assert await do(upstreams, "answer") == "done"


async def test_on_dispatch_is_called_once_and_can_keep_the_call_from_leaving(
    tmp_path: Path,
) -> None:
    record = tmp_path / "lines"
    called: list[int] = []

    def revoked() -> None:
        raise Refusal("SESSION_INACTIVE", dispatched=False)

    async with running(hostile("record", str(record))) as upstreams:
        arguments = b'{"do":"answer"}'
        await soon(upstreams.call("bad.do", arguments, on_dispatch=lambda: called.append(1)))
        refusal = await refused(upstreams.call("bad.do", arguments, on_dispatch=revoked))
    assert called == [1]
    assert refusal.code_name == "SESSION_INACTIVE"
    assert sum('"tools/call"' in line for line in recorded(record)) == 1


async def test_a_crash_fails_every_call_in_flight_as_dispatched_and_none_is_sent_again(
    tmp_path: Path,
) -> None:
    record = tmp_path / "lines"
    async with running(hostile("record", str(record))) as upstreams:
        calls = [
            asyncio.ensure_future(refused(upstreams.call("bad.do", b'{"do":"hang"}')))
            for _ in range(3)
        ]
        await eventually(lambda: sum('"hang"' in line for line in recorded(record)) == 3)
        dying = await refused(upstreams.call("bad.do", b'{"do":"die"}'))
        failures = [dying, *await asyncio.gather(*calls)]
        assert {brief(one) for one in failures} == {("UPSTREAM_FAILED", "crashed", True)}
        await soon(upstreams.wait_for("bad", "waiting"))
        await soon(upstreams.wait_for("bad", "ready"))
        assert await do(upstreams, "answer") == "done"
        assert upstreams.counters()["bad"].starts == 2
    assert sum('"hang"' in line for line in recorded(record)) == 3
    assert sum('"die"' in line for line in recorded(record)) == 1


async def test_calls_while_a_server_waits_for_its_restart_are_refused_undispatched() -> None:
    async with running(hostile(first_backoff=30.0)) as upstreams:
        await refused(upstreams.call("bad.do", b'{"do":"die"}'))
        await soon(upstreams.wait_for("bad", "waiting"))
        called: list[int] = []
        refusal = await refused(
            upstreams.call("bad.do", b'{"do":"answer"}', on_dispatch=lambda: called.append(1))
        )
        assert brief(refusal) == ("UPSTREAM_FAILED", "not_running", False)
        assert refusal.retry_after is not None
        assert 0 < refusal.retry_after <= 31
        assert called == []


async def test_a_server_that_never_starts_does_not_keep_the_others_from_working() -> None:
    async with Upstreams([hostile("dead", name="dead"), hostile()]) as upstreams:
        assert upstreams.states() == {"dead": "waiting", "bad": "ready"}
        assert await do(upstreams, "answer") == "done"
        assert [tool.name for tool in upstreams.tools()] == ["bad.do", "bad.quiet"]


async def test_a_server_that_never_answers_the_handshake_is_given_up_and_tried_again() -> None:
    silent = hostile("silent", start_timeout=0.3)
    async with Upstreams([silent]) as upstreams:
        assert upstreams.states() == {"bad": "waiting"}
        await eventually(lambda: upstreams.counters()["bad"].starts >= 2)


async def test_an_answer_written_right_before_the_end_still_counts() -> None:
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "answer and end") == "done"


async def test_a_server_that_closes_its_output_is_ended() -> None:
    async with running(hostile()) as upstreams:
        refusal = await refused(upstreams.call("bad.do", b'{"do":"close output"}'))
        assert brief(refusal) == ("UPSTREAM_FAILED", "crashed", True)


async def test_a_call_that_takes_too_long_times_out_is_cancelled_and_its_late_answer_dropped(
    tmp_path: Path,
) -> None:
    record = tmp_path / "lines"
    async with running(hostile("record", str(record), timeout=0.3)) as upstreams:
        refusal = await refused(upstreams.call("bad.do", b'{"do":"hang"}'))
        assert brief(refusal) == ("UPSTREAM_TIMEOUT", None, True)
        assert await do(upstreams, "release") == "done"
        assert upstreams.counters()["bad"].late_responses == 1
    cancelled = [json.loads(line) for line in recorded(record) if "cancelled" in line]
    hung = next(json.loads(line)["id"] for line in recorded(record) if '"hang"' in line)
    assert [one["params"]["requestId"] for one in cancelled] == [hung]


async def test_a_caller_that_goes_away_cancels_its_call(tmp_path: Path) -> None:
    record = tmp_path / "lines"
    async with running(hostile("record", str(record))) as upstreams:
        task = asyncio.ensure_future(upstreams.call("bad.do", b'{"do":"hang"}'))
        await eventually(lambda: '"hang"' in record.read_text())
        task.cancel()
        await eventually(lambda: "notifications/cancelled" in record.read_text())
        assert await do(upstreams, "release") == "done"


async def test_a_second_answer_and_a_foreign_one_are_counted_and_reach_nobody() -> None:
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "twice") == "done"
        assert await do(upstreams, "answer", text="mine") == "mine"
        counters = upstreams.counters()["bad"]
        assert (counters.duplicate_responses, counters.unknown_responses) == (1, 1)


@pytest.mark.parametrize(
    "line",
    [
        '{"jsonrpc":"2.0","id":ID,"result":{},"result":{}}',
        '{"jsonrpc":"2.0","id":ID,"result":{"a":NaN}}',
        '{"jsonrpc":"2.0","id":ID,"result":{"a":1}} trailing',
        '{"jsonrpc":"2.0","id":ID,"result":[1]}',
        '{"jsonrpc":"2.0","id":ID}',
        '{"jsonrpc":"2.0","id":ID,"result":{},"error":{"code":1,"message":"m"}}',
        '{"jsonrpc":"1.0","id":ID,"result":{}}',
        '{"jsonrpc":"2.0","id":ID,"error":"text"}',
        '{"jsonrpc":"2.0","id":ID,"error":{"code":"x","message":"m"}}',
    ],
)
async def test_an_answer_that_is_not_json_rpc_fails_its_call_at_once(line: str) -> None:
    async with running(hostile()) as upstreams:
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        refusal = await refused(upstreams.call("bad.do", arguments))
        assert brief(refusal) == ("UPSTREAM_FAILED", "invalid_response", True)
        assert await do(upstreams, "answer") == "done"


@pytest.mark.parametrize("line", ["garbage", "[]", "\\u0000", '{"id":{}}', '"id":ID', "{}"])
async def test_garbage_is_counted_and_harms_no_call(line: str) -> None:
    answer = '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"text":"done"}]}}'
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "raw", line=f"{line}\n{answer}") == "done"
        assert upstreams.counters()["bad"].garbage_messages == 1


async def test_an_id_inside_the_result_is_not_taken_for_the_id_of_the_message() -> None:
    line = '{"jsonrpc":"2.0","result":{"id":ID,"a":NaN}}'
    async with running(hostile(timeout=0.3)) as upstreams:
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        refusal = await refused(upstreams.call("bad.do", arguments))
        assert refusal.code_name == "UPSTREAM_TIMEOUT"


async def test_a_result_of_exactly_the_limit_passes_and_one_byte_more_is_withheld() -> None:
    room = len(b'{"text":""}')
    async with running(hostile()) as upstreams:
        fits = json.dumps({"do": "size", "bytes": 1000 - room}).encode()
        reply = await soon(upstreams.call("bad.do", fits, max_result=1000))
        assert reply.result is not None
        assert len(reply.result) == 1000
        more = json.dumps({"do": "size", "bytes": 1001 - room}).encode()
        refusal = await refused(upstreams.call("bad.do", more, max_result=1000))
        assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)
        assert await do(upstreams, "answer") == "done"


async def test_white_space_and_escapes_do_not_count_but_are_bounded() -> None:
    limit = 2000
    spaced = '{"jsonrpc":"2.0","id":ID,"result":{"text":"' + "\\u0061" * 1000 + '"' + " " * 9000
    async with running(hostile()) as upstreams:
        arguments = json.dumps({"do": "raw", "line": spaced + "}}"}).encode()
        reply = await soon(upstreams.call("bad.do", arguments, max_result=limit))
        assert reply.result == b'{"text":"' + b"\\u0061" * 1000 + b'"}'
        line = spaced + " " * (6 * limit + 64 * 1024) + "}}"
        arguments = json.dumps({"do": "raw", "line": line}).encode()
        refusal = await refused(upstreams.call("bad.do", arguments, max_result=limit))
        assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)
        assert await do(upstreams, "answer") == "done"


async def test_an_error_larger_than_the_limit_is_withheld_too() -> None:
    async with running(hostile()) as upstreams:
        arguments = b'{"do":"error","bytes":2000}'
        refusal = await refused(upstreams.call("bad.do", arguments, max_result=1000))
        assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)


async def test_a_result_too_large_for_one_call_fails_only_that_call() -> None:
    async with running(hostile()) as upstreams:
        small = asyncio.ensure_future(
            refused(upstreams.call("bad.do", b'{"do":"hang"}', max_result=100))
        )
        big = json.dumps({"do": "size", "bytes": 300_000}).encode()
        over = json.dumps({"do": "size", "bytes": 3_000_000}).encode()
        reply, refusal = await asyncio.gather(
            soon(upstreams.call("bad.do", big, max_result=400_000)),
            refused(upstreams.call("bad.do", over, max_result=400_000)),
        )
        assert reply.result is not None
        assert refusal.code_name == "OUTPUT_SIZE_EXCEEDED"
        assert not small.done()
        small.cancel()


async def test_a_line_without_end_kills_the_server_and_fails_what_is_in_flight() -> None:
    async with running(hostile(max_result=100_000)) as upstreams:
        waiting = asyncio.ensure_future(refused(upstreams.call("bad.do", b'{"do":"hang"}')))
        await do(upstreams, "answer")
        refusal = await refused(upstreams.call("bad.do", b'{"do":"endless line"}'))
        assert brief(refusal) == ("UPSTREAM_FAILED", "endless_message", True)
        assert brief(await waiting) == ("UPSTREAM_FAILED", "endless_message", True)
        await soon(upstreams.wait_for("bad", "waiting"))
        await soon(upstreams.wait_for("bad", "ready"))
        assert await do(upstreams, "answer") == "done"


@pytest.mark.parametrize(
    "method", ["sampling/createMessage", "roots/list", "elicitation/create", "anything"]
)
async def test_requests_of_the_server_are_answered_with_method_not_found(method: str) -> None:
    async with running(hostile()) as upstreams:
        answer = json.loads(await do(upstreams, "ask", method=method))
    assert answer == {
        "jsonrpc": "2.0", "id": "mine", "error": {"code": -32601, "message": "Method not found"},
    }  # fmt: skip


async def test_a_ping_of_the_server_is_answered() -> None:
    async with running(hostile()) as upstreams:
        answer = json.loads(await do(upstreams, "ask", method="ping"))
    assert answer == {"jsonrpc": "2.0", "id": "mine", "result": {}}


async def test_notifications_are_dropped_and_a_flood_of_them_is_left_unread_for_a_while() -> None:
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "notify", method="notifications/message", times=2500) == "done"
        counters = upstreams.counters()["bad"]
        assert counters.dropped_notifications == 2500
        assert counters.paused >= 1


async def test_empty_lines_are_a_flood_too_and_no_answer_after_them_is_lost() -> None:
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "empty lines", lines=2500) == "done"
        assert upstreams.counters()["bad"].paused >= 2


async def test_a_program_that_cannot_be_started_is_named(caplog: pytest.LogCaptureFixture) -> None:
    absent = StdioSettings(name="clock", command="mcp-server-tim")
    async with Upstreams([absent]):
        (line,) = {one.getMessage().partition(";")[0] for one in caplog.records}
    assert line == "clock: mcp-server-tim: No such file or directory"


async def test_a_flood_of_lines_on_standard_error_is_cut_no_further_than_it_is_logged() -> None:
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "empty stderr", lines=2500) == "done"
        await eventually(lambda: upstreams.counters()["bad"].dropped_log_lines > 2000)


async def test_standard_error_is_logged_in_bounds_and_cannot_speak_to_a_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "callgate.gateway.upstreams")
    async with running(hostile()) as upstreams:
        assert await do(upstreams, "stderr", lines=500) == "done"
        await eventually(lambda: upstreams.counters()["bad"].dropped_log_lines > 400)
    lines = [one.getMessage() for one in caplog.records if "31mline " in one.getMessage()]
    assert lines[0].startswith("bad: \\x1b[31mline 0 yyy")
    assert all(len(line) < 1100 for line in lines)


async def test_a_server_that_reads_nothing_is_not_fed_for_ever() -> None:
    async with running(hostile(timeout=1.0, stop_grace=0.2)) as upstreams:
        assert await do(upstreams, "stop reading") == "done"
        arguments = json.dumps({"do": "answer", "text": "x" * 400_000}).encode()
        refusals = await asyncio.gather(
            *(refused(upstreams.call("bad.do", arguments)) for _ in range(6))
        )
        assert ("UPSTREAM_FAILED", "busy", False) in {brief(one) for one in refusals}
        assert {brief(one)[2] for one in refusals if brief(one)[1] is None} == {True}


async def test_no_more_calls_than_allowed_are_in_flight() -> None:
    async with running(hostile(max_in_flight=2)) as upstreams:
        first = [
            asyncio.ensure_future(upstreams.call("bad.do", b'{"do":"hang"}')) for _ in range(2)
        ]
        await asyncio.sleep(0)
        refusal = await refused(upstreams.call("bad.do", b'{"do":"answer"}'))
        assert brief(refusal) == ("UPSTREAM_FAILED", "busy", False)
        for one in first:
            one.cancel()


async def test_nothing_of_the_gateways_environment_reaches_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALLGATE_SECRET", "s3cr3t")
    async with running(hostile(environment={"MINE": "1"})) as upstreams:
        names = json.loads(await do(upstreams, "environment"))
    assert "CALLGATE_SECRET" not in names
    assert {"MINE", "PATH"} <= set(names) <= {"MINE", "PATH", "LC_CTYPE"}


@pytest.mark.parametrize("end", ["close", "crash"])
async def test_what_a_server_started_ends_with_it(end: str) -> None:
    async with running(hostile(first_backoff=30.0)) as upstreams:
        child = int(await do(upstreams, "child"))
        assert alive(child)
        if end == "crash":
            await refused(upstreams.call("bad.do", b'{"do":"die"}'))
            await eventually(lambda: not alive(child))
    await eventually(lambda: not alive(child))


async def test_a_server_that_ignores_its_closed_input_is_terminated() -> None:
    async with running(hostile(stop_grace=0.2)) as upstreams:
        assert await do(upstreams, "stop reading") == "done"
    assert upstreams.states() == {"bad": "closed"}
    refusal = await refused(upstreams.call("bad.do", b"{}"))
    assert brief(refusal) == ("UPSTREAM_FAILED", "closed", False)


def alive(pid: int) -> bool:
    """A process that exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
