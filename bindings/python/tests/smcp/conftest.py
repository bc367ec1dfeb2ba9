"""A gateway that lies, and clients of both drivers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from blocking import Clients
from wire_gateway import WireGateway


@pytest.fixture
def gateway() -> Iterator[WireGateway]:
    with WireGateway() as gateway:
        yield gateway


@pytest.fixture(params=["sync", "async"])
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(request.param, stack)
