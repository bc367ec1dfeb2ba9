"""An agent in Python: attests once for each scope, makes its calls, prints one answer a line.

python smcp_agent.py URL WORKLOAD < calls.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

from callgate.smcp import SEALClient, SMCPClient, SMCPError

CLIENTS = {"SMCPClient": SMCPClient, "SEALClient": SEALClient}


def answer(client: SMCPClient | SEALClient, call: dict[str, Any]) -> dict[str, Any]:
    try:
        result = client.call_tool(call["tool"], call["arguments"])
    except SMCPError as error:
        return {"verdict": error.code_name, "why": str(error)}
    return {"verdict": "ALLOW", "why": result["content"][0]["text"]}


def main(url: str, workload: str) -> None:
    clients: dict[tuple[str, str], SMCPClient | SEALClient] = {}
    for call in json.load(sys.stdin):
        name = call["client"], call["scope"]
        if name not in clients:
            clients[name] = CLIENTS[call["client"]](url, workload, call["scope"])
            clients[name].attest()
        sys.stdout.write(json.dumps(answer(clients[name], call)) + "\n")
    for client in clients.values():
        client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
