"""The one family of exceptions."""

from __future__ import annotations

from callgate._error_codes import NUMBERS


class CallgateError(Exception):
    """What callgate refused, and why.

    ``code_name`` is stable (``"INVALID_JSON"``), ``code`` its number, ``where`` the place, if there
    is one: ``"byte 17"``, ``"contexts.yaml:3:5"``, ``"/params/name"``. No part of it holds a key, a
    token or unbounded text of the input.
    """

    def __init__(self, message: str, code_name: str, where: str | None = None) -> None:
        super().__init__(message, code_name, where)
        self.message = message
        self.code_name = code_name
        self.code = NUMBERS["smcp/v1"][code_name]
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class JsonError(CallgateError):
    """A text is not acceptable JSON."""


class KeyFormatError(CallgateError):
    """A key is malformed or weak."""


class PolicyError(CallgateError):
    """A policy document does not load, or has no context of that name."""


class TokenError(CallgateError):
    """A security token is not acceptable."""


class EnvelopeError(CallgateError):
    """An envelope is malformed, or its signature does not verify."""


class SessionError(CallgateError):
    """A session cannot be opened, renewed or ended."""
