"""The houses: which packages and rooms there are, and what each may import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import callgate
import callgate._native
import callgate.audit
import callgate.registry.backends
import callgate.trust
import pytest

PACKAGE = Path(callgate.__file__).parent
# Which packages each may import; "" is the engine, the modules beside them. As in
# docs/contributing.md: data flows one way, so that each is understood without those above it.
MAY_IMPORT = {
    "": set[str](),
    "smcp": {""},
    "attestation": {""},
    "audit": {""},
    "trust": {"", "audit"},
    "settings": {""},
    "connect": {"", "attestation", "smcp"},
    "serving": {"", "trust"},
    "gateway": {"", "attestation", "audit", "serving", "settings", "trust"},
    "registry": {"", "audit", "serving", "settings", "trust"},
    "cli": {
        "",
        "attestation",
        "audit",
        "connect",
        "gateway",
        "registry",
        "serving",
        "settings",
        "smcp",
        "trust",
    },
}
# The rooms of a package, from the ground up, and which of the others each imports: only those of
# storeys below its own. A module at the package's root is a room of one file.
GATEWAY: list[dict[str, set[str]]] = [
    {"histogram": set()},
    {"config": set()},
    {"wire": set()},
    {
        "issuer": {"config", "wire"},
        "executions": {"config", "wire"},
        "upstreams": {"config", "wire"},
        "metrics": {"histogram", "wire"},
        "demo": {"config"},
    },
    {"attestation": {"config", "executions"}, "sessions": {"executions", "wire"}},
    {"attest": {"attestation", "executions", "issuer", "sessions", "wire"}},
    {"services": {"attest", "executions", "issuer", "sessions", "upstreams", "wire"}},
    {
        "calls": {"services", "wire"},
        "reload": {"attestation", "config", "executions", "issuer", "metrics", "services"},
        "admin": {"executions", "services", "sessions", "wire"},
    },
    {"http": {"admin", "calls", "config", "metrics", "services", "wire"}},
    {
        "assembly": {"config", "executions", "issuer", "wire"},
        "readiness": {"http", "issuer", "metrics", "services", "wire"},
    },
    {
        "lifespan": {
            "admin",
            "assembly",
            "attest",
            "attestation",
            "config",
            "executions",
            "http",
            "issuer",
            "metrics",
            "readiness",
            "reload",
            "services",
            "sessions",
            "upstreams",
            "wire",
        }
    },
    {
        "process": {
            "attestation",
            "config",
            "demo",
            "executions",
            "http",
            "issuer",
            "lifespan",
            "reload",
            "upstreams",
        }
    },
]
REGISTRY: list[dict[str, set[str]]] = [
    {
        "agent": set(),
        "backends": set(),
        "config": set(),
        "entities": set(),
        "proxy": set(),
        "resolution": set(),
    },
    {"demo": {"agent"}, "rows": {"resolution"}},
    {
        "binding": {"config", "rows"},
        "recorder": {"rows"},
        "listening": {"rows"},
        "eviction_writes": {"rows"},
    },
    {"eviction": {"eviction_writes", "recorder", "rows"}},
    {
        "members": {
            "binding",
            "config",
            "eviction",
            "recorder",
            "resolution",
            "rows",
        },
        "upkeep": {"eviction", "recorder", "rows"},
    },
    {"http": {"members", "proxy", "recorder", "resolution", "rows"}},
    {
        "lifespan": {
            "config",
            "eviction",
            "eviction_writes",
            "http",
            "listening",
            "members",
            "proxy",
            "recorder",
            "rows",
            "upkeep",
        }
    },
    {
        "process": {
            "config",
            "http",
            "lifespan",
            "rows",
        }
    },
]
SETTINGS: list[dict[str, set[str]]] = [
    {
        "addresses": set(),
        "duration": set(),
        "hints": set(),
        "places": set(),
        "secrets": set(),
        "section": set(),
    },
    {
        "changes": {"section"},
        "environment": {"places"},
        "load": {"hints", "places", "section"},
        "trust": {"duration", "section"},
    },
]
SERVING: list[dict[str, set[str]]] = [
    {
        "background": set(),
        "bounds": set(),
        "client_cert": set(),
        "credential": set(),
        "gc_tuning": set(),
        "http_limits": set(),
        "joined_writes": set(),
        "judge": set(),
        "leaf_names": set(),
        "listener": set(),
        "logging": set(),
        "reply": set(),
        "shares": set(),
        "signals": set(),
        "strict_framing": set(),
        "subject": set(),
        "trace": set(),
    },
    {
        "answers": {"bounds", "reply"},
        "body": {"bounds"},
        "peer": {"client_cert", "judge", "subject"},
        "under_way": {"bounds"},
    },
    {
        "bounded_accept": {"bounds", "peer"},
        "connections": {"peer"},
        "peer_name": {"peer"},
        "standing": {"judge", "peer"},
    },
    {
        "descriptors": {"bounded_accept"},
        "peer_protocol": {"peer", "standing"},
        "sockets": {"bounded_accept", "bounds"},
    },
    {
        "connection": {
            "answers",
            "bounds",
            "http_limits",
            "joined_writes",
            "peer_protocol",
            "reply",
            "strict_framing",
            "trace",
        },
        "tls": {"judge", "peer", "peer_protocol", "standing"},
    },
]
HOUSES = pytest.mark.parametrize(
    ("package", "house"),
    [
        ("gateway", GATEWAY),
        ("registry", REGISTRY),
        ("serving", SERVING),
        ("settings", SETTINGS),
    ],
)


def test_trust_backends_know_no_store_and_the_judge_no_backend() -> None:
    """In ``trust``: the judge, then ``backends``, then what gathers their states."""
    gathers = {"gathering", "store", "view"}
    for path in (PACKAGE / "trust").rglob("*.py"):
        room = path.relative_to(PACKAGE / "trust").parts[0].removesuffix(".py")
        if room in gathers:
            continue
        above = gathers if room == "backends" else {"backends", *gathers}
        for name in imports_of(path):
            imported = name.removeprefix("callgate.trust.").partition(".")[0]
            assert imported not in above, f"{path} imports {name}"


def package_of(module: str) -> str:
    _, _, inside = module.partition("callgate.")
    name = inside.partition(".")[0]
    return name if name in MAY_IMPORT else ""


def imports_of(path: Path) -> Iterator[str]:
    """The modules of callgate that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_packages_import_only_what_they_may() -> None:
    found: dict[str, set[str]] = {package: set() for package in MAY_IMPORT}
    for path in PACKAGE.rglob("*.py"):
        if path == PACKAGE / "attestation" / "__main__.py":
            continue  # `python -m callgate.attestation` is the command, as its script is
        importer = package_of(f"callgate.{'.'.join(path.relative_to(PACKAGE).parts)}")
        modules = (name for name in imports_of(path) if name.partition(".")[0] == "callgate")
        found[importer] |= {package_of(name) for name in modules} - {importer}
    # What is allowed and not used would be a rule that nobody needs.
    assert found == MAY_IMPORT


@HOUSES
def test_rooms_import_only_what_they_may(package: str, house: list[dict[str, set[str]]]) -> None:
    may_import = {room: allowed for storey in house for room, allowed in storey.items()}
    found: dict[str, set[str]] = {room: set() for room in may_import}
    for path in (PACKAGE / package).rglob("*.py"):
        inside = path.relative_to(PACKAGE / package)
        room = inside.parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for name in imports_of(path):
            before, _, imported = name.partition(f"callgate.{package}.")
            if not before and imported.partition(".")[0] != room:
                found[room].add(imported.partition(".")[0])
    # Equal, so that no allowance outlives the import that needed it.
    assert found == may_import


@HOUSES
def test_no_room_imports_upward_or_sideways(package: str, house: list[dict[str, set[str]]]) -> None:
    below: set[str] = set()
    for storey in house:
        for room, allowed in storey.items():
            assert allowed <= below, f"{package}/{room} imports {sorted(allowed - below)}"
        below |= storey.keys()


@HOUSES
def test_the_page_for_contributors_names_the_same_storeys(
    package: str, house: list[dict[str, set[str]]]
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "contributing.md").read_text()
    section = page.partition(f"Within `{package}/`")[2].partition("\nWithin `")[0]
    storeys: list[set[str]] = [set() for _ in house]
    for storey, rooms in re.findall(r"^\| (\d+) \| (.+?) \|", section, re.MULTILINE):
        storeys[int(storey) - 1] |= set(re.findall(r"`(\w+)`", rooms))
    assert storeys == [set(storey) for storey in house]


# What never leaves the room that raises it, and what a library wants to be a ValueError.
WITHIN_A_ROOM = {
    "gateway/calls": {"Denied"},
    "registry/proxy": {"_NotTheAgent"},
    "registry/rows": {"Invalid"},
    "settings": {"PlacedError"},
    "trust/backends": {"Gone", "Lost", "Refused", "SocketError", "Withdrawn", "_Changing"},
}


def test_errors_that_leave_a_room_are_of_one_family() -> None:
    others: dict[str, set[str]] = {}
    for package in ("gateway", "registry", "serving", "settings", "trust"):
        for path in (PACKAGE / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                bases = [ast.unparse(base) for base in getattr(node, "bases", ())]
                if isinstance(node, ast.ClassDef) and {"Exception", "ValueError"} & set(bases):
                    room = path.relative_to(PACKAGE).parent.as_posix()
                    others.setdefault(room, set()).add(node.name)
    assert others == WITHIN_A_ROOM


def test_only_judging_tls_imports_openssl() -> None:
    """So that a gateway whose certificates are not judged needs no pyOpenSSL."""
    importing = {
        path.relative_to(PACKAGE).parent.as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.partition(".")[0] == "OpenSSL" for name in imports_of(path))
    }
    assert {folder for folder in importing if folder.partition("/")[0] != "registry"} == {
        "serving/tls"
    }


def statuses_made_in(path: Path) -> list[int]:
    """The lines of a module that write an HTTP status, rather than pass one on."""
    makers = ("HTTPException", "HTTPStatus", "OutOfBounds", "Refusal", "Reply", "Response")
    lines = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        written: list[ast.expr] = []
        if isinstance(node, ast.keyword) and node.arg in ("status", "status_code"):
            written = [node.value]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(makers):
            written = node.args
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "HTTPStatus":
            lines.append(node.lineno)
        lines += [w.lineno for w in written if isinstance(w, ast.Constant) and type(w.value) is int]
    return lines


def test_only_replies_make_an_http_status() -> None:
    gateway = PACKAGE / "gateway"
    made = {path.name for path in gateway.rglob("*.py") if statuses_made_in(path)}
    assert made == {"replies.py"}
