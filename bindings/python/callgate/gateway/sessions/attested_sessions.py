"""AttestedSessions: which execution and key a session belongs to, and when it was last used."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from callgate import Gate
from callgate.gateway.executions.ties import AttestedAgent
from callgate.serving.subject import Subject

KIND = "session"
# As long as the engine remembers a session that is over.
TOMBSTONE = 60.0


@dataclass(slots=True)
class AttestedSession:
    """One session. ``expires_at`` is seconds since 1970, ``used_at`` of a clock that only runs."""

    id: str
    workload_id: str
    scope: str
    key: str  # RFC 7638 thumbprint
    identity: str  # of the execution, when the session was opened
    expires_at: float
    # Whom the certificate or the attestation token named that the session was opened with, or last
    # renewed; the certificate's chain, DER; the keys of the path that verified it; what the token
    # said.
    subject: Subject | None = None
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    path_spki_sha256: tuple[str, ...] = field(default=(), repr=False)
    agent: AttestedAgent | None = None
    used_at: float = 0.0

    def to_record(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "kind": KIND,
            "id": self.id,
            "workload_id": self.workload_id,
            "scope": self.scope,
            "key": self.key,
            "identity": self.identity,
            "expires_at": self.expires_at,
            "subject": None if self.subject is None else asdict(self.subject),
            "chain": [base64.b64encode(one).decode() for one in self.chain],
            "path_spki_sha256": list(self.path_spki_sha256),
            "agent": None if self.agent is None else asdict(self.agent),
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> AttestedSession:
        """What ``to_record`` wrote; older ones say nothing of a subject."""
        members = {name: value for name, value in record.items() if name != "kind"}
        subject, chain = members.pop("subject", None), members.pop("chain", ())
        path, agent = members.pop("path_spki_sha256", ()), members.pop("agent", None)
        return cls(
            **members,
            subject=None if subject is None else Subject(**subject),
            chain=tuple(map(base64.b64decode, chain)),
            path_spki_sha256=tuple(path),
            agent=None if agent is None else AttestedAgent(**agent),
        )


@dataclass
class AttestedSessions:
    """The sessions that attestation opened, by id, key and execution.

    Whether one is open only the gate says. One that is over is kept until it could not have been
    open any more, so that its key stays with its execution. Owned by the event loop.
    """

    gate: Gate
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    _by_id: dict[str, AttestedSession] = field(default_factory=dict)
    _by_key: dict[str, AttestedSession] = field(default_factory=dict)
    _by_workload: dict[str, dict[str, AttestedSession]] = field(default_factory=dict)

    def add(self, session: AttestedSession) -> None:
        """The session that was added last replaces an earlier one of the same key."""
        session.used_at = self.monotonic()
        self._by_id[session.id] = session
        self._by_key[session.key] = session
        self._by_workload.setdefault(session.workload_id, {})[session.id] = session

    def drop(self, session: AttestedSession) -> None:
        """Forgets it. May be called more than once."""
        self._by_id.pop(session.id, None)
        if self._by_key.get(session.key) is session:
            del self._by_key[session.key]
        siblings = self._by_workload.get(session.workload_id, {})
        siblings.pop(session.id, None)
        if not siblings:
            self._by_workload.pop(session.workload_id, None)

    def get(self, session_id: str) -> AttestedSession | None:
        """By id."""
        return self._by_id.get(session_id)

    def of_key(self, key: str) -> AttestedSession | None:
        """The last one that this key opened, over or not."""
        return self._by_key.get(key)

    def is_live(self, session: AttestedSession) -> bool:
        """Whether it is open and not expired."""
        return self.is_open(session) and self.wall() < session.expires_at

    def is_open(self, session: AttestedSession) -> bool:
        """Whether nothing but time has ended it."""
        state = self.gate.session(session.id)
        return state is not None and state.state == "open"

    def live_of(self, workload_id: str) -> list[AttestedSession]:
        """Those of an execution that are live, longest idle first."""
        siblings = self._by_workload.get(workload_id, {}).values()
        live = [session for session in siblings if self.is_live(session)]
        return sorted(live, key=lambda session: session.used_at)

    def workloads(self) -> list[str]:
        """Executions that have sessions."""
        return list(self._by_workload)

    def __iter__(self) -> Iterator[AttestedSession]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def subject_of(self, session_id: str | None) -> Subject | None:
        """Whom the session is of, where a certificate or an attestation token said so."""
        session = None if session_id is None else self._by_id.get(session_id)
        return None if session is None else session.subject

    def touch(self, session_id: str | None) -> None:
        """A call of the session was authorized, or answered, just now."""
        session = None if session_id is None else self._by_id.get(session_id)
        if session is not None:
            session.used_at = self.monotonic()

    def idle_seconds(self, session: AttestedSession) -> float:
        """Since it was used last, or since the restart."""
        return self.monotonic() - session.used_at

    def drop_forgotten(self) -> None:
        """Forgets those that could not be open any more."""
        before = self.wall() - TOMBSTONE
        for session in self:
            if session.expires_at < before:
                self.drop(session)

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records that say all of this again."""
        return [session.to_record() for session in self]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies records in order; those of other kinds are passed over. Idempotent."""
        for record in records:
            if record.get("kind") == KIND:
                self.add(AttestedSession.of_record(record))
