"""AttestationContext: who a session's caller is. require_attestation: what a function asks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from callgate import CallgateError
from callgate.attestation._claims import AttestationClaims
from callgate.attestation._names import TrustLevel
from callgate.attestation._result import VerificationResult

_F = TypeVar("_F", bound=Callable[..., Any])


class AttestationDenied(CallgateError, PermissionError):
    """The caller's attestation does not suffice for what it asked for."""

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, "TOOL_NOT_ALLOWED", where)
        # OSError reads its arguments as those of a system call.
        self.errno = self.strerror = self.filename = None


@dataclass(frozen=True, slots=True)
class AttestationContext:
    """Who a session's caller is. The trust level of an unverified caller is ``none``."""

    result: VerificationResult

    @property
    def verified(self) -> bool:
        """Whether the caller was verified."""
        return self.result.verified

    @property
    def trust_level(self) -> TrustLevel:
        """The level of the issuer; ``none`` of a caller that is not verified."""
        return self.result.trust_level

    @property
    def issuer(self) -> str | None:
        """``iss``, of a caller that is verified."""
        return self.result.issuer

    @property
    def subject(self) -> str | None:
        """``sub``, of a caller that is verified."""
        return self.result.subject

    @property
    def claims(self) -> AttestationClaims | None:
        """All claims, of a caller that is verified."""
        return self.result.claims


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of a caller; it must be verified in any case."""

    trust_level: TrustLevel | str = TrustLevel.NONE  # at least
    issuer: str | None = None  # exactly
    check: Callable[[AttestationContext], Any] | None = None

    def fault(self, context: AttestationContext | None) -> str | None:
        """What the caller lacks, apart from ``check``; None where that is nothing."""
        if context is None or not context.verified:
            return "the caller is not verified"
        if context.trust_level < TrustLevel(self.trust_level):
            return f"the caller's trust level is below {TrustLevel(self.trust_level)}"
        if self.issuer is not None and context.issuer != self.issuer:
            return "the caller was attested by another issuer"
        return None


_CHECK_FAILED = "the caller's attestation fails a check of this server"


def require_attestation(
    trust_level: TrustLevel | str = TrustLevel.NONE,
    issuer: str | None = None,
    custom_check: Callable[[AttestationContext], Any] | None = None,
) -> Callable[[_F], _F]:
    """Lets a function be called only for callers that are verified.

    One argument of the function must have an attribute ``attestation``, an AttestationContext, as
    the ``session`` has to which ``InitializeResult.context`` was assigned; without one the call is
    denied. ``trust_level`` is the least that suffices. ``custom_check`` gets the context and must
    return True; of an asynchronous function it may be asynchronous.

    What it denies raises AttestationDenied, a PermissionError.
    """
    needed = Requirement(TrustLevel(trust_level), issuer, custom_check)

    def guard(function: _F) -> _F:
        def begin(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            context = _context_of(args, kwargs)
            if (fault := needed.fault(context)) is not None:
                raise AttestationDenied(fault)
            return True if needed.check is None or context is None else needed.check(context)

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def guarded(*args: Any, **kwargs: Any) -> Any:
                passed = begin(args, kwargs)
                _check_passed(await passed if inspect.isawaitable(passed) else passed)
                return await function(*args, **kwargs)
        else:

            @functools.wraps(function)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                _check_passed(begin(args, kwargs))
                return function(*args, **kwargs)

        return cast("_F", guarded)

    return guard


def _check_passed(answer: object) -> None:
    if answer is not True:
        raise AttestationDenied(_CHECK_FAILED)


def _context_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> AttestationContext | None:
    for argument in (*args, *kwargs.values()):
        if hasattr(argument, "attestation"):
            context = argument.attestation
            return context if isinstance(context, AttestationContext) else None
    return None
