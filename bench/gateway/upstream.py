"""A small MCP server over stdio: as little work as a server can have, the same for both sides."""

from __future__ import annotations

import json
import sys
from typing import Any

TEXT = "def main() -> None:\n    print('hello')\n" * 4
RESULT = {"content": [{"type": "text", "text": TEXT}], "isError": False}
REPLY = json.dumps(RESULT, separators=(",", ":"))
INFORMATION = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "bench", "version": "1"},
}
TOOL = {"name": "read", "inputSchema": {"type": "object"}}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    if message["method"] == "initialize":
        return {"result": INFORMATION}
    if message["method"] == "tools/list":
        return {"result": {"tools": [TOOL]}}
    return {"error": {"code": -32601, "message": "no such method"}}


def main() -> None:
    write, flush = sys.stdout.write, sys.stdout.flush
    for line in sys.stdin:
        message = json.loads(line)
        if message["method"] == "tools/call":
            write(f'{{"jsonrpc":"2.0","id":{message["id"]},"result":{REPLY}}}\n')
            flush()
        elif "id" in message:
            reply = {"jsonrpc": "2.0", "id": message["id"], **answer(message)}
            write(json.dumps(reply) + "\n")
            flush()


main()
