"""Credentials from files: what is taken, what is not, and when they are replaced."""

from __future__ import annotations

import asyncio
import datetime
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from callgate.registry.agent import AgentSettings, CredentialError
from callgate.registry.agent.providers.file import FileProvider
from callgate.registry.demo.certificates import Authority, Issued

pytestmark = pytest.mark.anyio

MESH = Authority("mesh")
AGENT = MESH.issue("agent", dns=["localhost"])


class Files:
    """The three files of an agent."""

    def __init__(self, folder: Path) -> None:
        self.certificate, self.key = folder / "agent.pem", folder / "agent-key.pem"
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(MESH.pem)
        self.write(AGENT)

    def write(self, issued: Issued, key: Issued | None = None) -> None:
        replace(self.certificate, issued.pem)
        replace(self.key, (key or issued).key_pem)

    def provider(self, **changes: object) -> FileProvider:
        paths = {"certificate": self.certificate, "key": self.key, "ca": self.ca}
        return FileProvider(AgentSettings(mode="strict", **{**paths, **changes}))  # type: ignore[arg-type]


def replace(path: Path, text: bytes) -> None:
    """As what rotates certificates does it; 0600."""
    new = path.with_suffix(".new")
    new.touch(0o600)
    new.write_bytes(text)
    new.replace(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


async def started(
    provider: FileProvider, changed: Callable[[], None] = lambda: None
) -> FileProvider:
    await provider.start(changed)
    return provider


@pytest.fixture
async def changed() -> AsyncIterator[asyncio.Event]:
    yield asyncio.Event()


async def test_certificate_key_and_authorities_are_read(files: Files) -> None:
    provider = await started(files.provider())
    try:
        assert provider.current.chain == (AGENT.certificate,)
        assert provider.current.authorities == (MESH.der,)
        assert b"PRIVATE KEY" in provider.current.key_pem
        assert "PRIVATE" not in repr(provider.current)
    finally:
        await provider.stop()


async def test_intermediates_are_presented_and_the_root_is_not(files: Files) -> None:
    replace(files.certificate, AGENT.pem + MESH.pem)
    provider = await started(files.provider())
    await provider.stop()
    assert provider.current.chain == (AGENT.certificate,)


@pytest.mark.parametrize(
    ("issued", "key", "said"),
    [
        (AGENT, MESH.issue("other"), "do not belong together"),
        (MESH, None, "an authority's"),
        (MESH.issue(lifetime=-datetime.timedelta(minutes=1)), None, "expired"),
    ],
)
async def test_a_pair_that_cannot_serve_does_not_start(
    files: Files, issued: Issued, key: Issued | None, said: str
) -> None:
    files.write(issued, key)
    with pytest.raises(CredentialError, match=said):
        await files.provider().start(lambda: None)


async def test_a_missing_or_empty_file_names_itself(files: Files) -> None:
    files.key.unlink()
    with pytest.raises(CredentialError) as caught:
        await files.provider().start(lambda: None)
    assert caught.value.where == str(files.key)
    files.write(AGENT)
    files.certificate.write_bytes(b"")
    with pytest.raises(CredentialError, match="no certificates in PEM") as caught:
        await files.provider().start(lambda: None)
    assert caught.value.where == str(files.certificate)


async def test_a_key_that_others_may_read_is_refused(files: Files) -> None:
    files.key.chmod(0o640)
    with pytest.raises(CredentialError, match="chmod 600"):
        await files.provider().start(lambda: None)
    provider = await started(files.provider(shared_key=True))
    await provider.stop()


async def test_a_fifo_in_place_of_a_file_does_not_block(files: Files) -> None:
    files.certificate.unlink()
    os.mkfifo(files.certificate)
    with pytest.raises(CredentialError, match="no regular file"):
        await asyncio.wait_for(files.provider().start(lambda: None), 5)


async def test_a_replaced_pair_is_taken(files: Files, changed: asyncio.Event) -> None:
    provider = await started(files.provider(), changed.set)
    try:
        newer = MESH.issue("agent", dns=["localhost"])
        files.write(newer)
        await asyncio.wait_for(changed.wait(), 20)
        assert provider.current.chain == (newer.certificate,)
    finally:
        await provider.stop()


async def test_a_half_replaced_pair_is_not_taken(files: Files) -> None:
    provider = await started(files.provider())
    try:
        newer = MESH.issue("agent")
        replace(files.certificate, newer.pem)
        with pytest.raises(CredentialError, match="do not belong together"):
            await provider.refresh()
        assert provider.current.chain == (AGENT.certificate,)
        replace(files.key, newer.key_pem)
        await provider.refresh()
        assert provider.current.chain == (newer.certificate,)
    finally:
        await provider.stop()


async def test_what_expired_is_presented_no_more(files: Files) -> None:
    files.write(MESH.issue("agent", lifetime=datetime.timedelta(seconds=2)))
    provider = await started(files.provider())
    try:
        await asyncio.sleep(2.2)
        with pytest.raises(CredentialError, match="expired"):
            _ = provider.current
    finally:
        await provider.stop()
