"""The page that shows the figures, and what it says of the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from bench_tables import Table

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (found := re.search(r"model name\s*: (.*)", cpuinfo.read_text())):
        model = found[1]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    sodium = subprocess.run(
        ["pkg-config", "--modversion", "libsodium"], capture_output=True, text=True
    ).stdout.strip()
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, Node {node.removeprefix('v')}, libsodium {sodium}; "
        f"{datetime.now(timezone.utc):%Y-%m-%d}"
    )


def write(tables: list[Table], name: str, command: str) -> None:
    """Replaces what stands between the markers `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    page = PAGE.read_text()
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise SystemExit(f"{PAGE} has no markers for {name}")
    text = f"`{command}` on {machine()}.\n\n" + "\n".join(table.markdown() for table in tables)
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}")
