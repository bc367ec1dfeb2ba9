"""POST …/invoke: signed calls and signed listings."""

from __future__ import annotations

import re
import time
from typing import Final

from starlette.types import Scope, Send

from callgate._generations import Generation
from callgate.gateway.calls.invoke import Invoker
from callgate.gateway.services import Services
from callgate.gateway.wire.reply_lines import MEDIA_TYPE, ReplyLines
from callgate.serving.peer_name import peer_name
from callgate.serving.trace import trace_id

# RFC 9110, section 12.4.2: what has this weight is not acceptable.
_WEIGHT_OF_NONE: Final = re.compile(rb"q=0(\.0{0,3})?", re.IGNORECASE)


class InvokeEndpoint:
    """One path of one generation. The body comes whole, from ``json_body``."""

    def __init__(self, services: Services, invoker: Invoker, generation: Generation) -> None:
        self._services = services
        self._invoker = invoker
        self._protocol = generation.protocol

    async def __call__(self, scope: Scope, body: bytes, send: Send) -> None:
        started = time.perf_counter()
        lines = ReplyLines(send) if _takes_lines(scope) else None
        reply = await self._invoker.invoke(
            self._protocol,
            body,
            trace_id=trace_id(scope),
            peer=peer_name(scope, self._services.proxies),
            lines=lines,
        )
        self._services.metrics.replied("invoke", reply.code_name, time.perf_counter() - started)
        if lines is None:
            await reply.send(send)
        else:
            await lines.end(reply)


def _takes_lines(scope: Scope) -> bool:
    """Whether the caller names the type of lines. Published clients accept ``*/*`` or say nothing,
    and read one JSON body."""
    for name, value in scope["headers"]:
        if name == b"accept":
            for accepted in value.split(b","):
                media_type, *parameters = (part.strip() for part in accepted.split(b";"))
                if media_type.lower() == MEDIA_TYPE and not any(
                    map(_WEIGHT_OF_NONE.fullmatch, parameters)
                ):
                    return True
    return False
