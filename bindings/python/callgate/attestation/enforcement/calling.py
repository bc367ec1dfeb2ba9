"""A handler runs as the caller of its request, and denies where there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from callgate.attestation import _sdk_line as sdk
from callgate.attestation._context import AttestationContext
from callgate.attestation.enforcement.context import context_of
from callgate.attestation.enforcement.outcome import refused

_caller: ContextVar[AttestationContext | None] = ContextVar(
    "callgate_attestation_caller", default=None
)


def current_caller() -> AttestationContext | None:
    """The caller of the request that is being handled; None outside of a handler."""
    return _caller.get()


def attestation_denied(reason: str, *, modern: bool = False) -> Exception:
    """What a handler raises whose caller may not reach it."""
    error = refused(reason, "modern" if modern else "legacy")
    return sdk.protocol_error(error.code, error.message, error.data)


async def as_caller(
    request: object, call: Callable[[], Awaitable[Any]], *, modern: bool = False
) -> Any:
    """Handles a request as its caller. Raises what denies where no wrapper verified one."""
    context = context_of(request)
    if context is None:
        raise attestation_denied("not_provided", modern=modern)
    before = _caller.set(context)
    try:
        return await call()
    finally:
        _caller.reset(before)
