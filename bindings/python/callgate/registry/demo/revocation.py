"""How soon a revocation is felt: by an agent, in the list of agents, by a consumer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2

from callgate.registry.demo.running_agent import RunningAgent, failed, provider_of

T = TypeVar("T")
_WAIT_SECONDS: Final = 20.0
_PAUSE_SECONDS: Final = 0.002


@dataclass(frozen=True)
class Felt:
    """Milliseconds after the revoked key was on the disk."""

    refused: float
    evicted: float
    resolved: float


async def felt(
    revoke: Callable[[], Awaitable[None]],
    revoked_keys: Path,
    *,
    agent: RunningAgent,
    evicted: Collection[str],
    consumer: RunningAgent,
) -> Felt:
    """Revokes while ``agent`` asks without a pause and ``consumer`` goes on with its heartbeats.

    ``revoked_keys`` is the folder of tombstones, ``evicted`` the rows to go. Raises CallgateError.
    """
    async with agent.http_client() as asking, consumer.http_client() as listing:
        # The connection on which it will be refused is open before.
        await asking.head(f"/heartbeat/{agent.id}")
        refused = asyncio.create_task(_until(f"{agent.id} refused", _refused, asking, agent.id))
        gone = asyncio.create_task(_until("the rows evicted", _evicted, listing, evicted))
        try:
            await revoke()
            began = min(file.stat().st_mtime for file in revoked_keys.iterdir())
            resolved = await consumer.until(
                "told of another provider",
                lambda status: (provider_of(status) or "") not in {"", *evicted},
            )
            times = (await refused, await gone, resolved)
        finally:
            refused.cancel()
            gone.cancel()
            await asyncio.gather(refused, gone, return_exceptions=True)
    return Felt(*(max(0.0, when - began) * 1000 for when in times))


async def until_heard_of(since: float, consumer: RunningAgent, agents: Collection[str]) -> None:
    """Until each of the agents had a heartbeat after that moment. Raises CallgateError."""
    async with consumer.http_client() as client:
        await _until("the other agents heard of", _heard_of, client, agents, since)


async def rows(client: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    """``GET /agents``, by id."""
    answer = (await client.get("/agents")).json()
    return {row["id"]: row for row in answer["agents"] or []}


async def _refused(client: httpx2.AsyncClient, agent_id: str) -> bool:
    return (await client.head(f"/heartbeat/{agent_id}")).status_code == 403


async def _evicted(client: httpx2.AsyncClient, ids: Collection[str]) -> bool:
    found = await rows(client)
    return all("evicted" in found[one] for one in ids)


async def _heard_of(client: httpx2.AsyncClient, ids: Collection[str], since: float) -> bool:
    found = await rows(client)
    return all(_seconds(found[one]["last_seen"]) > since for one in ids)


async def _until(what: str, reached: Callable[..., Awaitable[bool]], *asked: object) -> float:
    async def ask() -> float:
        while True:
            try:
                if await reached(*asked):
                    return time.time()
            except httpx2.TransportError:
                pass  # eviction closed the connection: what is said on the next one counts
            await asyncio.sleep(_PAUSE_SECONDS)

    try:
        return await asyncio.wait_for(ask(), _WAIT_SECONDS)
    except asyncio.TimeoutError:
        raise failed(f"not within {_WAIT_SECONDS:g} s: {what}") from None


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
