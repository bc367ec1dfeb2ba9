"""Execution: a running workload that may attest, and what it may ask for."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from callgate import CallgateError
from callgate.gateway.executions.tie_json import tie_of_json
from callgate.gateway.executions.ties import NoTie, Tie

_LOG = logging.getLogger("callgate.gateway")
Source: TypeAlias = Literal["static", "api", "docker"]
MAX_WORKLOAD_ID_LENGTH = 256
MAX_SCOPES = 256
# Seconds; what runs longer is registered again, or stands in the file.
MAX_LIFETIME = 30 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One entry. Immutable; a change is another entry under the same ``workload_id``.

    ``scopes`` are the contexts that it may ask for, ``tie`` is what the caller has to show,
    ``max_sessions`` bounds its live sessions, ``lifetime`` (seconds, from ``registered_at``) when
    it is over, and ``require_proof`` whether an attestation without proof of possession is refused.
    ``wid`` names its container, and ``addresses`` and ``instance`` are what the runtime says of it.
    """

    workload_id: str
    scopes: frozenset[str]
    tie: Tie
    max_sessions: int = 4
    lifetime: float | None = None
    require_proof: bool = False
    source: Source = "static"
    registered_at: float = 0.0
    wid: str | None = None
    addresses: frozenset[str] = field(default_factory=frozenset)
    instance: str = ""

    def __post_init__(self) -> None:
        _check(_is_name(self.workload_id), "workload_id", "expected 1 to 256 printable characters")
        # A list would do in every use but the comparison of two entries.
        object.__setattr__(self, "scopes", frozenset(self.scopes))
        known = 0 < len(self.scopes) <= MAX_SCOPES and all(map(_is_name, self.scopes))
        _check(known, "scopes", "expected the names of 1 to 256 contexts")
        _check(_is_count(self.max_sessions), "max_sessions", "expected an integer from 1 to 10000")
        if self.lifetime is not None:
            fits = 0 < self.lifetime <= MAX_LIFETIME
            _check(fits, "lifetime", "expected seconds, at most 30 days")
        _check(self.source in get_args(Source), "source", "expected static, api or docker")

    @property
    def expires_at(self) -> float | None:
        """Seconds since 1970."""
        return None if self.lifetime is None else self.registered_at + self.lifetime

    @property
    def identity(self) -> str:
        """Changes when who may attest as this execution does: its tie, or the process itself."""
        tie = json.dumps(self.tie.to_json(), sort_keys=True)
        return f"{self.source} {self.instance} {tie}"

    def to_json(self) -> dict[str, Any]:
        """For the journal and the operator. Holds no secret."""
        return {
            "workload_id": self.workload_id,
            "scopes": sorted(self.scopes),
            "tie": self.tie.to_json(),
            "max_sessions": self.max_sessions,
            "lifetime": self.lifetime,
            "require_proof": self.require_proof,
            "source": self.source,
            "registered_at": self.registered_at,
            "wid": self.wid,
        }

    @classmethod
    def of_json(cls, members: dict[str, Any]) -> Execution:
        """What ``to_json`` wrote. Raises CallgateError, KeyError or TypeError."""
        return cls(**{**members, "tie": tie_of_json(members["tie"])})

    def at(self, registered_at: float) -> Execution:
        """The same, registered then."""
        return replace(self, registered_at=registered_at)


def warn_without_tie(name: str, tie: Tie) -> None:
    """Logs a tie that is ``none``: a risk that somebody took on purpose."""
    if isinstance(tie, NoTie):
        message = "no tie: whoever knows the workload_id can attest as this execution"
        _LOG.warning(message, extra={"execution": name})


def by_workload_id(executions: Iterable[Execution]) -> dict[str, Execution]:
    """Raises CallgateError where two have the same id."""
    entries: dict[str, Execution] = {}
    for execution in executions:
        fresh = execution.workload_id not in entries
        _check(fresh, "workload_id", "two entries have the same workload_id")
        entries[execution.workload_id] = execution
    return entries


def _is_name(text: object) -> bool:
    if not isinstance(text, str) or not 0 < len(text) <= MAX_WORKLOAD_ID_LENGTH:
        return False
    return text.isprintable()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 10_000


def _check(condition: bool, where: str, message: str) -> None:
    if not condition:
        raise CallgateError(message, "INVALID_ARGUMENT", where)
