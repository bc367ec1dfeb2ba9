"""Tells the moment at which an HTTP request begins to leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class DispatchTrace:
    """For httpx2's ``trace`` extension. Calls ``on_dispatch`` once, when the connection stands and
    before the first byte; what that raises keeps the request from leaving.
    """

    def __init__(self, on_dispatch: Callable[[], None] | None) -> None:
        self._on_dispatch = on_dispatch
        self.dispatched = False

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        # The CONNECT that asks a proxy for a tunnel carries nothing of the call.
        if (
            self.dispatched
            or not event.endswith(".send_request_headers.started")
            or info["request"].method == b"CONNECT"
        ):
            return
        if self._on_dispatch is not None:
            self._on_dispatch()
        self.dispatched = True
