"""The gateway of the SDK's tests, behind `callgate connect`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "smcp"))
sys.path.insert(0, str(Path(__file__).parent.parent / "gateway"))
sys.path.insert(0, str(Path(__file__).parent.parent / "connect"))

from demo_gateway import DemoGateway, demo_gateway
from wire_gateway import WireGateway


@pytest.fixture(autouse=True)
def kept_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this test's processes keep keys."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "callgate" / "connect"


@pytest.fixture
def gateway() -> Iterator[WireGateway]:
    with WireGateway() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoGateway]:
    with demo_gateway() as demo:
        yield demo


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
