"""Room for one more session of an execution: which of those that it has give way."""

from __future__ import annotations

from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.ties import NoTie
from callgate.gateway.sessions.attested_sessions import AttestedSession, AttestedSessions
from callgate.gateway.wire.refusal import Refusal


def sessions_to_evict(
    sessions: AttestedSessions, execution: Execution, idle_seconds: float
) -> list[AttestedSession]:
    """Those idle longest, so that one more may be. Raises Refusal where they are in use.

    None gives way that was idle for ``idle_seconds`` or less, or whose execution has no tie.
    """
    live = sessions.live_of(execution.workload_id)
    # One, where the bound was not lowered meanwhile.
    yielding = live[: max(0, len(live) + 1 - execution.max_sessions)]
    if not yielding:
        return []
    idle = min(map(sessions.idle_seconds, yielding))
    if isinstance(execution.tie, NoTie):
        # There is room when enough have expired.
        expiries = sorted(session.expires_at for session in live)
        wait = expiries[len(yielding) - 1] - sessions.wall()
    elif idle <= idle_seconds:
        wait = idle_seconds - idle
    else:
        return yielding
    message = "the execution has as many sessions as it may"
    raise Refusal("LIMIT_EXCEEDED", message, retry_after=max(1.0, wait))
