"""What the operator ends where neither the trail nor the reserve can be written."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from attest_path import AttestPath, execution
from callgate import SecretKey
from callgate.audit import AuditUnavailable
from small_disks import fill_up, mounted
from test_admin import ENTRY, operator

pytestmark = pytest.mark.anyio


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk") as made:
        yield made


@pytest.fixture
async def path(disk: Path) -> AsyncIterator[AttestPath]:
    async with AttestPath(disk, [execution()]).running() as made:
        yield made


@pytest.fixture
async def client(path: AttestPath) -> AsyncIterator[httpx2.AsyncClient]:
    async with operator(path) as made:
        yield made


@contextlib.asynccontextmanager
async def nothing_written(path: AttestPath) -> AsyncIterator[None]:
    """While the disk is full and the reserve cannot be written. After it, all is well again."""

    def failing(*arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    ballast = fill_up(path.folder)
    with pytest.raises(AuditUnavailable):
        for _ in range(1000):
            await path.audit.note("filler", {"text": "x" * 1000})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.pwrite", failing)
        yield
    ballast.unlink()

    async def recovered() -> None:
        while path.audit.failure is not None:
            await asyncio.sleep(0.01)

    await asyncio.wait_for(recovered(), 30)


async def test_a_removal_is_answered_only_when_it_is_durable(disk: Path, key: SecretKey) -> None:
    lives = AttestPath(disk, [execution()])
    async with lives.running() as path, operator(path) as client:
        await client.post("/executions", json=ENTRY)
        attested = await path.attest(key, "api-1")
        async with nothing_written(path):
            for _ in range(2):
                response = await client.delete("/executions/api-1")
                assert response.status_code == 503
                assert response.json()["error"]["name"] == "AUDIT_UNAVAILABLE"
            assert path.state_of(attested.session_id) == "ended"
            # What was never there is no less unknown.
            assert (await client.delete("/executions/api-2")).status_code == 404
        response = await client.delete("/executions/api-1")
        assert response.json() == {"workload_id": "api-1", "ended_sessions": 1}
        assert (await client.delete("/executions/api-1")).status_code == 404
    async with lives.running() as path:
        assert path.state_of(attested.session_id) == "ended"
        assert path.registry.api.get("api-1") is None


async def test_a_removal_without_sessions_is_no_different(
    path: AttestPath, client: httpx2.AsyncClient
) -> None:
    await client.post("/executions", json=ENTRY)
    async with nothing_written(path):
        for _ in range(2):
            assert (await client.delete("/executions/api-1")).status_code == 503
    assert (await client.delete("/executions/api-1")).status_code == 200


async def test_a_second_removal_waits_for_the_first(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    await client.post("/executions", json=ENTRY)
    await path.attest(key, "api-1")
    async with nothing_written(path):
        removals = [client.delete("/executions/api-1") for _ in range(2)]
        assert [one.status_code for one in await asyncio.gather(*removals)] == [503, 503]
    removals = [client.delete("/executions/api-1") for _ in range(2)]
    answers = sorted([one.status_code for one in await asyncio.gather(*removals)])
    assert answers == [200, 404]


async def test_a_revocation_asked_for_again_saves_the_sessions_too(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    async with nothing_written(path):
        response = await client.post("/executions/revoke", json={"workload_id": "w-1"})
        assert response.status_code == 503
    before = len(path.events("SessionRevoked"))
    response = await client.post("/executions/revoke", json={"workload_id": "w-1"})
    assert response.status_code == 200
    again = path.events("SessionRevoked")[before:]
    assert [event["session"] for event in again] == [attested.session_id]
    # And once that is durable, no more.
    await client.post("/executions/revoke", json={"workload_id": "w-1"})
    assert "session" not in path.events("SessionRevoked")[-1]
