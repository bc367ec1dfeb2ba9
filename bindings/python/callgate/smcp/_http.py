"""The synchronous driver: runs an exchange over sockets of the calling thread."""

from __future__ import annotations

import time
from typing import TypeVar

from callgate._deadline import Deadline, DeadlineTransport
from callgate.smcp._httpx import httpx2
from callgate.smcp._transport import LIMITS, Connection, failure
from callgate.smcp._wire import Exchange, HttpRequest, HttpResponse
from callgate.smcp.errors import SMCPError

T = TypeVar("T")


class Http:
    """Sends requests to one gateway. Threads may share it; ``close`` ends its connections."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._deadline = Deadline()
        address, context = connection.address, connection.context
        self._transport = DeadlineTransport(context, LIMITS, address.socket, self._deadline)

    def run(self, exchange: Exchange[T]) -> T:
        """What the exchange returns. Raises SMCPError."""
        try:
            request = next(exchange)
            while True:
                try:
                    response = self._send(request)
                except SMCPError as error:
                    request = exchange.throw(error)
                else:
                    request = exchange.send(response)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def close(self) -> None:
        """May be called more than once."""
        self._transport.close()

    def _send(self, request: HttpRequest) -> HttpResponse:
        if request.delay:
            time.sleep(request.delay)
        self._deadline.start(request.timeout)
        try:
            response = self._transport.handle_request(self._connection.request(request))
            try:
                body = self._connection.body(response)
                for chunk in response.iter_raw():
                    body.add(chunk)
            finally:
                response.close()
        except (httpx2.TransportError, OSError) as error:  # an alert of TLS is an OSError
            raise failure(error, request) from error
        return body.response(response)
