"""What becomes of an attempt to get an issuer's keys that fails."""

from __future__ import annotations

from callgate import CallgateError


class KeysUnavailable(CallgateError):
    """The keys of an issuer cannot be had now, so that no token of it can be judged.

    ``where`` is the issuer, as it is configured.
    """

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(message, "UPSTREAM_FAILED", where)


class RetryError(KeysUnavailable):
    """Every attempt failed. ``last_error`` says how the last one did, and is the cause."""

    def __init__(self, last_error: Exception, where: str | None = None) -> None:
        super().__init__(f"every attempt failed, the last one so: {last_error}", where)
        self.last_error = last_error
        self.__cause__ = last_error


class TransientFailure(KeysUnavailable):
    """An attempt that may succeed when it is made again."""


class PermanentFailure(KeysUnavailable):
    """An attempt that would fail again: the server answered, and the answer is no JWKS."""
