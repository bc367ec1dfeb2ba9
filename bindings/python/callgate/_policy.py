"""PolicySet: SecurityContexts, compiled once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from callgate import _native
from callgate._errors import LoadFault, PolicyError
from callgate._limits import Limits, check_limits
from callgate._native import Containment, Decision, LintWarning, PolicyChange
from callgate._types import JsonObject, Text


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """What two versions of a context say differently. True when they do.

    What became allowed, then what became denied, then what is not known, then what makes no
    difference; of each, capability by capability.
    """

    changes: tuple[PolicyChange, ...]

    @property
    def became_allowed(self) -> tuple[PolicyChange, ...]:
        """Changes by which calls became allowed, as a call or a limit shows.

        That nothing became allowed is certain only where ``unknown`` is empty too.
        """
        return tuple(change for change in self.changes if change.became_allowed)

    @property
    def became_denied(self) -> tuple[PolicyChange, ...]:
        """Changes by which calls became denied."""
        return tuple(change for change in self.changes if change.effect == "denied")

    @property
    def unknown(self) -> tuple[PolicyChange, ...]:
        """Changes not proved to make no difference, for which no call was found: read them."""
        return tuple(change for change in self.changes if change.effect == "unknown")

    def __bool__(self) -> bool:
        return bool(self.changes)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision on one call, and its cause in words. Quotes the call and the policy."""

    decision: Decision
    cause: str
    tried: tuple[str, ...]  # of each of decision.details, in order, why it did not allow


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What of a context a call can exercise."""

    kind: str  # "capability", "deny entry", "argument", "branch", "option" or "except entry"
    position: int  # of the capability or deny entry in its list, from 0
    tool_pattern: str  # several are sorted and joined by a space
    pointer: str  # of what a capability declares: its JSON pointer from there; else empty
    where: str  # file:line:column of the capability or deny entry
    text: str = ""  # of an option, except entry or `then` word; else empty


def _faults(
    error: PolicyError, found: list[tuple[str, int, int, str, str, str]]
) -> tuple[LoadFault, ...]:
    """What reading it once more found. A file that was put right meanwhile has the one fault."""
    faults = tuple(LoadFault(*fault) for fault in found)
    return faults or (LoadFault(error.where or "", 0, 0, "", "", error.message),)


@final
class PolicySet(_native.PolicySet):
    """An immutable set of SecurityContexts. Share it freely between threads."""

    __slots__ = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, limits: Limits | None = None) -> PolicySet:
        """A file, or the union of the ``*.yaml``, ``*.yml`` and ``*.json`` files of a directory.

        Raises PolicyError, whose ``where`` is ``file:line:column`` and which has every fault in
        ``errors``. Nothing loads partially.
        """
        name, bounds = os.fsencode(path), check_limits(limits)
        try:
            return _native.load_policy(cls, name, bounds)
        except PolicyError as error:
            error.errors = _faults(error, _native.check_policy_files(name, bounds))
            raise

    @classmethod
    def parse(
        cls, text: Text, filename: str | None = None, *, limits: Limits | None = None
    ) -> PolicySet:
        """A YAML or JSON document. ``filename`` is for errors; ``.json`` says that it is JSON.

        Raises PolicyError, whose ``where`` is ``filename:line:column`` and which has every fault
        in ``errors``.
        """
        name, bounds = filename or "", check_limits(limits)
        try:
            return _native.parse_policy(cls, text, name, bounds)
        except PolicyError as error:
            error.errors = _faults(error, _native.check_policy(text, name, bounds))
            raise

    def explain(self, context: str, tool: str, arguments: JsonObject) -> Explanation:
        """Decides as ``evaluate`` does and says why, for those who write the policy.

        Judges again what is denied, so that a denial costs a multiple.
        """
        return Explanation(*_native.policy_explain(self, context, tool, arguments))

    def parts(self, context: str) -> list[PolicyPart]:
        """What calls can exercise of a context: its capabilities, their declared arguments, the
        branches of each ``anyOf`` and of each command's ``allow``, the options of commands, the
        entries of each ``except``, and its deny entries.

        What a definition excepts is one part for all that use it, named by the first use. Raises
        PolicyError for an unknown context.
        """
        return [PolicyPart(*part) for part in _native.policy_parts(self, context)]

    def exercised(self, context: str, tool: str, arguments: JsonObject) -> list[PolicyPart]:
        """The ``parts`` by which one call is decided.

        These are the deny entry that fires; or the capabilities that allow the call, the declared
        arguments and options that it holds and the branches that accept them; or the first
        ``except`` entry that matches what is refused. A call that is denied for another reason
        exercises none. Raises PolicyError for an unknown context.
        """
        found = _native.policy_exercised(self, context, tool, arguments)
        return [PolicyPart(*part) for part in found]

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
