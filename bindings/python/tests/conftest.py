"""The shared vectors, as test parameters, fresh keys, and an issuer, a gate and agents, files.

The modules beside the tests are imported by name.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from callgate import SecretKey

sys.path.insert(0, str(Path(__file__).parent))

from gate_world import World

ROOT = Path(__file__).parents[3]
VECTORS = Path(os.environ.get("CALLGATE_VECTORS", ROOT / "tests" / "vectors"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "vectors(file, list): runs the test once for each entry of a shared vector file"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("vectors")
    if marker is None:
        return
    file, name = marker.args
    entries: list[dict[str, Any]] = json.loads((VECTORS / file).read_bytes())[name]
    assert entries, f"{file} has no {name}"
    ids = [str(entry.get("id", entry.get("name", n))) for n, entry in enumerate(entries)]
    metafunc.parametrize("vector", entries, ids=ids)


@pytest.fixture(scope="session")
def policy_texts() -> dict[str, str]:
    """The policies that the vectors of policy.json name."""
    texts: dict[str, str] = json.loads((VECTORS / "policy.json").read_bytes())["policies"]
    return texts


@pytest.fixture(scope="session")
def gate_data() -> dict[str, Any]:
    """What the vectors of gate.json share: issuer_keys and policies."""
    data: dict[str, Any] = json.loads((VECTORS / "gate.json").read_bytes())
    return data


@pytest.fixture
def key() -> Iterator[SecretKey]:
    with SecretKey.generate() as fresh:
        yield fresh


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An empty one."""
    path = tmp_path / "file"
    path.touch()
    return path


@pytest.fixture
def fd(file: Path) -> Iterator[int]:
    """The file, open for appends."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def world() -> World:
    return World()
