"""Which callers may list and call a tool, beyond being admitted at all."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from callgate.attestation._context import AttestationContext, Requirement
from callgate.attestation._names import TrustLevel

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToolGuard:
    """What a caller must be to use ``tools``; None is every tool."""

    requirement: Requirement
    tools: frozenset[str] | None = None

    def guards(self, tool: str) -> bool:
        return self.tools is None or tool in self.tools

    def admits(self, context: AttestationContext | None) -> bool:
        """Whether the caller meets it. A check that raises refuses the caller."""
        if context is None or self.requirement.fault(context) is not None:
            return False
        check = self.requirement.check
        if check is None:
            return True
        try:
            answer: object = check(context)
        except Exception:
            _log.exception("a check of require_attestation raised: the caller is refused")
            return False
        return answer is True


class Guards:
    """The guards of a server. Add them before it serves."""

    def __init__(self, guards: Iterable[ToolGuard] = ()) -> None:
        self._guards: list[ToolGuard] = list(guards)

    def add(self, guard: ToolGuard) -> None:
        self._guards.append(guard)

    def __bool__(self) -> bool:
        return bool(self._guards)

    def allow(self, context: AttestationContext | None, tool: object) -> bool:
        """Whether every guard of this tool admits the caller. Every guard applies to
        a name that is not a str."""
        concerned = (
            guard for guard in self._guards if not isinstance(tool, str) or guard.guards(tool)
        )
        return all(guard.admits(context) for guard in concerned)

    def listed(self, context: AttestationContext | None, tools: Sequence[Any]) -> list[Any]:
        """The listed tools that the caller may call."""
        return [
            tool
            for tool in tools
            if self.allow(context, tool.get("name") if isinstance(tool, dict) else None)
        ]


def tool_guard(
    trust_level: TrustLevel | str | None = None,
    issuer: str | None = None,
    check: Callable[[AttestationContext], bool] | None = None,
    *,
    tools: Iterable[str] | None = None,
) -> ToolGuard:
    """Only a verified caller of at least this level (none < enterprise < provider) and of this
    issuer, for which ``check`` gives True itself, may call ``tools``, or any tool without them.

    ValueError for a trust level that is none, TypeError for a string as tools, and for a check
    that is asynchronous.
    """
    if isinstance(tools, str):
        raise TypeError(f"tools is a list of names, such as [{tools!r}]")
    if inspect.iscoroutinefunction(check):
        raise TypeError("check is an ordinary function, not an asynchronous one")
    level = TrustLevel(trust_level or TrustLevel.NONE)
    names = None if tools is None else frozenset(tools)
    return ToolGuard(Requirement(level, issuer, check), names)
