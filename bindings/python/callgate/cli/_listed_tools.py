"""The tools that servers list: from a file, from a server, or from those of a gateway."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from callgate.cli._extra import needs_extra
from callgate.cli._input import STDIN, input_error, read_file

if TYPE_CHECKING:
    from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings

Tool = Mapping[str, Any]
_NO_NAME: Final = "upstream"
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class _Once(argparse.Action):
    """A second one would silently replace the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest) is not None:
            message = "given twice; name one server, or all of a gateway.yaml with --config"
            raise argparse.ArgumentError(self, message)
        setattr(namespace, self.dest, values)


def add_sources(parser: argparse.ArgumentParser) -> None:
    """The options that say whose tools: one of them is required."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--tools",
        action=_Once,
        metavar="FILE",
        help="what tools/list answered, as JSON; or - for stdin",
    )
    source.add_argument(
        "--config", action=_Once, metavar="FILE", help="all upstreams of a gateway.yaml"
    )
    source.add_argument(
        "--upstream",
        nargs=argparse.REMAINDER,
        metavar="CMD",
        help="the last option: a program that speaks MCP and its arguments, or a URL",
    )
    parser.add_argument(
        "--name",
        action=_Once,
        metavar="NAME",
        help="with --tools and --upstream: the upstream's name in gateway.yaml, before its tools'",
    )


def read_tools(arguments: argparse.Namespace) -> list[Tool]:
    """Their definitions, under gateway names. Starts the servers that it asks."""
    if arguments.tools is not None:
        tools = tools_of_file(arguments.tools)
        return [_renamed(tool, arguments.name) for tool in tools] if arguments.name else tools
    if arguments.config is not None:
        if arguments.name is not None:
            raise input_error("the configuration names its upstreams", "--name")
        return tools_of_gateway(Path(arguments.config))
    if not arguments.upstream:
        raise input_error("expected a command or a URL", "--upstream")
    tools = _list_tools([_settings(arguments.upstream, arguments.name or _NO_NAME)])
    # Without a name of its own a server's tools keep theirs.
    if arguments.name is None:
        return [{**tool, "name": tool["name"].partition(".")[2]} for tool in tools]
    return tools


def tools_of_file(name: str) -> list[Tool]:
    """A JSON-RPC response, its result, or the list in it."""
    where = "<stdin>" if name == STDIN else name
    try:
        found = json.loads(read_file(name))
    except (ValueError, RecursionError) as error:
        raise input_error(f"expected JSON: {error}", where) from error
    for member in ("result", "tools"):
        if isinstance(found, dict) and member in found:
            found = found[member]
    if not isinstance(found, list) or not all(isinstance(tool, dict) for tool in found):
        raise input_error("expected a list of tools, or an object with tools", where)
    for number, tool in enumerate(found):
        if not isinstance(tool.get("name"), str):
            raise input_error(f"tool {number} has no name", where)
    return found


def tools_of_gateway(path: Path) -> list[Tool]:
    """Of every upstream."""
    with needs_extra("gateway"):
        from callgate.gateway.config import load_config
        from callgate.gateway.upstreams.transport_settings import transport_settings
    return _list_tools(transport_settings(load_config(path, os.environ), os.environ))


def _renamed(tool: Tool, server: str) -> Tool:
    return {**tool, "name": f"{server}.{tool['name']}"}


def _settings(command: Sequence[str], name: str) -> StdioSettings | HttpSettings:
    with needs_extra("gateway"):
        from callgate.gateway.upstreams.upstreams import HttpSettings, StdioSettings
    if command[0].startswith(("http://", "https://")):
        if len(command) > 1:
            raise input_error("expected nothing after a URL", "--upstream")
        return HttpSettings(name=name, url=command[0])
    environment = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    return StdioSettings(
        name=name, command=command[0], arguments=tuple(command[1:]), environment=environment
    )


def _list_tools(servers: Sequence[StdioSettings | HttpSettings]) -> list[Tool]:
    with needs_extra("gateway"):
        from callgate.gateway.upstreams.upstreams import Upstreams

    async def listed() -> list[Tool]:
        async with Upstreams(servers, log=log) as upstreams:
            silent = [name for name, state in upstreams.states().items() if state != "ready"]
            if silent:
                raise input_error(f"{', '.join(silent)} did not list its tools", "upstreams")
            return [json.loads(tool.raw) for tool in upstreams.tools()]

    log = logging.getLogger("callgate.cli.upstreams")
    log.addHandler(logging.StreamHandler(sys.stderr))
    return asyncio.run(listed())
