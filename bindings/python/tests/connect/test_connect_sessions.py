"""How many sessions the starts of an assistant take, and when they end."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from callgate.connect import agent
from callgate.smcp import AsyncSMCPClient
from connect_process import launched
from gateway_process import GatewayProcess, running, write_gateway
from mcp.client.client import Client
from wire_gateway import Handler, WireGateway

pytestmark = pytest.mark.anyio

CLOCK = ("--scope", "clock")
STARTS = 5  # one more than an execution has sessions


@pytest.fixture
def real(tmp_path: Path) -> Iterator[GatewayProcess]:
    """Whose execution has no tie, so that no session gives way to another."""
    with running(write_gateway(tmp_path / "gateway")) as gateway:
        yield gateway


def states(gateway: GatewayProcess) -> list[str]:
    """Of all sessions that there were."""
    with gateway.operator() as operator:
        found = operator.get("/admin/v1/sessions").json()["sessions"]
    return [one["state"] for one in found]


async def tools(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


async def test_five_starts_in_a_row_are_never_locked_out(real: GatewayProcess) -> None:
    for count in range(1, STARTS + 1):
        async with launched(real.url, "auto", *CLOCK) as client:
            assert await tools(client) == ["time.get_current_time"]
            assert states(real).count("open") == 1
        assert states(real) == ["ended"] * count, "its place is free at once"


async def test_five_starts_with_a_new_key_each_are_never_locked_out(
    real: GatewayProcess, kept_keys: Path
) -> None:
    for _ in range(STARTS):
        async with launched(real.url, "auto", *CLOCK) as client:
            assert await tools(client) == ["time.get_current_time"]
        shutil.rmtree(kept_keys)
    assert states(real) == ["ended"] * STARTS


async def test_five_starts_at_one_time_take_one_session(real: GatewayProcess) -> None:
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(launched(real.url, "auto", *CLOCK))
            for _ in range(STARTS)
        ]
        listed: list[list[str]] = []

        async def list_tools(client: Client) -> None:
            listed.append(await tools(client))

        async with anyio.create_task_group() as tasks:
            for client in clients:
                tasks.start_soon(list_tools, client)
        assert listed == [["time.get_current_time"]] * STARTS
        assert states(real) == ["open"]
    assert states(real) == ["ended"]


async def test_the_session_ends_when_the_input_closes(gateway: WireGateway) -> None:
    async with launched(gateway.url, "auto") as client:
        await client.list_tools()
        assert gateway.states() == ["open"]
    assert gateway.states() == ["ended"]
    async with launched(gateway.url, "auto") as client:
        await client.list_tools()
    assert gateway.states() == ["ended", "ended"]
    keys = {seen.json["public_key"] for seen in gateway.attestations()}
    assert len(keys) == 1, "the next start has the same key"


async def test_without_a_session_there_is_nothing_to_end(gateway: WireGateway) -> None:
    async with launched(gateway.url, "auto"):
        pass
    assert not gateway.seen


async def test_the_last_of_the_processes_that_share_a_session_ends_it(
    gateway: WireGateway,
) -> None:
    async with launched(gateway.url, "auto") as first:
        await first.list_tools()
        async with launched(gateway.url, "auto") as second:
            await second.list_tools()
        assert not gateway.ends(), "the other one goes on"
        assert (await first.call_tool("fs.delete", {})).is_error
    assert gateway.states() == ["ended"]


async def test_a_gateway_that_ends_no_sessions_is_left_in_peace(
    gateway: WireGateway, tmp_path: Path
) -> None:
    not_found = gateway.error(404, "INVALID_ARGUMENT", "smcp/v1")
    gateway.end_lies.append(lambda h: h.reply_json(*not_found))
    with (tmp_path / "stderr").open("w") as stderr:
        async with launched(gateway.url, "auto", stderr=stderr) as client:
            await client.list_tools()
    assert len(gateway.ends()) == 1 and gateway.states() == ["open"]
    assert (tmp_path / "stderr").read_text() == ""


async def test_a_gateway_that_is_silent_does_not_hold_the_exit_up(
    gateway: WireGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "END_SECONDS", 0.1)

    def silent(handler: Handler) -> None:
        handler.gateway.stopping.wait(20)

    async with AsyncSMCPClient(gateway.url, "exec-1", "project") as sdk:
        ours = agent.Agent(sdk)
        await ours.list_tools()
        gateway.end_lies.append(silent)
        await ours.end_session()
    assert len(gateway.ends()) == 1
