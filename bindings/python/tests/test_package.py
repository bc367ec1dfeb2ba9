"""The package as it was installed: version, types, entry point, no source tree."""

import subprocess
import sys
import sysconfig
from importlib import metadata, resources
from pathlib import Path
from types import ModuleType

import callgate
import callgate._native
import callgate.audit
import callgate.registry.backends
import callgate.trust

PACKAGE = Path(callgate.__file__).parent


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


def test_the_public_names_are_these() -> None:
    assert sorted(callgate.__all__) == callgate.__all__
    public = {name for name in vars(callgate) if not name.startswith("_")}
    modules = {name for name, value in vars(callgate).items() if isinstance(value, ModuleType)}
    assert public - modules == set(callgate.__all__) - {"__version__"}
    assert callgate.__all__ == [
        "AlreadySeen",
        "CallgateError",
        "Charge",
        "Committed",
        "Containment",
        "Decision",
        "Envelope",
        "EnvelopeError",
        "Explanation",
        "Full",
        "Gate",
        "Guard",
        "GuardError",
        "GuardTypeError",
        "JsonError",
        "KeyFormatError",
        "Limits",
        "LintWarning",
        "LoadFault",
        "Outcome",
        "Plan",
        "PolicyChange",
        "PolicyDiff",
        "PolicyError",
        "PolicyPart",
        "PolicySet",
        "PublicKey",
        "RateLimited",
        "SecretKey",
        "Session",
        "SessionError",
        "SessionInactive",
        "TokenClaims",
        "TokenError",
        "ToolCall",
        "TriedCapability",
        "Unavailable",
        "Witness",
        "__version__",
        "assemble_token",
        "canonicalize",
        "create_envelope",
        "issue_token",
        "token_signing_input",
        "verify_ed25519",
        "verify_envelope",
        "verify_token",
    ]


def test_the_public_names_of_the_audit_are_these() -> None:
    assert callgate.audit.__all__ == [
        "AuditDiffers",
        "AuditError",
        "AuditInUse",
        "AuditKeyChanged",
        "AuditTruncated",
        "AuditUnavailable",
        "Event",
        "EventName",
        "Head",
        "JournalDamaged",
        "Redaction",
        "RefusalMeter",
        "Sealing",
        "event_of_decision",
    ]


def test_the_public_names_of_trust_are_these() -> None:
    assert callgate.trust.__all__ == [
        "REASONS",
        "Anchor",
        "Reason",
        "TrustError",
        "TrustOptions",
        "TrustSnapshot",
        "TrustSource",
        "Verdict",
    ]


def test_the_judge_of_trust_loads_nothing_else_of_it() -> None:
    """So that it works without the extra, as everything that judges needs it."""
    program = "import sys, callgate.trust; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    others = {"callgate.trust.backends", "callgate.trust.store", "watchfiles", "cryptography"}
    assert "callgate.trust.snapshot" in loaded
    assert not others & set(loaded)


def test_the_public_names_of_the_trust_backends_are_these() -> None:
    assert callgate.registry.backends.__all__ == [
        "DirectorySource",
        "FollowedSource",
        "Problem",
        "Source",
        "SourceState",
        "Status",
        "TrustStore",
        "filestore",
        "k8s_secrets_source",
        "localca",
        "spire_source",
    ]


def test_the_types_of_the_extension_are_true() -> None:
    """Every name and signature of _native.pyi is in the extension, and the reverse."""
    allowed = str(Path(__file__).with_name("stubtest_allowlist.txt"))
    command = [sys.executable, "-m", "mypy.stubtest", "callgate._native", "--allowlist", allowed]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
