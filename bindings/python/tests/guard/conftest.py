"""A guard with a policy. The module next to the tests is imported by name."""

import sys
from pathlib import Path

import pytest
from callgate import Guard, PolicySet

sys.path.insert(0, str(Path(__file__).parent))

from asked_guard import POLICY


@pytest.fixture
def guard() -> Guard:
    return Guard(PolicySet.parse(POLICY))
