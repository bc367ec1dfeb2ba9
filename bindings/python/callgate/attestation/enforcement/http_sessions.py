"""The sessions of a server over HTTP, by their Mcp-Session-Id."""

from __future__ import annotations

from typing import Final

from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.session import LegacySession

MAX_SESSIONS: Final = 10_000


class HttpSessions:
    """Sessions of verified callers, at most ``max_sessions``. An ended session is kept until its
    room is needed, so that its client learns why and initializes again."""

    def __init__(self, judge: Judge, max_sessions: int = MAX_SESSIONS) -> None:
        self._judge = judge
        self._max_sessions = max_sessions
        self._sessions: dict[str, LegacySession] = {}

    def get(self, session_id: str | None) -> LegacySession | None:
        return None if session_id is None else self._sessions.get(session_id)

    def put(self, session_id: str, session: LegacySession) -> None:
        """Replaces the session with this id. REQUIRES: ``has_room``."""
        self._sessions[session_id] = session

    def remove(self, session_id: str | None) -> None:
        if session_id is not None:
            self._sessions.pop(session_id, None)

    def has_room(self) -> bool:
        """Whether one more fits; drops ended sessions if that is needed."""
        if len(self._sessions) >= self._max_sessions:
            verifier, now = self._judge.verifier, self._judge.now()
            for session_id, session in list(self._sessions.items()):
                if session.ended(verifier, now) is not None:
                    del self._sessions[session_id]
        return len(self._sessions) < self._max_sessions
