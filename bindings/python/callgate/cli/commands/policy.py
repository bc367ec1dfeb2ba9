"""``callgate policy``: policies written from what servers say of their tools."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from callgate import PolicyError, PolicySet
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import STDIN, input_error, read_file
from callgate.cli._listed_tools import add_sources, read_tools
from callgate.cli.migrate.document import migrated
from callgate.cli.skeleton.document import Skeleton, skeleton


def add(verbs: Verbs) -> None:
    """The parsers."""
    parser = verbs.add_parser(
        "policy",
        help="Write policies from what servers say of their tools",
        description="Writes policies from what servers say of their tools.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_init(actions)
    _add_migrate(actions)


def _add_init(actions: Verbs) -> None:
    parser = add_command(
        actions,
        "init",
        init,
        "Write a closed policy, to be completed, from what tools/list answers",
    )
    parser.add_argument("--context", default="agent", metavar="NAME", help="its name (agent)")
    _add_output(parser)
    add_sources(parser)


def init(arguments: argparse.Namespace) -> Outcome:
    """0 written."""
    _check_name(arguments.context)
    written = skeleton(read_tools(arguments), arguments.context)
    data = {
        "policy": written.text,
        "tools": list(written.tools),
        "review": written.review,
        "left_out": [{"tool": tool, "reason": reason} for tool, reason in written.left_out],
    }
    return _written(arguments, written.text, True, data, _summary(written, arguments.output))


def _check_name(context: str) -> None:
    try:
        PolicySet.parse(json.dumps({"name": context, "capabilities": []}), "name.json")
    except PolicyError as error:
        raise input_error(error.errors[0].sentence, "--context") from error


def _add_migrate(actions: Verbs) -> None:
    parser = add_command(
        actions,
        "migrate",
        migrate,
        "Turn the short form into declared arguments, as far as that is proved to allow no more",
    )
    parser.add_argument("policy", metavar="FILE", help="a file, or - for stdin")
    _add_output(parser)
    add_sources(parser)


def migrate(arguments: argparse.Namespace) -> Outcome:
    """0 nothing is in the short form now, 1 something is."""
    name = "<stdin>" if arguments.policy == STDIN else arguments.policy
    text, outcomes = migrated(read_file(arguments.policy), name, read_tools(arguments))
    staying = [one for one in outcomes if one.reason is not None]
    data = {
        "policy": text,
        "migrated": len(outcomes) - len(staying),
        "staying": [asdict(one) for one in staying],
    }
    lines = [
        f"{arguments.output}: {data['migrated']} capabilities migrated, {len(staying)} staying",
        *(f"{one.context}: capability {one.capability}: {one.reason}" for one in staying),
    ]
    return _written(arguments, text, not staying, data, lines)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a new file; default: standard output"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def _written(
    arguments: argparse.Namespace, text: str, ok: bool, data: object, lines: list[str]
) -> Outcome:
    """The text to standard output, or to a file with lines about it."""
    if arguments.output is None:
        return Outcome(ok, data, raw=text.encode())
    try:
        with arguments.output.open("w" if arguments.force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        message = "it is there already; --force writes over it"
        raise input_error(message, str(arguments.output)) from None
    return Outcome(ok, data, lines)


def _summary(written: Skeleton, output: Path | None) -> list[str]:
    return [
        f"{output}: {len(written.tools)} tools, {written.review} places marked REVIEW",
        *(f"left out {tool}: {reason}" for tool, reason in written.left_out),
    ]
