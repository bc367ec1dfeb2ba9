"""`callgate connect --key`: ties to a key survive the process, which a new key does not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from callgate import SecretKey
from connect_process import command, exchange, launched
from gateway_process import (
    WORKLOAD,
    GatewayProcess,
    replace,
    running,
    write_gateway,
    write_secret,
)
from mcp.shared.exceptions import MCPError

SECRET = "a-secret-of-sixteen-characters-or-more"
TOOLS = {"time.get_current_time"}


@pytest.fixture
def key(tmp_path: Path) -> Iterator[SecretKey]:
    with SecretKey.generate() as key:
        write_secret(tmp_path / "agent.pem", key.to_pem())
        write_secret(tmp_path / "agent.jwk", json.dumps(key.to_jwk()))
        yield key


@pytest.fixture
def gateway(tmp_path: Path, key: SecretKey) -> Iterator[GatewayProcess]:
    """Whose executions are tied to an enrolment secret, and to the key."""
    config = write_gateway(tmp_path / "gateway")
    write_secret(tmp_path / "secret", SECRET)
    ties: dict[str, dict[str, Any]] = {
        WORKLOAD: {"enrolment_secret": f"file:{tmp_path / 'secret'}"},
        "exec-of-key": {"key": key.public_key.thumbprint},
    }
    entries = [{"workload_id": id, "scopes": ["clock"], "tie": tie} for id, tie in ties.items()]
    replace(config.parent / "executions.yaml", json.dumps(entries))
    with running(config) as gateway:
        yield gateway


def options(folder: Path, *more: str) -> list[str]:
    return ["--scope", "clock", "--enrolment-secret", f"file:{folder / 'secret'}", *more]


async def listed(gateway: GatewayProcess, *options: str) -> set[str] | str:
    """The tools that a process of its own lists, or why it lists none."""
    async with launched(gateway.url, "auto", *options) as client:
        try:
            return {tool.name for tool in (await client.list_tools()).tools}
        except MCPError as error:
            return error.message


@pytest.mark.anyio
async def test_an_enrolment_secret_works_again_with_the_same_key_and_with_no_other(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    same = options(tmp_path, "--key", str(tmp_path / "agent.pem"))
    assert await listed(gateway, *same) == TOOLS
    assert await listed(gateway, *same) == TOOLS
    assert "WORKLOAD_VERIFICATION_FAILED" in await listed(gateway, *options(tmp_path))
    with gateway.operator() as operator:
        sessions = operator.get("/admin/v1/sessions").json()["sessions"]
    assert len({one["public_key"] for one in sessions}) == 1
    assert {one["state"] for one in sessions} == {"ended"}, "each process ends its own"


@pytest.mark.anyio
async def test_an_enrolment_secret_works_again_with_the_kept_key(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    assert await listed(gateway, *options(tmp_path)) == TOOLS
    assert await listed(gateway, *options(tmp_path)) == TOOLS
    other = options(tmp_path, "--key", str(tmp_path / "agent.pem"))
    assert "WORKLOAD_VERIFICATION_FAILED" in await listed(gateway, *other)


@pytest.mark.anyio
@pytest.mark.parametrize("form", ["agent.pem", "agent.jwk"])
async def test_a_tie_to_a_key_holds_for_its_file_and_not_for_a_new_key(
    gateway: GatewayProcess, tmp_path: Path, form: str
) -> None:
    tied = ["--workload", "exec-of-key", "--scope", "clock"]
    assert await listed(gateway, *tied, "--key", str(tmp_path / form)) == TOOLS
    assert "WORKLOAD_VERIFICATION_FAILED" in await listed(gateway, *tied)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_use_is_refused(key: SecretKey, tmp_path: Path, mode: int) -> None:
    file = tmp_path / "agent.pem"
    file.chmod(mode)
    done = refused(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "chmod 600" in done.stderr


def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    write_secret(tmp_path / "agent.pem", "what-no-log-may-hold")
    done = refused(tmp_path / "agent.pem")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no Ed25519 secret key" in done.stderr
    assert "what-no-log-may-hold" not in done.stderr


def refused(file: Path) -> subprocess.CompletedProcess[str]:
    return exchange(command("http://127.0.0.1:9", "--key", str(file)), [])
