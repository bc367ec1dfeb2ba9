"""An MCP server over stdio whose one tool, `wait`, begins one file and answers when another is
there."""

import json
import sys
import time
from pathlib import Path
from typing import Any

INFORMATION = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "waiting", "version": "1"},
}
TOOL = {"name": "wait", "inputSchema": {"type": "object"}}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    method = message["method"]
    if method == "initialize":
        return {"result": INFORMATION}
    if method == "tools/list":
        return {"result": {"tools": [TOOL]}}
    if method == "tools/call":
        arguments = message["params"]["arguments"]
        Path(arguments["began"]).touch()
        deadline = time.monotonic() + 60
        while not Path(arguments["until"]).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        return {"result": {"content": [{"type": "text", "text": "waited"}]}}
    return {"error": {"code": -32601, "message": "no such method"}}


for line in sys.stdin:
    request = json.loads(line)
    if "id" in request:
        reply = {"jsonrpc": "2.0", "id": request["id"], **answer(request)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
