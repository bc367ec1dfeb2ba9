"""ProxyEndpoint: ``POST /proxy/{host:port}/mcp``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from OpenSSL import SSL
from starlette.types import Receive, Scope, Send

from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.call import Judge, call
from callgate.registry.proxy.exchange import Answer
from callgate.registry.proxy.lookup import Lookups
from callgate.registry.proxy.target import Target, host_and_port
from callgate.serving.body import json_body
from callgate.serving.bounds import OutOfBounds
from callgate.serving.reply import Reply
from callgate.serving.shares import Busy, Party, Shares

PREFIX: Final = "/proxy/"
_PART: Final = 64 << 10


class ProxyEndpoint:
    """An ASGI application for all paths below ``/proxy/``.

    ``find`` gives the healthy agent that registered a host and port; ``caller`` the entity whose
    certificate, trusted now, the caller showed, None without; ``judge`` judges the agent's;
    ``context`` gives what the registry itself shows (``read_client_context``), ``refused`` the
    answer to ProxyError, Busy and OutOfBounds. Owned by one event loop.
    """

    def __init__(
        self,
        *,
        find: Callable[[str, int], Target | None],
        caller: Callable[[Scope], str | None],
        judge: Judge,
        context: Callable[[], SSL.Context],
        refused: Callable[[Exception], Reply],
        bounds: ProxyBounds | None = None,
        lookups: Lookups | None = None,
    ) -> None:
        self._find = find
        self._caller = caller
        self._judge = judge
        self._context = context
        self._refused = refused
        self._bounds = bounds or ProxyBounds()
        share = self._bounds.share
        self.lookups = lookups or Lookups(share=share)
        self._calls = Shares(self._bounds.calls, share, what="calls are under way")
        self._answers = Shares(self._bounds.all_answers_bytes, share, what="answers are being read")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        party = self._caller(scope)
        size = 0

        def take(more: int) -> None:
            nonlocal size
            self._answers.take(party, more)
            size += more

        try:
            target = self._target(scope, party)
            with self._calls.held(party):
                try:
                    answer = await self._answer(scope, receive, target, party, take)
                    if answer is not None:
                        await _send(answer, send)
                finally:
                    self._answers.give_back(party, size)
        except (ProxyError, Busy, OutOfBounds) as error:
            await self._refused(error).send(send)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        target: Target,
        party: Party,
        take: Callable[[int], None],
    ) -> Answer | None:
        """None: the caller went away."""
        body = await json_body(scope, receive, self._bounds.request_bytes)
        if body is None:
            return None
        return await call(
            target,
            body,
            context=self._context(),
            judge=self._judge,
            bounds=self._bounds,
            addresses=partial(self.lookups.addresses, party),
            take=take,
        )

    def _target(self, scope: Scope, party: Party) -> Target:
        if party is None:
            raise ProxyError(403, "client certificate required")
        authority, _, path = scope["path"].removeprefix(PREFIX).partition("/")
        if path != "mcp" or scope["query_string"]:
            raise ProxyError(400, "Only /mcp/* paths are allowed for proxying")
        where = host_and_port(authority)
        target = None if where is None else self._find(*where)
        if target is None:
            message = f"Target host '{authority[:256]}' is not a registered agent"
            raise ProxyError(403, message)
        if scope["method"] != "POST":
            raise ProxyError(405, "Only POST is proxied")
        return target


async def _send(answer: Answer, send: Send) -> None:
    """As fast as the caller reads: what it has not read counts until then."""
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", b"%d" % len(answer.body)),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for start in range(0, len(answer.body), _PART):
        part = answer.body[start : start + _PART]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
