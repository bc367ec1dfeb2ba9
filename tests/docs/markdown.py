"""The fenced code blocks of a Markdown page, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "SECURITY.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("**/*.md")),
]
# The languages whose blocks make one program a page, each block going on where the last one ended.
PROGRAMS = ("python", "ts", "cpp", "sh")


@dataclass
class Block:
    """``` `language word word… ``` up to the closing fence."""

    page: Path
    line: int  # of the opening fence, from 1
    language: str
    words: list[str]
    lines: list[str]
    output: Block | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def closing_line(self) -> int:
        return self.line + len(self.lines) + 1

    @property
    def file(self) -> str | None:
        """The file that the page's other blocks find this text in: `file=policy.yaml`."""
        for word in self.words:
            if word.startswith("file="):
                return word.removeprefix("file=")
        return None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def read_blocks(page: Path) -> list[Block]:
    """A `text` block after a program's block, with no heading or block between, is its output."""
    blocks: list[Block] = []
    program: Block | None = None
    opened: Block | None = None
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        fence = re.fullmatch(r"```(.*)", line)
        if opened is not None:
            if fence is None:
                opened.lines.append(line)
                continue
            assert fence[1] == "", f"{page}:{number}: a fence inside a block"
            if opened.language == "text" and program is not None:
                program.output = opened
            program = opened if opened.language in PROGRAMS else None
            opened = None
        elif fence is not None:
            language, *words = fence[1].split() or [""]
            opened = Block(page, number, language, words, [])
            blocks.append(opened)
        elif line.startswith("#"):
            program = None
    assert opened is None, f"{opened}: the block is not closed"
    return blocks
