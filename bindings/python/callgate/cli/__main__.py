"""The ``callgate`` command: the only map from results and errors to exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from callgate import CallgateError, PolicyError, __version__
from callgate.cli import _output
from callgate.cli._command import Outcome
from callgate.cli.commands import COMMANDS

ALLOWED, DENIED, ERROR = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command: 0 allowed or done, 1 denied, different or failed, 2 error."""
    arguments = _parser().parse_args(argv)
    try:
        outcome: Outcome = arguments.run(arguments)
        _output.show(outcome, as_json=arguments.json)
    except PolicyError as error:
        _output.show_faults(error)
        return ERROR
    except CallgateError as error:
        _output.show_error(error.message, error.where)
        return ERROR
    except OSError as error:
        _output.show_error(error.strerror or "input or output failed", error.filename)
        return ERROR
    except (TypeError, ValueError) as error:  # e.g. an argument that is no Unicode text
        _output.show_error(str(error), None)
        return ERROR
    except Exception:  # Python itself would exit with 1, which says that a call was denied
        _output.show_traceback()
        return ERROR
    if outcome.status is not None:
        return outcome.status
    return ALLOWED if outcome.ok else DENIED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="callgate",
        description="Decides, for every tool call of an AI agent, whether it may happen.",
        epilog="Exit codes: 0 allowed or done, 1 denied, different or failed, 2 error.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"callgate {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
