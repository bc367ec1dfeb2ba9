"""A gateway around attestation. The modules beside the tests are imported by name."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "registry"))
sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
sys.path.insert(0, str(Path(__file__).parent))

from attest_path import AttestPath, execution
from call_path import CallPath, Monotonic


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    """Where w-1 and w-2 may have sessions."""
    async with AttestPath(tmp_path, [execution(), execution("w-2")]).running() as made:
        yield made


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
async def port(path: CallPath) -> AsyncIterator[int]:
    """Where a test's own ``path`` listens."""
    async with path.listening() as port:
        yield port
