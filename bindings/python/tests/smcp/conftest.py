"""A gateway that lies, and clients of both drivers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))
sys.path.insert(0, str(Path(__file__).parent))

from blocking import Clients
from demo_gateway import DemoGateway, demo_gateway
from wire_gateway import WireGateway


@pytest.fixture
def gateway() -> Iterator[WireGateway]:
    with WireGateway() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoGateway]:
    with demo_gateway() as demo:
        yield demo


@pytest.fixture(params=["sync", "async"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(request.param, stack)
