"""A caller over a pair of message streams, as stdio has them, to a server in the same process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.mcp_server import AttestingServer


class StreamCaller:
    """Sends the fields of messages, and reads those of answers."""

    def __init__(self, sending: Any, receiving: Any) -> None:
        self._sending = sending
        self._receiving = receiving

    async def send(self, fields: dict[str, Any]) -> None:
        await self._sending.send(sdk.message_of(fields))

    async def send_unreadable(self) -> None:
        """What a transport gives in the place of a message that it cannot read."""
        await self._sending.send(ValueError("a batch"))

    async def receive(self) -> dict[str, Any]:
        with anyio.fail_after(20):
            return sdk.fields_of(await self._receiving.receive())

    async def ask(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request; notifications that come before it are passed over."""
        await self.send(fields)
        while True:
            answer = await self.receive()
            if answer.get("id") == fields["id"] and "method" not in answer:
                return answer

    async def reason(self, fields: dict[str, Any]) -> str:
        return str((await self.ask(fields))["error"]["data"]["reason"])

    async def silent(self) -> bool:
        """Whether nothing came; a ping is answered after whatever came before it."""
        await self.send({"jsonrpc": "2.0", "id": "last", "method": "ping"})
        return (await self.receive()).get("id") == "last"


@asynccontextmanager
async def stream_server(server: AttestingServer) -> AsyncIterator[StreamCaller]:
    """A caller of a server that runs."""
    to_server, from_caller = anyio.create_memory_object_stream[Any](0)
    to_caller, from_server = anyio.create_memory_object_stream[Any](16)
    async with to_server, from_server, anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, from_caller, to_caller)
        yield StreamCaller(to_server, from_server)
        tasks.cancel_scope.cancel()
