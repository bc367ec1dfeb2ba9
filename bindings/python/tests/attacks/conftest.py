"""The gateway that is attacked, one for the session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "gateway"))
sys.path.insert(0, str(Path(__file__).parent))

from rule_vectors import contexts_of_vectors, tools_of_vectors
from world import World, world


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "attack(*rows): the rows of docs/attacks.md that it tries")


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("attacks") / "gateway"
    with world(folder, tools_of_vectors(), contexts_of_vectors()) as gateway:
        yield gateway
