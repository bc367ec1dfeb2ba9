"""The clients of this project attest with every tie that a client can have."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from attest_path import AttestPath, Time, execution
from callgate import SecretKey
from callgate.gateway.executions.ties import EnrolmentTie, KeyTie, UidTie
from callgate.smcp import Ed25519Key, SEALClient, SMCPClient

pytestmark = pytest.mark.anyio
SECRET = "a secret of enough characters"
READ = ("fs.read", {"path": "/workspace/a"})


@pytest.fixture
def made(tmp_path: Path) -> AttestPath:
    return AttestPath(tmp_path, time=Time(wall=time.time()))


async def test_over_a_unix_socket_with_a_proof_that_is_required(
    made: AttestPath, tmp_path: Path
) -> None:
    made.executions = [execution(tie=UidTie(os.getuid()), require_proof=True)]
    file = tmp_path / "gateway.sock"
    async with made.running() as path, path.served(unix=file):

        def agent() -> None:
            with SMCPClient(f"unix:{file}", "w-1", "research") as client:
                first = client.attest()
                assert client.call_tool(*READ) == {"content": []}
                # At once again: the second proof is another one.
                assert client.attest().session_id == first.session_id

        await asyncio.to_thread(agent)
        assert len(path.server.calls) == 1


@pytest.mark.parametrize("client_class", [SMCPClient, SEALClient])
async def test_with_an_enrolment_secret(
    made: AttestPath, client_class: type[SMCPClient] | type[SEALClient]
) -> None:
    made.executions = [execution(tie=EnrolmentTie.of_secret(SECRET))]
    async with made.running() as path, path.served() as url:

        def agent() -> None:
            with client_class(url, "w-1", "research", enrolment_secret=SECRET) as client:
                client.attest()
                assert client.call_tool(*READ) == {"content": []}

        await asyncio.to_thread(agent)


async def test_with_a_key_that_is_known_beforehand(made: AttestPath, key: SecretKey) -> None:
    made.executions = [execution(tie=KeyTie(key.public_key.thumbprint))]
    async with made.running() as path, path.served() as url:

        def agent() -> None:
            with SMCPClient(url, "w-1", "research", key=Ed25519Key(key.to_bytes())) as client:
                client.attest()

        await asyncio.to_thread(agent)
        (session,) = path.attestation.sessions.live_of("w-1")
        assert session.key == key.public_key.thumbprint
