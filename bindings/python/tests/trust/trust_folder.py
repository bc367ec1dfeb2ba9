"""A trust directory, as a fixture."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def trust_dir(tmp_path: Path) -> Path:
    """With an empty folder of entities."""
    directory = tmp_path / "trust"
    (directory / "entities").mkdir(parents=True)
    return directory
