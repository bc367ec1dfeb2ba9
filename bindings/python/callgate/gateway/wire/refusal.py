"""Refusal: why the gateway does not do what was asked, before it is an HTTP status and a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callgate import CallgateError
from callgate._error_codes import MEANINGS


class Refusal(CallgateError):
    """A denial by the gateway itself; ``replies.py`` alone turns it into a status and a body.

    ``message`` is shown to the caller, and is the code's fixed meaning unless given: it never holds
    a key, a token or an argument. ``dispatched`` says whether the tool may have run (None: there
    was no call to dispatch), ``retry_after`` is in seconds, ``details`` are JSON values for
    ``error.details``, and ``request_id`` is the caller's id where a verified envelope had one.
    """

    def __init__(
        self,
        code_name: str,
        message: str | None = None,
        *,
        dispatched: bool | None = None,
        retry_after: float | None = None,
        details: Mapping[str, Any] | None = None,
        request_id: str | int | None = None,
    ) -> None:
        super().__init__(MEANINGS[code_name] if message is None else message, code_name)
        self.dispatched = dispatched
        self.retry_after = retry_after
        self.details = None if details is None else dict(details)
        self.request_id = request_id
