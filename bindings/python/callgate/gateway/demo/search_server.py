"""An MCP server with one tool, ``search``: over the pages of a folder, in place of the web.

The document's examples call ``web_search``. The demonstration leaves no machine, so it looks
through pages of its own: ``python -m callgate.gateway.demo.search_server FOLDER``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

from mcp.server import MCPServer
from pydantic import Field

_MOST: Final = 5


def search(folder: Path, query: str) -> list[str]:
    """The pages that hold most words of ``query``, best first, each as "name: first line"."""
    words = set(query.lower().split())
    found = []
    for page in sorted(folder.glob("*.txt")):
        text = page.read_text("utf-8")
        held = sum(word in text.lower() for word in words)
        if held:
            found.append((-held, f"{page.stem}: {text.partition(chr(10))[0]}"))
    return [line for _, line in sorted(found)[:_MOST]]


def main() -> None:
    """Serves on standard input and output until they close."""
    folder = Path(sys.argv[1])
    server = MCPServer("search")

    @server.tool(name="search", description="Search the pages of the demonstration.")
    def _search(query: Annotated[str, Field(description="Words to look for.")]) -> str:
        return "\n".join(search(folder, query)) or "no page holds any of these words"

    server.run("stdio")


if __name__ == "__main__":
    main()
