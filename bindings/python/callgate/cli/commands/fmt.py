"""``callgate fmt``: one layout for all policies."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import STDIN, input_error, read_file
from callgate.cli.layout.format import formatted

_YAML = (".yaml", ".yml")


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "fmt", run, "Lay out YAML policies in one way; their comments and digests stay"
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="policies, directories of them, or - for stdin"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing: exit 1 where a file would change"
    )


def run(arguments: argparse.Namespace) -> Outcome:
    """0 done, or nothing to do; 1 with --check, where a file is laid out otherwise."""
    names = list(_files(arguments.files))
    if STDIN in names and not arguments.check:
        if len(names) > 1:
            raise input_error("it is formatted to standard output, alone", STDIN)
        text = formatted(read_file(STDIN), "<stdin>")
        return Outcome(True, {"text": text}, raw=text.encode())
    changed = []
    # All are read before the first is written, so that a fault changes none of them.
    for name in names:
        data = read_file(name)
        text = formatted(data, "<stdin>" if name == STDIN else name)
        if text.encode() != data:
            changed.append((name, text))
    if not arguments.check:
        for name, text in changed:
            Path(name).write_bytes(text.encode())
    lines = [name for name, _ in changed]
    return Outcome(not (arguments.check and changed), {"changed": lines}, lines)


def _files(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if name == STDIN or not Path(name).is_dir():
            yield name
            continue
        inside = sorted(path for path in Path(name).iterdir() if path.suffix in _YAML)
        yield from (str(path) for path in inside if not path.name.startswith("."))
