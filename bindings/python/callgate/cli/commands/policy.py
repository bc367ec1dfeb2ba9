"""``callgate policy``: write a policy for the tools that servers list."""

from __future__ import annotations

import argparse
from pathlib import Path

from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import input_error
from callgate.cli._listed_tools import add_sources, read_tools
from callgate.cli.skeleton.document import Skeleton, skeleton


def add(verbs: Verbs) -> None:
    """The parsers."""
    parser = verbs.add_parser(
        "policy",
        help="Write a policy for the tools that servers list",
        description="Writes policies.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_init(actions)


def _add_init(actions: Verbs) -> None:
    parser = add_command(
        actions,
        "init",
        init,
        "Write a closed policy, to be completed, from what tools/list answers",
    )
    parser.add_argument("--context", default="agent", metavar="NAME", help="its name (agent)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a new file; default: standard output"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    add_sources(parser)


def init(arguments: argparse.Namespace) -> Outcome:
    """0 written."""
    written = skeleton(read_tools(arguments), arguments.context)
    data = {
        "policy": written.text,
        "tools": list(written.tools),
        "review": written.review,
        "left_out": [{"tool": tool, "reason": reason} for tool, reason in written.left_out],
    }
    if arguments.output is None:
        return Outcome(True, data, raw=written.text.encode())
    try:
        with arguments.output.open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(written.text)
    except FileExistsError:
        message = "it is there already; --force writes over it"
        raise input_error(message, str(arguments.output)) from None
    return Outcome(True, data, _summary(written, arguments.output))


def _summary(written: Skeleton, output: Path) -> list[str]:
    return [
        f"{output}: {len(written.tools)} tools, {written.review} places marked REVIEW",
        *(f"left out {tool}: {reason}" for tool, reason in written.left_out),
    ]
