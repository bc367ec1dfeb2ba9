"""A listener that judges certificates. Helper modules of this folder are imported by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))
sys.path.insert(0, str(Path(__file__).parent))

from authorities import Issued, authority
from served import Served, serving


@pytest.fixture(scope="session")
def acme() -> Issued:
    """The authority of an entity that is trusted."""
    return authority("Acme Root")


@pytest.fixture
def served(acme: Issued, tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, {"acme": acme}) as listener:
        yield listener
