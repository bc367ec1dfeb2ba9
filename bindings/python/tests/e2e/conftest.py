"""The parts of other tests that these put together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

for part in ("audit", "smcp", "gateway", "attacks", "e2e"):
    sys.path.insert(0, str(Path(__file__).parent.parent / part))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "attack(*rows): the rows of docs/attacks.md that it tries")
