"""Which lines of the SDK are taken."""

import importlib.metadata
import subprocess
import sys

import pytest
from callgate.attestation import _sdk_line


@pytest.mark.parametrize(
    ("version", "line"), [("1.23.0", 1), ("1.30.0", 1), ("1.99.1", 1), ("2.0.0", 2), ("2.3.0", 2)]
)
def test_both_lines_are_taken(monkeypatch: pytest.MonkeyPatch, version: str, line: int) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    assert _sdk_line._installed_line() == line


@pytest.mark.parametrize("version", ["1.22.9", "1.0.0", "0.9.1", "3.0.0", "20.0.0", "main"])
def test_other_versions_are_an_import_error(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    with pytest.raises(
        ImportError, match=rf"1\.23 to 1\.x .* mcp {version} is installed"
    ) as caught:
        _sdk_line._installed_line()
    assert caught.value.name == "mcp"


def test_no_sdk_is_an_import_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    with pytest.raises(ImportError, match="pip install"):
        _sdk_line._installed_line()


_WITHOUT_MCP = """
import importlib.metadata, sys
sys.modules["mcp"] = None
version = importlib.metadata.version
def absent(name):
    if name == "mcp":
        raise importlib.metadata.PackageNotFoundError(name)
    return version(name)
importlib.metadata.version = absent
import callgate.attestation
import callgate.attestation.{module}
"""


@pytest.mark.parametrize("module", ["mcp_client", "mcp_server"])
def test_without_an_sdk_only_its_adapters_are_missing(module: str) -> None:
    program = _WITHOUT_MCP.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: callgate.attestation works with mcp 1.23 to 1.x"), last
    assert "pip install" in last
