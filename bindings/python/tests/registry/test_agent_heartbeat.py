"""The heartbeat of an agent: what it sends, and what it makes of each answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from callgate.registry.agent import (
    AgentSettings,
    CredentialError,
    HeartbeatClient,
    Identity,
    Provided,
    Status,
)
from callgate.registry.agent.backoff import Backoff
from callgate.registry.demo.certificates import Authority
from scripted_registry import REGISTERED, Answer, Request, ScriptedRegistry

pytestmark = pytest.mark.anyio

MESH = Authority("mesh")
BODY = {"agent_id": "weather-1", "http_host": "127.0.0.1", "http_port": 9000, "tools": []}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[ScriptedRegistry]:
    with ScriptedRegistry(tmp_path, MESH) as server:
        yield server


def settings_for(registry: ScriptedRegistry, folder: Path) -> AgentSettings:
    write_pair(folder)
    (folder / "ca.pem").write_bytes(MESH.pem)
    return AgentSettings(
        mode="strict",
        certificate=folder / "agent.pem",
        key=folder / "agent-key.pem",
        ca=folder / "ca.pem",
        registry_url=registry.url,
        health_interval=0.05,
    )


def write_pair(folder: Path) -> bytes:
    """A new certificate of the agent; its DER."""
    issued = MESH.issue("agent", addresses=["127.0.0.1"])
    for name, text in (("agent.pem", issued.pem), ("agent-key.pem", issued.key_pem)):
        new = folder / f"{name}.new"
        new.touch(0o600)
        new.write_bytes(text)
        new.replace(folder / name)
    return issued.der


class Registered:
    """A client under way, and what it says."""

    def __init__(self) -> None:
        self.said: list[Status] = []
        self.client: HeartbeatClient
        self.identity: Identity
        self._changed = asyncio.Event()

    def hear(self, status: Status) -> None:
        self.said.append(status)
        self._changed.set()

    async def until(self, reached: Callable[[Status], bool]) -> Status:
        async def wait() -> Status:
            while not reached(self.client.status):
                self._changed.clear()
                await self._changed.wait()
            return self.client.status

        return await asyncio.wait_for(wait(), 20)

    async def next(self, registry: ScriptedRegistry, method: str) -> Request:
        """The next request of that method."""
        while True:
            request = await asyncio.to_thread(registry.next)
            if request.method == method:
                return request


@asynccontextmanager
async def registered(settings: AgentSettings) -> AsyncIterator[Registered]:
    one = Registered()
    async with Identity(settings, "weather-1") as one.identity:
        one.client = HeartbeatClient(settings, BODY, one.identity, on_change=one.hear)
        async with one.client:
            yield one


def is_state(name: str) -> Callable[[Status], bool]:
    return lambda status: status.state == name


async def test_it_posts_first_and_then_sends_heads(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    async with registered(settings_for(registry, tmp_path)) as one:
        post = await one.next(registry, "POST")
        assert (post.path, post.body) == ("/heartbeat", BODY)
        assert post.leaf is not None
        head = await one.next(registry, "HEAD")
        assert head.path == "/heartbeat/weather-1"
        await one.until(is_state("registered"))
    assert (await one.next(registry, "DELETE")).path == "/agents/weather-1"
    assert one.said[-1].state == "stopped"


@pytest.mark.parametrize("code", [202, 410])
async def test_it_posts_again_where_a_head_says_so(
    registry: ScriptedRegistry, tmp_path: Path, code: int
) -> None:
    registry.answers["HEAD"] = lambda _: (code, None)
    async with registered(settings_for(registry, tmp_path)) as one:
        await one.next(registry, "HEAD")
        assert (await asyncio.to_thread(registry.next)).method == "POST"


async def test_a_refusal_is_told_apart_with_its_reason(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    refusal = {"error": "untrusted certificate", "reason": "revoked", "entity": "acme"}
    registry.answers["POST"] = lambda _: (403, refusal)
    async with registered(settings_for(registry, tmp_path)) as one:
        status = await one.until(is_state("refused"))
        assert (status.reason, status.entity) == ("revoked", "acme")


async def test_a_refused_head_is_asked_for_its_reason(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    registry.answers["HEAD"] = lambda _: (403, None)
    async with registered(settings_for(registry, tmp_path)) as one:
        await one.until(is_state("registered"))
        refusal = {"error": "untrusted certificate", "reason": "revoked", "entity": "acme"}
        registry.answers["POST"] = lambda _: (403, refusal)
        status = await one.until(is_state("refused"))
        assert (status.reason, status.entity) == ("revoked", "acme")


async def test_a_refused_agent_does_not_ask_in_a_loop(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    registry.answers["POST"] = lambda _: (403, {"error": "untrusted certificate"})
    async with registered(settings_for(registry, tmp_path)) as one:
        await one.until(is_state("refused"))
        await asyncio.sleep(0.5)
    assert registry.heard.qsize() == 1


async def test_a_refused_agent_presents_a_newer_certificate(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    settings = settings_for(registry, tmp_path)
    newer: list[bytes] = []

    def refuse_the_first(request: Request) -> Answer:
        if newer:
            return 200, REGISTERED
        newer.append(write_pair(tmp_path))
        return 403, {"error": "untrusted certificate", "reason": "expired"}

    registry.answers["POST"] = refuse_the_first
    async with registered(settings) as one:
        await one.until(is_state("registered"))
        await one.next(registry, "POST")
        assert (await one.next(registry, "POST")).leaf == newer[0]


async def test_a_renewed_certificate_is_presented_at_once(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    settings = replace(settings_for(registry, tmp_path), health_interval=60)
    async with registered(settings) as one:
        await one.until(is_state("registered"))
        newer = write_pair(tmp_path)
        assert await one.identity.refresh()
        assert (await one.next(registry, "HEAD")).leaf == newer


async def test_an_answer_with_status_error_is_a_rejection(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    answer = {**REGISTERED, "status": "error", "message": "required dependency cycle: a → b → a"}
    registry.answers["POST"] = lambda _: (200, answer)
    async with registered(settings_for(registry, tmp_path)) as one:
        status = await one.until(is_state("rejected"))
        assert status.reason == "required dependency cycle: a → b → a"


@pytest.mark.parametrize("code", [500, 503, 302])
async def test_a_failing_registry_is_unreachable(
    registry: ScriptedRegistry, tmp_path: Path, code: int
) -> None:
    registry.answers["POST"] = lambda _: (code, None)
    async with registered(settings_for(registry, tmp_path)) as one:
        status = await one.until(is_state("unreachable"))
        assert status.reason == f"the registry answered {code}"


async def test_a_registry_of_another_authority_is_told_nothing(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    settings = settings_for(registry, tmp_path)
    (tmp_path / "ca.pem").write_bytes(Authority("other").pem)
    async with registered(settings) as one:
        status = await one.until(is_state("unreachable"))
        assert status.reason is not None
        assert "CERTIFICATE_VERIFY_FAILED" in status.reason
        assert status.reason.startswith(settings.registry_url)
        assert "MCP_MESH_TLS_CA" in status.reason
    assert registry.heard.empty()


async def test_dependencies_keep_their_positions(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    found = {
        "agent_id": "prov-1",
        "capability": "adder",
        "endpoint": "https://127.0.0.1:4000",
        "function_name": "add",
        "status": "available",
        "kwargs": {"timeout": 3},
    }
    hole = {"agent_id": "", "capability": "x", "endpoint": "", "function_name": "", "status": ""}
    answer = {**REGISTERED, "dependencies_resolved": {"calc": [hole, found]}}
    registry.answers["POST"] = lambda _: (200, answer)
    async with registered(settings_for(registry, tmp_path)) as one:
        status = await one.until(is_state("registered"))
        provided = Provided("prov-1", "https://127.0.0.1:4000", "add", "adder", {"timeout": 3})
        assert status.dependencies == {"calc": (None, provided)}


@pytest.mark.parametrize(
    "resolved",
    [None, [], {"calc": None}, {"calc": [None]}, {"calc": [{"status": "available"}]}],
)
async def test_an_answer_of_another_shape_is_a_failure(
    registry: ScriptedRegistry, tmp_path: Path, resolved: Any
) -> None:
    registry.answers["POST"] = lambda _: (200, {**REGISTERED, "dependencies_resolved": resolved})
    async with registered(settings_for(registry, tmp_path)) as one:
        assert (await one.until(is_state("unreachable"))).reason is not None


async def test_a_restart_of_the_registry_takes_no_provider_away(
    registry: ScriptedRegistry, tmp_path: Path
) -> None:
    answer = {**REGISTERED, "dependencies_resolved": {"calc": []}}
    registry.answers["POST"] = lambda _: (200, answer)
    async with registered(settings_for(registry, tmp_path)) as one:
        await one.until(is_state("registered"))
        registry.answers["HEAD"] = lambda _: (503, None)
        assert (await one.until(is_state("unreachable"))).dependencies == {"calc": ()}


def test_a_mode_with_tls_needs_an_identity(tmp_path: Path) -> None:
    with pytest.raises(CredentialError):
        HeartbeatClient(AgentSettings(mode="strict"), BODY)
    with pytest.raises(CredentialError):
        Identity(AgentSettings(mode="off"), "weather-1")


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(1, 30)
    waits = [backoff.wait() for _ in range(12)]
    steps = [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]
    assert all(step / 2 <= wait <= step for step, wait in zip(steps, waits, strict=True))
    backoff.reset()
    assert backoff.wait() <= 1
    assert backoff.wait(at_least=20) == 20
    assert backoff.wait(at_least=3600) == 30
