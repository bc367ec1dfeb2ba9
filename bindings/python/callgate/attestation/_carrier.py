"""How messages carry attestations: names and shapes that client and server share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from callgate.attestation._engine import attestation_request_hash
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, ATTESTATION_EXTENSION

UNVERIFIED_METHODS: Final = frozenset({"ping", "server/discover"})
"""Requests that are answered to everyone: what a client needs to learn what is wanted of it."""

PROOF_HEADER: Final = "mcp-attestation-proof"
"""The header with the proof of a GET or DELETE over HTTP, which carries no message."""

SESSION_HEADER: Final = "mcp-session-id"
EVENT_HEADER: Final = "last-event-id"


def http_proof_method(verb: str) -> str:
    """``mth`` of the proof of a GET or DELETE."""
    return f"http:{verb}"


def http_request_hash(session: str | None, last_event_id: str | None) -> bytes:
    """``rqh`` of a GET or DELETE: over ``{"session": …, "last_event_id": …}``, less absent ones."""
    members: dict[str, Any] = {"session": session, "last_event_id": last_event_id}
    present = {name: value for name, value in members.items() if value is not None}
    return attestation_request_hash(json.dumps(present).encode(), "legacy")


def without_carrier(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message as a server sees it: without token and proof, which it has no use for."""
    if message.get("method") == "initialize":
        place = ("params", "capabilities", "experimental")
        return _without(message, place, ATTESTATION_CAPABILITY_KEY)
    return _without(message, ("params", "_meta"), ATTESTATION_EXTENSION)


def _without(value: Mapping[str, Any], place: tuple[str, ...], name: str) -> dict[str, Any]:
    if not place:
        return {key: member for key, member in value.items() if key != name}
    inner = value.get(place[0])
    if not isinstance(inner, Mapping):
        return dict(value)
    return {**value, place[0]: _without(inner, place[1:], name)}


def object_of(value: object) -> dict[str, Any]:
    """The object, or an empty one if the value is not an object."""
    return dict(value) if isinstance(value, Mapping) else {}
