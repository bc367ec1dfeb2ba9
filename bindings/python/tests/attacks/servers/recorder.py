"""An MCP server over stdio that does what its tools say they do: keeps count, and nothing else.

recorder.py NAMES FILE: a tool of each of the names in the JSON file NAMES. Each call is a line of
FILE before it is answered with the very line that came.
"""

import json
import sys
from pathlib import Path
from typing import Any

NAMES = json.loads(Path(sys.argv[1]).read_text())
INFORMATION = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "recorder", "version": "1"},
}


def result(line: str, message: dict[str, Any]) -> dict[str, Any] | None:
    if message["method"] == "initialize":
        return INFORMATION
    if message["method"] == "tools/list":
        return {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in NAMES]}
    if message["method"] == "tools/call":
        with Path(sys.argv[2]).open("a", newline="") as record:
            record.write(line)
        return {"content": [{"type": "text", "text": line}]}
    return None


for line in sys.stdin:
    request = json.loads(line)
    if "id" in request:
        reply: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        reply["result"] = result(line, request)
        if reply["result"] is None:
            del reply["result"]
            reply["error"] = {"code": -32601, "message": "none"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
