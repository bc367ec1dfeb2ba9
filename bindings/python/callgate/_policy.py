"""PolicySet: SecurityContexts, compiled once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from callgate import _native
from callgate._limits import Limits, check_limits
from callgate._native import Containment, LintWarning, PolicyChange
from callgate._types import Text


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What two versions of a context say differently. True when they do.

    What became allowed, then what became denied, then what makes no difference.
    """

    changes: tuple[PolicyChange, ...]

    @property
    def became_allowed(self) -> tuple[PolicyChange, ...]:
        """Changes by which calls became allowed."""
        return tuple(change for change in self.changes if change.became_allowed)

    @property
    def became_denied(self) -> tuple[PolicyChange, ...]:
        """Changes by which calls became denied."""
        return tuple(change for change in self.changes if change.effect == "denied")

    def __bool__(self) -> bool:
        return bool(self.changes)


@final
class PolicySet(_native.PolicySet):
    """An immutable set of SecurityContexts. Share it freely between threads."""

    __slots__ = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, limits: Limits | None = None) -> PolicySet:
        """A file, or the union of the ``*.yaml``, ``*.yml`` and ``*.json`` files of a directory.

        Raises PolicyError, whose ``where`` is ``file:line:column``. Nothing loads partially.
        """
        return _native.load_policy(cls, os.fsencode(path), check_limits(limits))

    @classmethod
    def parse(
        cls, text: Text, filename: str | None = None, *, limits: Limits | None = None
    ) -> PolicySet:
        """A YAML or JSON document. ``filename`` is for errors; ``.json`` says that it is JSON.

        Raises PolicyError, whose ``where`` is ``filename:line:column``.
        """
        return _native.parse_policy(cls, text, filename or "", check_limits(limits))

    def contains(self, parent: str, child: str) -> Containment:
        """Whether every call that ``child`` allows, ``parent`` allows too. Never a false yes.

        A no carries the call that shows it, where one was found. Raises PolicyError where a name
        is unknown.
        """
        return _native.policy_contains(self, parent, child)

    def diff(self, context: str, other: PolicySet, other_context: str) -> PolicyDiff:
        """What changes when ``other_context`` replaces ``context``: entry by entry, with calls.

        Empty where both allow the same calls, as often, with the same limits of answers. Each
        change names ``keyword``, ``argument``, and what stood there ``before`` and ``after``.
        Searches for witnesses are bounded: a large policy takes seconds, not minutes.
        Raises PolicyError where a name is unknown.

        Example::

            for change in old.diff("project", new, "project").became_allowed:
                print(change.reason)  # path_allowlist: added /srv
        """
        return PolicyDiff(_native.policy_diff(self, context, other, other_context))

    def could_allow(self, context: str, tools: Iterable[str]) -> list[str]:
        """Those of ``tools`` of which some call passes, in their order.

        ``argument_patterns`` are taken as satisfiable. Raises PolicyError for an unknown context.
        """
        if isinstance(tools, str):
            raise TypeError("tools must be an iterable of names, not one str")
        return _native.policy_could_allow(self, context, list(tools))

    def lint(self) -> list[LintWarning]:
        """What loads and is probably not what its author meant."""
        return _native.policy_lint(self)

    @property
    def context_names(self) -> list[str]:
        """The names of the contexts, sorted."""
        return _native.context_names(self)

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal: the same for the same meaning, whatever format and comments."""
        return _native.policy_digest(self)

    def __repr__(self) -> str:
        return f"<PolicySet of {len(self.context_names)} contexts, {self.digest[:12]}…>"
