"""The asynchronous driver: runs an exchange on the event loop, under asyncio or trio."""

from __future__ import annotations

from typing import TypeVar

from callgate.smcp._httpx import anyio, httpx2
from callgate.smcp._progress import OnProgress, ProgressLines, is_progress
from callgate.smcp._transport import LIMITS, BoundedBody, Connection, failure
from callgate.smcp._wire import Exchange, HttpRequest, HttpResponse
from callgate.smcp.errors import SMCPError

T = TypeVar("T")


class AsyncHttp:
    """Sends requests to one gateway, from tasks of one event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transport = httpx2.AsyncHTTPTransport(
            verify=connection.context,
            trust_env=False,
            limits=LIMITS,
            uds=connection.address.socket,
        )

    async def run(self, exchange: Exchange[T]) -> T:
        """What the exchange returns. Raises SMCPError."""
        try:
            request = next(exchange)
            while True:
                try:
                    response = await self._send(request)
                except SMCPError as error:
                    request = exchange.throw(error)
                else:
                    request = exchange.send(response)
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def close(self) -> None:
        """May be called more than once."""
        await self._transport.aclose()

    async def _send(self, request: HttpRequest) -> HttpResponse:
        if request.delay:
            await anyio.sleep(request.delay)
        try:
            with anyio.fail_after(request.timeout):
                sent = self._connection.request(request)
                response = await self._transport.handle_async_request(sent)
                try:
                    body = self._connection.body(response)
                    if request.on_progress is not None and is_progress(response.headers):
                        await _follow(response, body, request.on_progress)
                    else:
                        async for chunk in response.aiter_raw():
                            body.add(chunk)
                finally:
                    await response.aclose()
        except (httpx2.TransportError, OSError) as error:  # an alert of TLS is an OSError
            raise failure(error, request) from error
        return body.response(response)


async def _follow(response: httpx2.Response, body: BoundedBody, on_progress: OnProgress) -> None:
    """Tells progress as it comes, and collects the answer."""
    lines = ProgressLines()
    async for chunk in response.aiter_raw():
        body.count(chunk)
        told, answer = lines.feed(chunk)
        body.keep(answer)
        for progress in told:
            await on_progress(*progress)
    body.keep(lines.end())
