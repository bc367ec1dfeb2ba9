"""The folder of a trail: its files by the sequence of their first line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"audit-(\d{12})\.jsonl")
LOCK_NAME: Final = "audit.lock"


def file_path(directory: Path, first: int) -> Path:
    """Names sort as sequences do."""
    return directory / f"audit-{first:012}.jsonl"


def trail_files(directory: Path) -> list[Path]:
    """In order. Raises OSError."""
    return sorted(path for path in directory.iterdir() if _NAME.fullmatch(path.name))
