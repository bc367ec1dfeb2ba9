"""load.py GATEWAY: the agents, in a process of their own.

Attests a few keys at the gateway, then reads orders from standard input, one JSON object a line:
`url`, `calls`, `connections`. Envelopes are signed before the first byte leaves; each connection is
kept alive and has one call under way. Answers with the seconds of each call and of all.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import count, cycle
from typing import Any

from callgate import SecretKey, create_envelope

PATH = "/smcp/v1/tool-call"
AGENTS = 8
ARGUMENTS = {"path": "/workspace/project/src/main.py", "encoding": "utf-8", "limit": 200}
# Tokens live for an hour; a long run renews them before.
RENEW_SECONDS = 600


class Agent:
    """One key, and its session's token."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._key = SecretKey.generate()
        self._attested = float("-inf")
        self._token = ""

    def sign(self, number: int) -> bytes:
        if time.monotonic() - self._attested > RENEW_SECONDS:
            self._attest()
        params = {"name": "bench.read", "arguments": ARGUMENTS}
        payload = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        return create_envelope(payload, self._token, self._key)

    def _attest(self) -> None:
        body = {
            "public_key": self._key.public_key.to_base64(),
            "workload_id": "bench",
            "requested_scope": "bench",
        }
        request = urllib.request.Request(
            f"{self._gateway}/smcp/v1/attest",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            self._token = json.load(reply)["security_token"]
        self._attested = time.monotonic()


class Connection(asyncio.Protocol):
    """Sends the next request when the answer of the last is there."""

    def __init__(self, requests: Iterator[bytes], seconds: list[float]) -> None:
        self._requests = requests
        self._seconds = seconds
        self._received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length:")[2].split()[0]):
            return
        self._seconds.append(time.perf_counter() - self._sent)
        if not head.startswith(b"HTTP/1.1 200") or not body.startswith(b'{"payload":'):
            self._end(RuntimeError(f"{head!r} {body!r}"))
            return
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._end(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


async def run(url: str, envelopes: list[bytes], connections: int) -> dict[str, Any]:
    host, _, port = url.removeprefix("http://").partition(":")
    head = f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n".encode()
    requests = iter(
        [b"%bContent-Length: %d\r\n\r\n%b" % (head, len(one), one) for one in envelopes]
    )
    seconds: list[float] = []
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(requests, seconds), host, int(port))
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    return {"seconds": time.perf_counter() - started, "calls": seconds}


def main() -> None:
    agents = cycle([Agent(sys.argv[1]) for _ in range(AGENTS)])
    numbers = count(1)
    for line in sys.stdin:
        order = json.loads(line)
        envelopes = [next(agents).sign(next(numbers)) for _ in range(order["calls"])]
        print(json.dumps({"envelope_bytes": len(envelopes[0])}), flush=True)
        sys.stdin.readline()
        gc.collect()
        print(
            json.dumps(asyncio.run(run(order["url"], envelopes, order["connections"]))), flush=True
        )


main()
