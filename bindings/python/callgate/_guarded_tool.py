"""Functions that are called through a guard, with exactly what was judged."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

from callgate._errors import CallgateError
from callgate._json import encode
from callgate._native import Decision


class GuardError(CallgateError):
    """A guarded tool was not called, or its result is kept back: ``decision`` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason, decision.code_name or "INTERNAL_ERROR")
        self.decision = decision


class GuardTypeError(CallgateError, TypeError):
    """A guarded tool was given, or returns, what JSON cannot hold: ``where`` names it.

    ``where`` is the argument's name, or ``result``. What cannot be written down cannot be judged.
    """

    def __init__(self, message: str, where: str) -> None:
        # The name of a keyword is the caller's.
        shown = "".join(c if c.isprintable() else "?" for c in where[:_MAX_WHERE])
        super().__init__(message, "INVALID_ARGUMENT", shown)

    def __reduce__(self) -> tuple[type[GuardTypeError], tuple[str, str | None]]:
        return type(self), (self.message, self.where)


class ToolCall:
    """One call of a guarded tool, for those who say whose it is."""

    __slots__ = ("_text", "injected", "tool")

    def __init__(self, tool: str, text: bytes, injected: Mapping[str, Any]) -> None:
        self.tool = tool
        #: The values of the parameters that are not judged, by name.
        self.injected = injected
        self._text = text

    @property
    def arguments(self) -> dict[str, Any]:
        """What is judged: a fresh copy each time."""
        arguments: dict[str, Any] = json.loads(self._text)
        return arguments


_MAX_WHERE: Final = 128

#: A subject or the name of a context, or what finds it for a call.
Named: TypeAlias = str | Callable[[ToolCall], str]


class GuardedTool:
    """A function, and how calls of it are judged."""

    def __init__(
        self,
        check: Callable[[str, str, str, bytes], Decision],
        tool: str,
        function: Callable[..., Any],
        *,
        subject: Named,
        context: Named,
        injected: Collection[str],
        measure: Callable[[Any], object] | None,
    ) -> None:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError("a generator's result is not there to be limited: return a list")
        self.signature = inspect.signature(function)
        unknown = set(injected) - set(self.signature.parameters)
        if isinstance(injected, str) or unknown:
            raise TypeError("injected must be a collection of the function's parameters' names")
        self.check, self.tool, self.function = check, tool, function
        self.subject, self.context = subject, context
        self.injected, self.measure = frozenset(injected), measure

    def wrapped(self) -> Callable[..., Any]:
        """What is called instead of the function; asynchronous where the function is."""

        @functools.wraps(self.function)
        def call(*args: Any, **kwargs: Any) -> Any:
            decision, bound = self.judge(args, kwargs)
            result = self.function(*bound.args, **bound.kwargs)
            if inspect.isawaitable(result):
                return self.limit_later(decision, result)
            return self.limit(decision, result)

        @functools.wraps(self.function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            decision, bound = self.judge(args, kwargs)
            return self.limit(decision, await self.function(*bound.args, **bound.kwargs))

        return call_async if inspect.iscoroutinefunction(self.function) else call

    def judge(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Decision, inspect.BoundArguments]:
        """The decision that allowed, and what to call with: the values of the text it judged."""
        # A key of a class of its own may equal one name while it is judged, and then another.
        plain = {str.__str__(key): value for key, value in kwargs.items()}
        bound = self.signature.bind(*args, **plain)
        bound.apply_defaults()
        members = dict(self.members(bound))
        text = b"{" + b",".join(encode(name) + b":" + value for name, value in members.items())
        text += b"}"
        injected = {name: bound.arguments[name] for name in self.injected}
        call = ToolCall(self.tool, text, injected)
        decision = self.check(
            _name_for(self.subject, call), _name_for(self.context, call), self.tool, text
        )
        if not decision.allowed:
            raise GuardError(decision)
        self.replace(bound, {name: json.loads(value) for name, value in members.items()})
        return decision, bound

    def members(self, bound: inspect.BoundArguments) -> Iterator[tuple[str, bytes]]:
        """The JSON of each judged argument, by name; those that ``**kwargs`` takes by their own."""
        for name, parameter in self.signature.parameters.items():
            if name in self.injected:
                continue
            value = bound.arguments[name]
            if parameter.kind is not parameter.VAR_KEYWORD:
                yield name, _json_of(value, name)
                continue
            for key, one in value.items():
                if key in self.signature.parameters and key != name:
                    message = "a keyword has the name of another parameter, so two would be one"
                    raise GuardTypeError(message, key)
                yield key, _json_of(one, key)

    def replace(self, bound: inspect.BoundArguments, values: dict[str, Any]) -> None:
        """Puts the judged values in place of those that came."""
        for name, parameter in self.signature.parameters.items():
            if name in self.injected:
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                bound.arguments[name] = {key: values[key] for key in bound.arguments[name]}
            elif parameter.kind is parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(values[name])
            else:
                bound.arguments[name] = values[name]

    def limit(self, decision: Decision, result: Any) -> Any:
        """The result, where it is within the response limit."""
        if decision.max_response_size is None:
            return result
        measured = result if self.measure is None else self.measure(result)
        judged = decision.check_response(_json_of(measured, "result"))
        if not judged.allowed:
            raise GuardError(judged)
        return result

    async def limit_later(self, decision: Decision, result: Awaitable[Any]) -> Any:
        """As ``limit``, of a result that comes later."""
        return self.limit(decision, await result)


def _name_for(named: Named, call: ToolCall) -> str:
    return named if isinstance(named, str) else named(call)


def _json_of(value: object, name: str) -> bytes:
    try:
        return encode(value)
    except (TypeError, ValueError) as error:
        raise GuardTypeError(str(error), name) from error
