"""Directory: all rows in memory, and what each of them is to be told next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from callgate.registry.resolution import Catalog
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.row import Row, Status


class Directory:
    """Rows by id, anchor, leaf, address and every key of their path; the catalog of healthy ones.

    Owned by one event loop; it does no I/O and reads no clock. What leaves the catalog leaves
    resolution at the same moment, and every other agent is told at its next heartbeat.
    """

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.seen: set[str] = set()  # heard of since they were last written down
        self._rows: dict[str, Row] = {}
        self._of_entity: Counter[str | None] = Counter()
        self._bytes: Counter[str | None] = Counter()
        self._of_anchor: dict[str, set[str]] = {}
        self._of_key: dict[str, set[str]] = {}
        self._of_leaf: dict[str, set[str]] = {}
        self._of_address: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    @property
    def rows(self) -> Mapping[str, Row]:
        """By agent id."""
        return MappingProxyType(self._rows)

    def get(self, agent_id: str) -> Row | None:
        """One row."""
        return self._rows.get(agent_id)

    def count(self, entity: str | None) -> int:
        """How many rows an entity has, healthy or not; None: those that have no entity."""
        return self._of_entity[entity]

    def size(self, entity: str | None) -> int:
        """The bytes of these rows."""
        return self._bytes[entity]

    @property
    def whole_size(self) -> int:
        """The bytes of all rows."""
        return self._bytes.total()

    def put(self, row: Row) -> None:
        """Adds a row, or replaces the one with its id."""
        old = self._rows.get(row.agent_id)
        if old is not None:
            self._unindex(old)
        self._rows[row.agent_id] = row
        self._index(row)
        self._publish(row)

    def remove(self, agent_id: str) -> None:
        """Forgets a row, if it is there."""
        row = self._rows.pop(agent_id, None)
        if row is not None:
            self._unindex(row)
            self.catalog.remove(agent_id)
            self.seen.discard(agent_id)

    def set_status(self, row: Row, status: Status, reason: str | None = None) -> None:
        """Takes it into resolution, or out."""
        row.status, row.reason = status, reason
        self._publish(row)

    def set_identity(self, row: Row, identity: Identity | None) -> None:
        """Records a new judgement of the same agent."""
        self._unindex(row)
        row.identity = identity
        self._index(row)
        self._publish(row)

    def heard_of(self, row: Row, *, wall: float, monotonic: float) -> None:
        """A heartbeat. ``wall`` is for people."""
        row.last_seen, row.seen_at = wall, monotonic
        self.seen.add(row.agent_id)

    def answered(self, row: Row, generation: int) -> None:
        """It was told what the catalog had at a generation: its POST is answered."""
        row.catalog = generation
        row.answered = row.asked

    def should_register(self, row: Row) -> bool:
        """Whether its next HEAD is told to POST: something changed, or an operator asked for it."""
        return row.catalog != self.catalog.generation or row.answered != row.asked

    def ask_again(self, entity: str | None) -> list[str]:
        """Asks the healthy agents of an entity (None: all) to register again. Their ids."""
        asked = []
        for row in self._rows.values():
            if row.status == "healthy" and entity in (None, row.entity):
                row.asked += 1
                asked.append(row.agent_id)
        return asked

    def of_leaf(self, leaf: str) -> Row | None:
        """A row with this certificate (SHA-256 of its DER), an evicted one first."""
        rows = [self._rows[agent_id] for agent_id in self._of_leaf.get(leaf, ())]
        return max(rows, key=lambda row: row.status == "evicted", default=None)

    def at(self, host: str, port: int) -> Row | None:
        """The healthy row that registered an address; of several, the one heard of last."""
        rows = [self._rows[agent_id] for agent_id in self._of_address.get(_address(host, port), ())]
        healthy = [row for row in rows if row.status == "healthy"]
        return max(healthy, key=lambda row: row.seen_at, default=None)

    def resting_on(self, anchors: Iterable[str], keys: Iterable[str]) -> set[str]:
        """The ids of rows whose anchor, or a key of whose path, is one of these."""
        found: set[str] = set()
        for anchor in anchors:
            found |= self._of_anchor.get(anchor, set())
        for key in keys:
            found |= self._of_key.get(key, set())
        return found

    def silent_since(self, monotonic: float) -> list[Row]:
        """Healthy rows that were last heard of before."""
        return [r for r in self if r.status == "healthy" and r.seen_at < monotonic]

    def _publish(self, row: Row) -> None:
        if row.status == "healthy":
            self.catalog.put(row.registration.provider(row.entity))
        else:
            self.catalog.remove(row.agent_id)

    def _index(self, row: Row) -> None:
        self._of_entity[row.entity] += 1
        self._bytes[row.entity] += row.size
        for index, value in self._places(row):
            index.setdefault(value, set()).add(row.agent_id)

    def _unindex(self, row: Row) -> None:
        self._of_entity[row.entity] -= 1
        self._bytes[row.entity] -= row.size
        if not self._of_entity[row.entity]:
            del self._of_entity[row.entity], self._bytes[row.entity]
        for index, value in self._places(row):
            ids = index[value]
            ids.discard(row.agent_id)
            if not ids:
                del index[value]

    def _places(self, row: Row) -> Iterator[tuple[dict[str, set[str]], str]]:
        yield self._of_address, _address(row.registration.http_host, row.registration.http_port)
        if row.identity is not None:
            yield self._of_anchor, row.identity.anchor_sha256
            yield self._of_leaf, row.identity.leaf_sha256
            for key in set(row.identity.path_spki_sha256):
                yield self._of_key, key


def _address(host: str, port: int) -> str:
    # A host holds no white space.
    return f"{host} {port}"
