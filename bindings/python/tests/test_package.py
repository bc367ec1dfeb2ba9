"""The package as it was installed: version, types, entry point, no source tree."""

import subprocess
import sys
import sysconfig
from importlib import metadata, resources
from pathlib import Path

import callgate
import callgate._native


def test_the_version_is_one() -> None:
    assert callgate.__version__ == callgate._native.__version__ == metadata.version("callgate")


def test_types_are_shipped() -> None:
    package = resources.files("callgate")
    assert package.joinpath("py.typed").is_file()
    assert package.joinpath("_native.pyi").is_file()


def test_the_installed_package_is_what_is_tested() -> None:
    site_packages = Path(sysconfig.get_path("platlib"))
    assert Path(callgate.__file__).is_relative_to(site_packages)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).parent / "callgate"
    output = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert output.stdout == f"callgate {callgate.__version__}\n"


def test_canonical_form_sorts_keys() -> None:
    assert callgate.canonicalize(b'{"b":1,"a":2}') == b'{"a":2,"b":1}'
