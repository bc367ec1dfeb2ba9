"""Guard: the engine in a program that trusts its own caller."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar, cast, final

from callgate import _native
from callgate._guarded_tool import GuardedTool, Named
from callgate._limits import Limits, check_limits
from callgate._policy import PolicySet
from callgate._time import milliseconds
from callgate._types import Instant

_Function = TypeVar("_Function", bound=Callable[..., Any])


@final
class Guard(_native.Guard):
    """Policy, rates and response limits, without envelopes, tokens and sessions.

    Who calls is what the program says. Rates are counted in this object, for each subject and
    context, so they are those of one process and end with it; for callers that have to prove who
    they are, and for rates that several processes share, there is ``Gate``. ``limits`` bounds JSON
    texts and the table of rates (``max_rate_windows``, ``max_rate_entries``): a subject takes room
    there only while a call that was charged to it counts, and a full table denies with
    ``LEDGER_FULL``. The time never runs backwards: it is the latest ``now`` that was seen.

    Every method may be called from any thread at any time.

    >>> guard = Guard(PolicySet.parse('{name: default, capabilities: [{tool_pattern: "fs.*"}]}'))
    >>> guard.check("alice", "default", "fs.read", {"path": "/a"}).allowed
    True
    """

    __slots__ = ("__weakref__",)

    def __new__(cls, policy: PolicySet, *, limits: Limits | None = None) -> Guard:
        """As the class says."""
        return _native.create_guard(cls, policy, check_limits(limits))

    def tool(
        self,
        name: str,
        *,
        subject: Named,
        context: Named,
        injected: Collection[str] = (),
        measure: Callable[[Any], object] | None = None,
    ) -> Callable[[_Function], _Function]:
        """A decorator: the function is called as the tool ``name``, and with what was judged.

        A call is bound to the function's parameters, its defaults are applied, and the JSON of that
        is judged. The function is called with the values of that JSON and not with those that came,
        so what changes meanwhile changes nothing; a tuple comes as a list, an Enum of str as a str.
        Arguments have their parameters' names, those of ``*args`` are a list under its name, and
        those of ``**kwargs`` have their own. The function may be synchronous or asynchronous, but
        no generator.

        ``subject`` and ``context`` are strings, or are called with the ``ToolCall`` and return one.
        ``injected`` names parameters that are the program's and not the caller's (``self``, a
        request, a framework's context): they are passed on as they are, and not judged.

        Where the call has a response limit, the JSON of the result is measured, or of
        ``measure(result)``; a result that is over it is kept back, though the tool has run.

        The wrapped function raises GuardError for what is denied, with the ``decision``, and
        GuardTypeError, a TypeError, for what JSON cannot hold, with the argument's name (or
        ``result``) in ``where``. The wall clock is ``now``.

        >>> guard = Guard(PolicySet.parse('{name: c, capabilities: [{tool_pattern: "fs.*"}]}'))
        >>> @guard.tool("fs.read", subject="alice", context="c")
        ... def read(path: str, lines: int = 10) -> str:
        ...     return f"{lines} lines of {path}"
        >>> read("/a")
        '10 lines of /a'
        """

        def decorate(function: _Function) -> _Function:
            tool = GuardedTool(
                self.check,
                name,
                function,
                subject=subject,
                context=context,
                injected=injected,
                measure=measure,
            )
            return cast(_Function, tool.wrapped())

        return decorate

    @property
    def policy(self) -> PolicySet:
        """What judges calls that begin now."""
        return _native.guard_policy(self, PolicySet)

    def set_policy(self, policy: PolicySet) -> None:
        """Replaces the policy at once; decisions under way keep the one they began with.

        What was charged stays charged.
        """
        _native.guard_set_policy(self, policy)

    def reset_clock(self, now: Instant | None = None) -> None:
        """The way out of ``CLOCK_STEPPED``: sets the time.

        Calls charged after ``now`` count as made at ``now``, so that nothing is refilled.
        """
        _native.guard_reset_clock(self, milliseconds(now))

    def __repr__(self) -> str:
        return f"<Guard with {self.policy!r}>"
