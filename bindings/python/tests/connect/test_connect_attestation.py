"""`callgate connect --attestation-token-file`, at a gateway that is tied to attestation tokens."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attested_gateway import AttestedGateway
from connect_process import command, launched
from gateway_process import ARGUMENTS, TOOL, GatewayProcess, running
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

pytestmark = pytest.mark.anyio

CLOCK = ("--scope", "clock")
OPTION = "--attestation-token-file"


@pytest.fixture
def files(tmp_path: Path) -> AttestedGateway:
    return AttestedGateway(tmp_path / "gateway")


@pytest.fixture
def gateway(files: AttestedGateway) -> Iterator[GatewayProcess]:
    with running(files.config) as gateway:
        yield gateway


@pytest.fixture
def token_file(files: AttestedGateway, tmp_path: Path) -> Path:
    path = tmp_path / "agent.token"
    path.write_text(files.token() + "\n")
    return path


async def tools(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_token_of_the_file_opens_the_session(
    gateway: GatewayProcess, token_file: Path, mode: str
) -> None:
    async with launched(gateway.url, mode, *CLOCK, OPTION, str(token_file)) as client:
        assert await tools(client) == [TOOL]
        assert not (await client.call_tool(TOOL, ARGUMENTS)).is_error


async def test_the_file_is_read_at_each_attestation(
    files: AttestedGateway, gateway: GatewayProcess, token_file: Path
) -> None:
    options = (*CLOCK, OPTION, str(token_file))
    async with launched(gateway.url, "auto", *options) as client:
        assert await tools(client) == [TOOL]
    async with launched(gateway.url, "auto", *options) as client:
        with pytest.raises(MCPError, match=r"attestation\.replay"):
            await tools(client)
        token_file.write_text(files.token())
        assert await tools(client) == [TOOL]


async def test_without_a_token_there_are_no_tools(gateway: GatewayProcess) -> None:
    async with launched(gateway.url, "auto", *CLOCK) as client:
        with pytest.raises(MCPError, match=r"attestation\.not_provided"):
            await tools(client)


async def test_a_key_that_is_denied_ends_its_tools(
    files: AttestedGateway, gateway: GatewayProcess, token_file: Path
) -> None:
    async with launched(gateway.url, "auto", *CLOCK, OPTION, str(token_file)) as client:
        assert await tools(client) == [TOOL]
        files.deny(denied_key_ids=[files.keypair.kid])
        gateway.wait_for_log("issuers of attestation tokens replaced")
        token_file.write_text(files.token())
        called = await client.call_tool(TOOL, ARGUMENTS)
        assert called.is_error


def test_a_file_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    told = subprocess.run(
        command("http://127.0.0.1:1", OPTION, missing),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert told.stderr.strip() == f"{OPTION}: there is no such file"
