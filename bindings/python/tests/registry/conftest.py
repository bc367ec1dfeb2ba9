"""Servers and folders that trust comes from. The modules beside the tests are imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "servers"))
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def trust_dir(tmp_path: Path) -> Path:
    """A trust directory with an empty folder of entities."""
    directory = tmp_path / "trust"
    (directory / "entities").mkdir(parents=True)
    return directory
