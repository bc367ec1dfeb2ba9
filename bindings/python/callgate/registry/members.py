"""Members: agents come, are heard of, and go; each verb needs the entity that owns the row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TypeAlias, final

from callgate import CallgateError
from callgate._threads import Threads
from callgate.registry.binding import unbound
from callgate.registry.config import EntitySettings
from callgate.registry.eviction import Eviction
from callgate.registry.recorder import Recorder
from callgate.registry.resolution import (
    Resolver,
    TooLarge,
    Turns,
    check_steps,
    cycle_message,
    required_cycle,
    resolution_answer,
)
from callgate.registry.rows.bounds import Bounds
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.lease import NotTrusted
from callgate.registry.rows.owner import Owner
from callgate.registry.rows.record import Record
from callgate.registry.rows.registration import Registration, Rejected
from callgate.registry.rows.room import check_room
from callgate.registry.rows.row import Row
from callgate.registry.rows.store import OwnedByAnother, Store
from callgate.serving.peer import Peer
from callgate.trust import Verdict
from callgate.trust.view import TrustView

Head: TypeAlias = Literal["unchanged", "changed", "gone"]
# A longer body is read in another thread, so that heartbeats are answered meanwhile.
LONG: Final = 64 << 10


class Refused(CallgateError):
    """The caller may not do this. ``reason`` is why the row was evicted, or one of
    ``other_entity``, ``no_certificate``, ``anonymous_alive``, ``name_not_bound``.
    """

    def __init__(self, message: str, reason: str, entity: str | None = None) -> None:
        super().__init__(message, "WORKLOAD_VERIFICATION_FAILED")
        self.reason = reason
        self.entity = entity


@final
class Members:
    """The rows and what may be done to them. Of one event loop.

    Whose row it is: the entity under whose anchor the certificate of its last registration was
    judged. Anonymous rows belong to anonymous callers; an entity may claim one that is silent.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        store: Store,
        trust: TrustView,
        recorder: Recorder,
        eviction: Eviction,
        threads: Threads,
        bounds: Bounds | None = None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.directory = directory
        self.resolver = Resolver(directory.catalog)
        self.turns = Turns()
        self._store = store
        self._trust = trust
        self._recorder = recorder
        self._eviction = eviction
        self._threads = threads
        self._entities: Mapping[str, EntitySettings] = {}
        self.bounds = bounds or Bounds()
        self._wall = wall
        self._monotonic = monotonic
        self.registering: set[str] = set()  # ids whose row is being written

    def head(self, peer: Peer, agent_id: str) -> Head:
        """A heartbeat without a body. It touches no database. Raises Refused."""
        row = self.directory.get(agent_id)
        if row is None:
            return "gone"
        self._check_owner(row, peer)
        if row.status != "healthy":
            return "gone"
        self._heard_of(row, peer)
        return "changed" if self.directory.should_register(row) else "unchanged"

    async def register(self, peer: Peer, text: bytes) -> dict[str, Any]:
        """A heartbeat with a body: adds the row, or renews it. The body of the answer.

        Raises BadBody, Rejected, Refused, NotTrusted, StoreUnavailable.
        """
        registration = await self._parsed(text)
        # Judged once more: the body may have taken its time.
        verdict = self._trust.judge(peer.chain) if peer.chain else None
        identity = _identity(verdict, peer.chain)
        old = self.directory.get(registration.agent_id)
        if old is not None:
            self._check_owner(old, peer, claims=True)
        self._check_names(registration, identity)
        try:
            check_steps(registration.tools, self.directory.catalog)
        except TooLarge as error:
            raise Rejected(registration.agent_id, str(error)) from None
        known = old is not None
        if old is not None and _is_the_same(old, registration, identity):
            row = old
        else:
            with self._alone(registration.agent_id):
                row = await self._write(registration, identity, old)
        self._heard_of(row, peer)
        answer = await self._answer(row)
        message = "Agent updated via heartbeat" if known else "Agent registered via heartbeat"
        return {"agent_id": row.agent_id, "status": "success", "message": message, **answer}

    async def _answer(self, row: Row) -> dict[str, Any]:
        # What changes while it is looked for is told at the next heartbeat.
        generation, trust = self.directory.catalog.generation, self._trust.generation
        work = resolution_answer(row.registration.provider(row.entity), self.resolver)
        try:
            answer = await self.turns.run(work)
        except TooLarge as error:
            raise Rejected(row.agent_id, str(error)) from None
        if row.status == "evicted":
            raise NotTrusted(row.reason or "untrusted", row.entity)
        if row.identity is not None and self._trust.generation != trust:
            _check_same(self._trust.judge(row.identity.chain), row.identity)
        self.directory.answered(row, generation)
        return answer

    async def _parsed(self, text: bytes) -> Registration:
        if len(text) <= LONG:
            return self.bounds.parse(text)
        return await self._threads.run(self.bounds.parse, text)

    async def unregister(self, peer: Peer, agent_id: str) -> None:
        """The agent goes. The row stays, out of resolution. Raises Refused, StoreUnavailable."""
        row = self.directory.get(agent_id)
        if row is None:
            return
        self._check_owner(row, peer)
        if row.status != "healthy":
            return
        self.directory.set_status(row, "unhealthy")
        self._recorder.left(row)
        await self._store.set_status([(agent_id, "unhealthy", None)])

    async def ask_again(self, entity: str | None) -> list[Row]:
        """An operator has agents register again; None: all. Raises StoreUnavailable."""
        ids = self.directory.ask_again(entity)
        rows = [self.directory.rows[agent_id] for agent_id in ids]
        self._recorder.asked_again(rows)
        await self._store.set_asked({row.agent_id: row.asked for row in rows})
        return rows

    def bind(self, entities: Mapping[str, EntitySettings]) -> None:
        """Other bindings hold from now on. Rows that they do not allow are evicted."""
        self._entities = dict(entities)
        evicted = [
            (row, "name_not_bound")
            for row in self.directory
            if row.status == "healthy" and self._unbound(row.registration, row.identity)
        ]
        if evicted:
            self._eviction.evict(evicted)

    async def _write(
        self, registration: Registration, identity: Identity | None, old: Row | None
    ) -> Row:
        generation = self._trust.generation
        cycle = await self.turns.run(
            required_cycle(
                self.directory.catalog,
                registration.provider(None if identity is None else identity.entity),
                self.resolver.steps,
            )
        )
        if cycle is not None:
            raise Rejected(registration.agent_id, cycle_message(cycle))
        now = self._wall()
        row = Row(
            registration=registration,
            identity=identity,
            status="healthy",
            created_at=now if old is None else old.created_at,
            last_seen=now,
            seen_at=self._monotonic(),
            asked=0 if old is None else old.asked,
        )
        check_room(row, old, self.directory, self.bounds)

        def still_trusted() -> None:
            if identity is not None and self._trust.generation != generation:
                _check_same(self._trust.judge(identity.chain), identity)

        try:
            await self._store.save(Record.of_row(row), still_trusted)
        except OwnedByAnother:
            raise _owned(None if identity is None else identity.entity) from None
        try:
            still_trusted()
            self._check_names(registration, identity)
        except (NotTrusted, Refused) as error:
            # Written just before: it is evicted before anything could resolve it.
            row.status = "unhealthy"
            self.directory.put(row)
            self._eviction.evict([(row, error.reason)])
            raise
        self.directory.put(row)
        self._eviction.watch(row)
        self._recorder.registered(row)
        return row

    def _heard_of(self, row: Row, peer: Peer) -> None:
        self.directory.heard_of(row, wall=self._wall(), monotonic=self._monotonic())
        row.address = peer.address

    def _check_owner(self, row: Row, peer: Peer, *, claims: bool = False) -> None:
        owner, caller = Owner.of(row.identity), Owner.of(peer.subject)
        if owner.yields(caller, row.status) if claims else owner.admits(caller):
            return
        if row.status == "evicted":
            raise Refused("agent evicted", row.reason or "untrusted", row.entity)
        if row.entity is None:
            message = "agent_id is in use by an anonymous agent"
            raise Refused(message, "anonymous_alive", caller.entity)
        raise _owned(caller.entity)

    def _check_names(self, registration: Registration, identity: Identity | None) -> None:
        name = self._unbound(registration, identity)
        if name is not None and identity is not None:
            message = f"the certificate does not allow this {name}"
            raise Refused(message, "name_not_bound", identity.entity)

    def _unbound(self, registration: Registration, identity: Identity | None) -> str | None:
        settings = None if identity is None else self._entities.get(identity.entity)
        if settings is None or identity is None:
            return None
        return unbound(settings, registration, identity)

    @contextmanager
    def _alone(self, agent_id: str) -> Iterator[None]:
        """One registration of an id at a time; the second is told to come again."""
        if agent_id in self.registering:
            raise Rejected(agent_id, "this agent is being registered: try again")
        self.registering.add(agent_id)
        try:
            yield
        finally:
            self.registering.discard(agent_id)


def _owned(entity: str | None) -> Refused:
    reason = "no_certificate" if entity is None else "other_entity"
    return Refused("entity_id mismatch: agent owned by another entity", reason, entity)


def _identity(verdict: Verdict | None, chain: tuple[bytes, ...]) -> Identity | None:
    if verdict is None:
        return None
    if not verdict.trusted:
        raise NotTrusted(verdict.reason or "untrusted", verdict.entity)
    return Identity.of(verdict, chain)


def _check_same(verdict: Verdict, identity: Identity) -> None:
    if not verdict.trusted:
        raise NotTrusted(verdict.reason or "untrusted", identity.entity)
    if verdict.entity != identity.entity:
        raise NotTrusted("untrusted", identity.entity)


def _is_the_same(row: Row, registration: Registration, identity: Identity | None) -> bool:
    return (
        row.status == "healthy"
        and row.registration.text == registration.text
        and row.identity == identity
    )
