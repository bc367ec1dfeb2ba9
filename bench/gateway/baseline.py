"""baseline.py: the gateway's web stack and its upstreams, and nothing of the gateway between them.

One route without middleware takes the call out of the envelope's payload, believes it, and makes it
through the same `Upstreams`. Prints its address, and runs until it is terminated.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

from callgate.gateway.upstreams.upstreams import StdioSettings, Upstreams
from callgate.serving.gc_tuning import tune_gc
from callgate.serving.listener import Listener
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

UPSTREAM = Path(__file__).with_name("upstream.py")


async def main() -> None:
    settings = StdioSettings(name="bench", command=sys.executable, arguments=(str(UPSTREAM),))
    async with Upstreams([settings]) as upstreams:

        async def call(request: Request) -> Response:
            payload = json.loads(await request.body())["payload"]
            params = payload["params"]
            arguments = json.dumps(params["arguments"], separators=(",", ":")).encode()
            reply = await upstreams.call(params["name"], arguments)
            body = b'{"payload":{"jsonrpc":"2.0","id":%d,"result":%b}}'
            return Response(body % (payload["id"], reply.result), media_type="application/json")

        # asyncio turns Nagle's algorithm off where the socket says that it is TCP.
        with socket.socket(proto=socket.IPPROTO_TCP) as bound:
            bound.bind(("127.0.0.1", 0))
            listener = Listener(
                Starlette(routes=[Route("/smcp/v1/tool-call", call, methods=["POST"])]),
                bound=bound,
                protocol=H11Protocol,
                tls=None,
                header_bytes=32 << 10,
                keep_alive_seconds=75,
                drain_seconds=5,
                backlog=1024,
            )
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, listener.stop)
            serving = asyncio.create_task(listener.run_until_stopped())
            await listener.listening.wait()
            tune_gc()
            print(json.dumps({"agents": [listener.url]}), flush=True)
            await serving


asyncio.run(main())
