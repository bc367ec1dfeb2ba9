"""Entry point of the ``callgate`` command."""

import argparse
import sys
from collections.abc import Sequence

from callgate import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 allowed or done, 1 denied, 2 error."""
    parser = argparse.ArgumentParser(prog="callgate")
    parser.add_argument("--version", action="version", version=f"callgate {__version__}")
    parser.parse_args(argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
