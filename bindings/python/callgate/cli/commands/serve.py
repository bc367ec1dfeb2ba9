"""``callgate serve``: the gateway in front of MCP servers."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callgate.cli import _output
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra
from callgate.cli._input import input_error

LAST_PORT = 65535

if TYPE_CHECKING:
    from callgate.gateway.demo.demo import Demo
    from callgate.gateway.process.serve import Addresses


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "serve", run, "Run the gateway in front of MCP servers")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", metavar="FILE", help="a YAML file; see docs/configuration.md")
    source.add_argument(
        "--demo",
        action="store_true",
        help="a working system in a fresh temporary folder, on loopback, without any file",
    )
    source.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of configurations"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="read the configuration and all files it names, say what is wrong, and start nothing",
    )
    parser.add_argument(
        "--acknowledge-audit",
        action="store_true",
        help="go on although the audit trail is not what the journal knows; a signed line says so",
    )
    parser.add_argument(
        "--port",
        type=_port,
        metavar="PORT",
        help="for agents, in place of the configuration's; 0 takes a free one",
    )
    parser.add_argument(
        "--admin-port",
        type=_port,
        metavar="PORT",
        help="the same for operators",
    )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is 0 to {LAST_PORT}, not {port}")
    return port


def run(arguments: argparse.Namespace) -> Outcome:
    """Runs until it is told to stop."""
    with needs_extra("gateway"):
        from callgate.gateway import config as configuration
        from callgate.gateway.process import serve_command
    if arguments.schema:
        schema = configuration.config_schema()
        return Outcome(True, schema, serve_command.schema_lines(schema))
    ports = serve_command.Ports(arguments.port, arguments.admin_port)
    if arguments.demo:
        if arguments.check:
            raise input_error("there is nothing to check of a demonstration", "--check")
        demo = serve_command.demo(os.environ, ports)
        path = demo.config
    else:
        demo = None
        path = Path(arguments.config)
    if arguments.check:
        checked = serve_command.check(path, os.environ, ports)
        return Outcome(True, checked.data, checked.lines)

    def on_ready(addresses: Addresses) -> None:
        _output.show(_ready(addresses, demo), as_json=arguments.json)

    serve_command.run(
        path, os.environ, on_ready, ports=ports, acknowledge_audit=arguments.acknowledge_audit
    )
    return Outcome(True, {"stopped": True}, ["stopped"])


def _ready(addresses: Addresses, demo: Demo | None) -> Outcome:
    data: dict[str, Any] = {
        "agents": list(addresses.agents),
        "operators": list(addresses.operators),
    }
    lines = [f"agents     {url}" for url in addresses.agents]
    lines += [f"operators  {url}" for url in addresses.operators]
    if demo is not None:
        data.update(_demo_data(demo))
        lines += _demo_lines(demo, addresses)
    return Outcome(True, data, lines)


def _demo_data(demo: Demo) -> dict[str, Any]:
    from callgate.gateway.demo.demo import WORKLOAD

    return {
        "workload_id": WORKLOAD,
        "scopes": list(demo.scopes),
        "credential": str(demo.credential),
        "folder": str(demo.folder),
        "workspace": str(demo.workspace),
        "config": str(demo.config),
        "servers": list(demo.servers),
        "missing": dict(demo.missing),
    }


def _demo_lines(demo: Demo, addresses: Addresses) -> list[str]:
    from callgate.gateway.demo.demo import WORKLOAD

    agents, operators = addresses.agents[0], addresses.operators[0]
    # The search comes along; whether files can be read depends on what is installed.
    scope, tool, arguments = "research-safe", "web_search", {"query": "replay"}
    if "filesystem" in demo.servers:
        scope, tool = "filesystem-read", "filesystem.read_text_file"
        arguments = {"path": f"{demo.workspace}/notes.txt"}
    denied = "fs.read" if tool == "web_search" else tool
    lines = [
        f"workload   {WORKLOAD}",
        f"scopes     {' '.join(demo.scopes)}",
        f"servers    {' '.join(demo.servers) or 'none'}",
        *(f"missing    {name}: {install}" for name, install in demo.missing.items()),
        f"workspace  {demo.workspace}",
        f"state      {demo.folder}",
        f"credential {demo.credential}",
        "",
        "An MCP client behind the gateway:",
        f"  callgate connect --gateway {agents} --workload {WORKLOAD} --scope {scope}",
        "",
        "A call, and one that is denied:",
        "  python3 - <<'END'",
        "  from callgate.smcp import SMCPClient, SMCPError",
        f'  with SMCPClient("{agents}", "{WORKLOAD}", "{scope}") as client:',
        "      client.attest()",
        "      call = client.call_tool",
        f"      print(call({json.dumps(tool)}, {json.dumps(arguments)}))",
        "      try:",
        f'          call({json.dumps(denied)}, {{"path": "/etc/passwd"}})',
        "      except SMCPError as error:",
        "          print(error.code_name, error)",
        "  END",
        "",
        "Sessions, as operators see them:",
        f'  curl -s -H "Authorization: Bearer $(cat {demo.credential})" \\',
        f"    {operators}/admin/v1/sessions",
        "",
        "The audit trail:",
        f"  callgate audit tail {demo.folder}/state/audit",
    ]
    return lines
