"""The one family of exceptions."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class LoadFault:
    """One thing that is wrong with a policy document."""

    where: str  # file:line:column, or the file
    line: int  # from 1; 0 where the file as a whole is meant
    column: int  # in bytes, from 1
    rule: str  # id of the rule in the policy reference; empty where it is no rule of policies
    found: str  # the text that stands there, at most 64 bytes, control characters escaped
    message: str  # what was expected, and so what to write

    @property
    def sentence(self) -> str:
        """All but the place."""
        found = f'"{self.found}": ' if self.found else ""
        rule = f" ({self.rule})" if self.rule else ""
        return f"{found}{self.message}{rule}"

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


class PolicyError(CallgateError):
    """A policy document does not load, or has no context of that name.

    ``errors`` has all that is wrong with what does not load, at most 100 faults in the order of the
    text; ``message`` and ``where`` are those of the first. It is empty for an unknown context.
    """

    errors: tuple[LoadFault, ...] = ()


class TokenError(CallgateError):
    """A security token is not acceptable."""


class EnvelopeError(CallgateError):
    """An envelope is malformed, or its signature does not verify."""


class SessionError(CallgateError):
    """A session cannot be opened, renewed or ended."""
