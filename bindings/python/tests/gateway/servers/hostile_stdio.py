"""An MCP server over stdio whose tool `do` does what its arguments say, most of it wrong.

hostile_stdio.py [record FILE] [discover] [silent] [dead] [names JSON]
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OPTIONS = sys.argv[1:]
RECORD = OPTIONS[OPTIONS.index("record") + 1] if "record" in OPTIONS else None
NAMES = json.loads(OPTIONS[OPTIONS.index("names") + 1]) if "names" in OPTIONS else ["do", "quiet"]
held: list[Any] = []


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def send(message: dict[str, Any]) -> None:
    write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")


def result(identifier: Any, text: str = "done") -> None:
    send({"id": identifier, "result": {"content": [{"type": "text", "text": text}]}})


def answer(message: dict[str, Any]) -> None:
    method, identifier = message.get("method"), message.get("id")
    if method == "server/discover":
        if "discover" in OPTIONS:
            send(
                {
                    "id": identifier,
                    "result": {
                        "resultType": "complete",
                        "supportedVersions": ["2026-07-28"],
                        "capabilities": {"tools": {}},
                        "ttlMs": 0,
                        "cacheScope": "public",
                    },
                }
            )
        else:
            send({"id": identifier, "error": {"code": -32601, "message": "Method not found"}})
    elif method == "initialize":
        send(
            {
                "id": identifier,
                "result": {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {"tools": {"listChanged": True}},
                    "serverInfo": {"name": "hostile", "version": "1"},
                },
            }
        )
    elif method == "tools/list":
        listing(identifier, (message.get("params") or {}).get("cursor"))
    elif method == "tools/call":
        call(identifier, message["params"].get("arguments", {}))


def listing(identifier: Any, cursor: str | None) -> None:
    if "endless-listing" in OPTIONS:
        send({"id": identifier, "result": {"tools": [], "nextCursor": "more"}})
        return
    # One tool a page.
    at = int(cursor or 0)
    page: dict[str, Any] = {"resultType": "complete", "ttlMs": 0, "cacheScope": "public"}
    page["tools"] = [{"name": NAMES[at], "inputSchema": {"type": "object"}}]
    if at + 1 < len(NAMES):
        page["nextCursor"] = str(at + 1)
    send({"id": identifier, "result": page})


def call(identifier: Any, arguments: dict[str, Any]) -> None:
    match arguments.get("do"):
        case "answer":
            result(identifier, arguments.get("text", "done"))
        case "raw":
            write(arguments["line"].replace("ID", str(identifier)) + "\n")
        case "built":
            parts = arguments["parts"]
            text = "".join(part * times for part, times in parts).replace("ID", str(identifier))
            sys.stdout.buffer.write(text.encode(arguments.get("encoding", "utf-8")) + b"\n")
            sys.stdout.buffer.flush()
        case "size":
            text = "x" * arguments["bytes"]
            write(f'{{"result":{{"text":"{text}"}},"jsonrpc":"2.0","id":{identifier}}}\n')
        case "error":
            send({"id": identifier, "error": {"code": -32000, "message": "x" * arguments["bytes"]}})
        case "hang":
            held.append(identifier)
        case "release":
            for one in held:
                result(one, "late")
            held.clear()
            result(identifier)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "answer and end":
            result(identifier)
            sys.exit(0)
        case "close output":
            os.close(1)
            time.sleep(60)
        case "endless line":
            write('{"result":"')
            while True:
                write("x" * 65536)
        case "twice":
            result(identifier)
            result(identifier)
            result(999_999)
        case "ask":
            send({"id": "mine", "method": arguments["method"], "params": {}})
            # The gateway's answer is the next line.
            result(identifier, sys.stdin.readline())
        case "notify":
            for _ in range(arguments["times"]):
                send({"method": arguments["method"], "params": {}})
            result(identifier)
        case "progress":
            token = arguments.get("token", identifier)
            for n in range(arguments["times"]):
                params = {"progressToken": token, "progress": n}
                send({"method": "notifications/progress", "params": params})
            if arguments.get("and") == "hang":
                held.append(identifier)
            else:
                result(identifier)
        case "empty lines":
            os.write(1, b"\n" * arguments["lines"])
            result(identifier)
        case "empty stderr":
            os.write(2, b"\n" * arguments["lines"] + b"the last\n")
            result(identifier)
        case "stderr":
            for n in range(arguments["lines"]):
                sys.stderr.write(f"\x1b[31mline {n} " + "y" * 5000 + "\n")
            sys.stderr.flush()
            result(identifier)
        case "rename":
            NAMES[:] = arguments["names"]
            send({"method": "notifications/tools/list_changed"})
            result(identifier)
        case "rename quietly":
            NAMES[:] = arguments["names"]
            result(identifier)
        case "child":
            child = subprocess.Popen(["sleep", "300"])
            result(identifier, str(child.pid))
        case "environment":
            result(identifier, json.dumps(sorted(os.environ)))
        case "stop reading":
            result(identifier)
            time.sleep(60)


def main() -> None:
    if "dead" in OPTIONS:
        sys.exit(1)
    for line in sys.stdin:
        if RECORD:
            with Path(RECORD).open("a", newline="") as file:
                file.write(line)
        if "silent" not in OPTIONS:
            answer(json.loads(line))


main()
