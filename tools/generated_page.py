"""Pages that a program writes into the tree, or compares with what stands there (``--check``)."""

import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_check(pages: Mapping[Path, str], arguments: list[str]) -> int:
    """The exit code: 1 where ``--check`` finds a page that is not its text."""
    if arguments != ["--check"]:
        for page, text in pages.items():
            page.write_text(text)
        return 0
    stale = [p for p, text in pages.items() if not p.exists() or p.read_text() != text]
    for page in stale:
        print(f"{page} is not what {Path(sys.argv[0]).name} writes; run it")
    return 1 if stale else 0
