"""Folders and servers of trust backends. The modules next to the tests are imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))
sys.path.insert(0, str(Path(__file__).parent / "servers"))
sys.path.insert(0, str(Path(__file__).parent))

from kubernetes_world import cluster
from trust_folder import trust_dir

__all__ = ["cluster", "trust_dir"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
