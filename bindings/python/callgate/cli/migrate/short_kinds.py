"""The kinds that stand for what a capability in the short form lets pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callgate.cli._tool_pattern import matches
from callgate.cli.migrate.stays import Stays
from callgate.cli.skeleton.kinds import NOTHING, Kind, Kinds
from callgate.cli.skeleton.names import Role, role_of

_SCHEMES: Final = ("http", "https", "ws", "wss")
_ADDED: Final = (
    ("path_arguments", Role.PATH),
    ("domain_arguments", Role.URL),
    ("command_arguments", Role.COMMAND),
)


@dataclass(frozen=True)
class Denied:
    """Entries of a deny list for the paths and hosts of one tool."""

    paths: list[str]
    hosts: list[str]


def denied_of(entries: Sequence[Any], tool: str) -> Denied:
    """Those that the new kinds should refuse as well.

    A text is read as section Deny list has it. A reading that is wrong makes nothing wider: what is
    not proved to allow no more stays in the short form.
    """
    found = Denied([], [])
    for entry in entries:
        if isinstance(entry, str):
            entry = _object_of(entry)
        if matches(entry.get("tool_pattern", ""), tool):
            found.paths.extend([entry["path"]] if "path" in entry else [])
            found.hosts.extend([entry["domain"]] if "domain" in entry else [])
    return found


def _object_of(text: str) -> dict[str, str]:
    pattern, colon, path = text.partition(":/")
    if colon:
        return {"tool_pattern": pattern, "path": f"/{path}"}
    pattern, _, entry = text.rpartition(":")
    if entry.startswith("**/"):
        return {"tool_pattern": pattern, "path": entry}
    return {"tool_pattern": pattern, "domain": entry} if "." in entry else {}


def kinds_of(constraints: Mapping[str, Any], denied: Denied) -> Kinds:
    """A role without a list is any text, as it was.

    What deny entries guessed they see in these kinds alone; so the kinds refuse it too.
    """
    kinds: dict[Role, Kind] = {}
    if (paths := constraints.get("path_allowlist")) is not None:
        base = constraints.get("base_directory")
        path = {"allow": paths, **_given("except", denied.paths), **_given("base", base)}
        kinds[Role.PATH] = Kind({"path": path})
    if (hosts := constraints.get("domain_allowlist")) is not None:
        host = {"allow": hosts, **_given("except", denied.hosts)}
        kinds[Role.URL] = Kind({"url": {**host, "schemes": list(_SCHEMES)}})
        kinds[Role.HOST] = Kind({"host": host})
    if constraints.get("command_allowlist") is not None:
        note = "REVIEW: what may follow these words was anything: list options and operands"
        kinds[Role.COMMAND] = Kind({"command": _command(constraints)}, note)
        kinds[Role.ARGUMENTS] = Kind(NOTHING, "REVIEW: arguments of a program")
    return kinds


def _given(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _command(constraints: Mapping[str, Any]) -> dict[str, Any]:
    entries = [str(entry).split() for entry in constraints["command_allowlist"]]
    subcommands = constraints.get("subcommand_allowlist", {})
    if isinstance(subcommands, list):  # it belongs to the only entry
        subcommands = {entries[0][0]: subcommands}
    allow: list[dict[str, Any]] = []
    for words in entries:
        then = subcommands.get(words[0], subcommands.get(words[0].rpartition("/")[2]))
        if then is None:
            allow.append({"words": words})
        elif len(words) == 1:
            allow.append({"words": words, "then": then})
        else:
            raise Stays(f"the command {' '.join(words)} has both further words and subcommands")
    exec = constraints.get("exec")
    return {"allow": allow, **({} if exec is None else {"exec": exec})}


def roles_of(constraints: Mapping[str, Any]) -> Callable[[str], Role]:
    """What a parameter is for, by its name and the capability's own keys."""
    added = {_folded(name): role for key, role in _ADDED for name in constraints.get(key, ())}
    freed = {_folded(name) for name in constraints.get("free_arguments", ())}

    def role(name: str) -> Role:
        if _folded(name) in freed:
            return Role.TEXT
        return added.get(_folded(name)) or role_of(name)

    return role


def _folded(name: str) -> str:
    return name.lower()
