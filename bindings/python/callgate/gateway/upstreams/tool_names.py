"""Under which names the gateway offers the upstreams' tools."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from callgate import CallgateError

_LONGEST: Final = 128
TOOL_NAME: Final = re.compile(rf"[A-Za-z0-9_.:/-]{{1,{_LONGEST}}}")


class ToolNameError(CallgateError):
    """A configured tool name cannot be used, or two tools would have the same one."""

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, "INVALID_ARGUMENT", where)


@dataclass(frozen=True, slots=True)
class ToolNaming:
    """How one server's tools are called: ``table`` maps gateway names to the server's; ``others``
    says whether what the table does not name is offered as ``server.tool``.
    """

    server: str
    table: Mapping[str, str]
    others: bool

    def patterns(self) -> list[str]:
        """Every name that one of the server's tools can have, before it has listed any."""
        patterns = list(self.table)
        # A longer name leaves no room for that of a tool.
        if self.others and len(self.server) + len(".*") <= _LONGEST:
            patterns.append(f"{self.server}.*")
        return patterns

    def can_name(self, name: str) -> bool:
        """Whether one of the server's tools can have that name."""
        return name in self.table or (self.others and name.startswith(f"{self.server}."))


@dataclass(frozen=True, slots=True)
class NamedTool:
    """A gateway name, the index of its naming, and the server's own name."""

    name: str
    naming: int
    tool: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A tool that is not offered under ``name``, and why."""

    name: str
    reason: str


def check_namings(namings: Sequence[ToolNaming]) -> None:
    """What can be told before any server runs. ToolNameError: the first fault."""
    seen: dict[str, str] = {}
    servers: set[str] = set()
    for naming in namings:
        if naming.server in servers:
            raise ToolNameError(f"two upstreams are called {naming.server}", "upstreams")
        servers.add(naming.server)
        if TOOL_NAME.fullmatch(naming.server) is None:
            raise ToolNameError("this name cannot be used", f"upstreams/{naming.server[:64]}")
        for name in naming.table:
            where = f"upstreams/{naming.server}/tools"
            if TOOL_NAME.fullmatch(name) is None:
                raise ToolNameError(f"the tool name {name[:128]!a} cannot be used", where)
            if name in seen:
                raise ToolNameError(f"{name} is also a tool of {seen[name]}", where)
            seen[name] = naming.server


def name_tools(
    namings: Sequence[ToolNaming], listings: Sequence[Sequence[str]]
) -> tuple[list[NamedTool], list[Fault]]:
    """The tools that have a name of their own, and the faults of those that have not.

    A clash leaves out every tool that has the name, so that none silently takes another's place. A
    name of a table is its tool's also while the tool's server is down: policies name it.
    """
    reserved = {name: naming for naming in namings for name in naming.table}
    wanted: dict[str, list[NamedTool]] = {}
    faults: list[Fault] = []
    for index, (naming, listing) in enumerate(zip(namings, listings, strict=True)):
        for name, tool in _names(naming, listing):
            if not tool or TOOL_NAME.fullmatch(name) is None:
                faults.append(Fault(ascii(name[:128]), "the name cannot be used"))
            elif (owner := reserved.get(name, naming)) is not naming or naming.table.get(
                name, tool
            ) != tool:
                reason = f"the name of a tool of {owner.server}, wanted by {naming.server}"
                faults.append(Fault(name, reason))
            else:
                wanted.setdefault(name, []).append(NamedTool(name, index, tool))
    named: list[NamedTool] = []
    for name, tools in wanted.items():
        if len(tools) == 1:
            named.append(tools[0])
        else:
            owners = ", ".join(sorted({namings[tool.naming].server for tool in tools}))
            faults.append(Fault(name, f"{len(tools)} tools have this name ({owners})"))
    return named, faults


def _names(naming: ToolNaming, listing: Sequence[str]) -> list[tuple[str, str]]:
    """(gateway name, tool) for each tool that is offered. A listing with a tool twice keeps both,
    which clash.
    """
    named = set(naming.table.values())
    offered = set(listing)
    pairs = [(name, tool) for name, tool in naming.table.items() if tool in offered]
    pairs += [
        (f"{naming.server}.{tool}", tool) for tool in listing if naming.others and tool not in named
    ]
    return pairs
