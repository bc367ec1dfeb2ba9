"""SecretSet: the Secrets that carry the trust label, and the anchors that they give."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, final

from callgate.trust.backends.feed import Contents, Lost
from callgate.trust.backends.folder import LARGEST, FileFault
from callgate.trust.backends.names import name_fault, sharing, twins
from callgate.trust.backends.source import Problem
from callgate.trust.backends.trust_file import Loaded, load

DATA_KEY: Final = "ca.crt"
ENTITY_ANNOTATION: Final = "mcp-mesh.io/entity-name"

_Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Secret:
    """What of one Secret matters. ``fault``: why it counts for nothing."""

    entity: str
    data: object  # as the API server sent it, base64
    loaded: Loaded | None = None
    fault: str | None = None


@final
class SecretSet:
    """Grows and shrinks with the events of a watch. Used by one thread at a time.

    Two Secrets of one entity add up. An anchor that two entities have, and names of entities that
    differ in case alone, count for nothing: which of them is meant cannot be known.
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._secrets: dict[str, _Secret] = {}
        self.data_bytes = 0  # of what is kept, as base64

    def __len__(self) -> int:
        return len(self._secrets)

    def put(self, secret: _Json) -> bool:
        """Takes a Secret of the API, new or changed. Whether that makes a difference.

        Raises Lost where it is no Secret.
        """
        name = _name_of(secret)
        annotations = _mapping(_mapping(secret.get("metadata")).get("annotations"))
        entity = annotations.get(ENTITY_ANNOTATION) or name
        data = _mapping(secret.get("data")).get(DATA_KEY)
        before = self._secrets.get(name)
        if before is not None and (before.entity, before.data) == (entity, data):
            return False
        self.remove(secret)
        self._secrets[name] = _read(entity, data)
        self.data_bytes += _length(data)
        return True

    def remove(self, secret: _Json) -> bool:
        """Forgets a Secret that was deleted, or lost the label."""
        gone = self._secrets.pop(_name_of(secret), None)
        if gone is None:
            return False
        self.data_bytes -= _length(gone.data)
        return True

    def contents(self) -> Contents:
        """The anchors of each entity, and what is wrong with Secrets that count for nothing."""
        found: dict[str, list[str]] = defaultdict(list)
        faults: dict[str, str] = {}
        for name, secret in sorted(self._secrets.items()):
            if secret.fault is None:
                found[secret.entity].append(name)
            else:
                faults[name] = secret.fault
        for entity, names in twins(found).items():
            for secret_name in found.pop(entity):
                faults[secret_name] = f"entities differ in case alone: {', '.join(names)}"
        for secret_name, others in self._shared(found).items():
            faults[secret_name] = f"its authority is that of another entity too: {others}"
        entities = {}
        for entity, secret_names in found.items():
            counting = (self._secrets[name] for name in secret_names if name not in faults)
            files = tuple(s.loaded.data for s in counting if s.loaded is not None)
            if files:
                entities[entity] = files
        problems = (Problem(f"{self._namespace}/{n}", text) for n, text in sorted(faults.items()))
        return Contents(entities=entities, problems=tuple(problems))

    def _shared(self, found: dict[str, list[str]]) -> dict[str, str]:
        """The Secrets with a key that another entity has as well, each with those entities."""
        entity_of = {name: entity for entity, names in found.items() for name in names}
        shared = {}
        for name, others in sharing((n, key) for n in entity_of for key in self._keys(n)).items():
            entities = {entity_of[other] for other in others} - {entity_of[name]}
            if entities:
                shared[name] = ", ".join(sorted(entities))
        return shared

    def _keys(self, name: str) -> frozenset[str]:
        loaded = self._secrets[name].loaded
        return frozenset() if loaded is None else loaded.keys


def _read(entity: object, data: object) -> _Secret:
    text = entity if isinstance(entity, str) else ""
    fault = name_fault(text)
    if fault is not None:
        return _Secret(text, data, fault=f"annotation {ENTITY_ANNOTATION}, or its name: {fault}")
    if not isinstance(data, str):
        return _Secret(text, data, fault=f"it has no {DATA_KEY}")
    try:
        pem = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return _Secret(text, data, fault=f"{DATA_KEY} is not base64")
    if len(pem) > LARGEST:
        return _Secret(text, data, fault=f"{DATA_KEY} is larger than {LARGEST} bytes")
    try:
        return _Secret(text, data, loaded=load(pem))
    except FileFault as fault_of_file:
        return _Secret(text, data, fault=f"{DATA_KEY}: {fault_of_file}")


def _length(data: object) -> int:
    return len(data) if isinstance(data, str) else 0


def _name_of(secret: _Json) -> str:
    name = _mapping(secret.get("metadata")).get("name")
    if not isinstance(name, str) or not name:
        raise Lost("the API server sent something else than Secrets")
    return name


def _mapping(value: object) -> _Json:
    """Absent and null are the same to the API."""
    return value if isinstance(value, dict) else {}
