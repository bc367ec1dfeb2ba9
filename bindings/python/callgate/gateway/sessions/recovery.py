"""repeat_revocations: what a crash between the two files, or on a full disk, must not undo."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, Protocol

from callgate import CallgateError, Gate
from callgate.audit.chain import Line
from callgate.audit.reserve import RESERVE_FULL


class Executions(Protocol):
    """The registry, as far as it is needed here."""

    def revoke(self, workload_id: str, reason: str) -> object:
        """Ends an execution until the operator registers it again."""

    def remove(self, workload_id: str) -> object:
        """Ends what the operator registered. Raises CallgateError."""


def repeat_revocations(lines: Iterable[Line], gate: Gate, executions: Executions) -> None:
    """Ends again what audit lines that never reached the journal say was ended.

    Of what stands in the trail alone no caller was told; what waits in the reserve was answered.
    Where the reserve could not hold all, every session ends. The other lines need nothing: a call
    whose line did not reach the journal was not forwarded, an attestation was not answered. Ending
    what is ended changes nothing.
    """
    for line in lines:
        workload = str(line.fields.get("workload"))
        if line.kind in ("clock_reset", RESERVE_FULL):
            gate.reset_clock()
        elif line.kind == "execution_removed":
            # What the journal does not know either needs no end.
            with contextlib.suppress(CallgateError):
                executions.remove(workload)
        elif line.kind == "event" and line.fields.get("event") == "SessionRevoked":
            _end_session(line.fields, workload, gate, executions)


def _end_session(fields: dict[str, Any], workload: str, gate: Gate, executions: Executions) -> None:
    session, details = fields.get("session"), fields.get("details") or {}
    ended = details.get("state") == "ended"
    if isinstance(session, str):
        with contextlib.suppress(CallgateError):
            (gate.end_session if ended else gate.revoke_session)(session)
    if not ended and "workload" in fields:
        executions.revoke(workload, str(fields.get("reason", "revoked")))
