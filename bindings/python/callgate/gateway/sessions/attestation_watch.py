"""Sessions end when issuer, key or id of their attestation token are not trusted any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from callgate.gateway.executions.ties import AttestedAgent
from callgate.gateway.sessions.attested_sessions import AttestedSession
from callgate.gateway.sessions.revocation import Over


class Issuers(Protocol):
    """What is asked of what verifies attestation tokens."""

    def cause_against(self, agent: AttestedAgent) -> str | None:
        """``attestation.<reason>`` where the token would be refused now."""


def ends_without_attestation(
    sessions: Iterable[AttestedSession], issuers: Issuers | None
) -> list[Over]:
    """Those whose token would be refused now; where no issuer is configured, all that had one."""
    over = []
    for session in sessions:
        cause = None if session.agent is None else _cause(session.agent, issuers)
        if cause is not None:
            over.append(Over(session, "its attestation is not trusted any more", cause))
    return over


def _cause(agent: AttestedAgent, issuers: Issuers | None) -> str | None:
    if issuers is None:
        return "attestation.untrusted_issuer"
    return issuers.cause_against(agent)
