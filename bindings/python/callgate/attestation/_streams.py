"""Wrappers for the message streams of the MCP SDK, of mcp 1.x and 2.x."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import Context
from types import TracebackType
from typing import Any

import anyio


class _Front:
    """Closing a wrapper closes the stream behind it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def close(self) -> None:
        self._inner.close()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


class ReadStream(_Front):
    """Yields what ``receive`` gives, until that raises EndOfStream."""

    def __init__(self, inner: Any, receive: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(inner)
        self._receive = receive

    @property
    def last_context(self) -> Context | None:
        """The context variables of the sender of the last message, where the SDK keeps them."""
        kept: Context | None = getattr(self._inner, "last_context", None)
        return kept

    async def receive(self) -> Any:
        return await self._receive()

    def __aiter__(self) -> ReadStream:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> ReadStream:
        return self


class WriteStream(_Front):
    """Gives to ``send`` what is written."""

    def __init__(self, inner: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        super().__init__(inner)
        self._send = send

    async def send(self, item: Any) -> None:
        await self._send(item)

    async def __aenter__(self) -> WriteStream:
        return self
