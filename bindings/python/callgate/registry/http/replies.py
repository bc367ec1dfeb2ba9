"""The answers of the registry: the one place of its statuses and bodies."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from callgate.registry.members import Head, Refused
from callgate.registry.proxy import ProxyError
from callgate.registry.recorder import time_text
from callgate.registry.rows.lease import NotTrusted
from callgate.registry.rows.registration import BadBody, Rejected
from callgate.registry.rows.writer import StoreUnavailable
from callgate.serving.bounds import OutOfBounds
from callgate.serving.reply import Reply
from callgate.serving.shares import Busy
from callgate.trust import Verdict

_LOG: Final = logging.getLogger("callgate.registry")
_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

OK: Final = 200
NO_CONTENT: Final = 204
_STATUS_OF_BOUND: Final[Mapping[str, int]] = {
    "body_size": 413,
    "content_type": 415,
    "content_encoding": 415,
    "origin": 403,
    "requests": 429,
    "slow_request": 408,
    "connections": 503,
    "connections_of_address": 503,
    "malformed_http": 400,
}
_HEADS: Final[Mapping[Head, Reply]] = {
    "unchanged": Reply(200, b""),
    "changed": Reply(202, b""),
    "gone": Reply(410, b""),
}


def now_text() -> str:
    """The time of an answer."""
    return time_text(time.time())


def json_reply(status: int, body: Mapping[str, Any]) -> Reply:
    """A JSON object."""
    return Reply(status, _encode(body).encode("utf-8", "replace"))


def json_text(value: Mapping[str, Any]) -> str:
    """A JSON object, to become a part of a larger one."""
    return _encode(value)


def listed_agents(texts: Sequence[str], *, total: int, last: str | None) -> Reply:
    """Rows as JSON objects, null where there is none; after ``last`` others follow."""
    listed = f"[{','.join(texts)}]" if texts else "null"
    others: dict[str, Any] = {"count": len(texts), "total": total, "timestamp": now_text()}
    if last is not None:
        others["next"] = last
    return Reply(OK, f'{{"agents":{listed},{_encode(others)[1:]}'.encode("utf-8", "replace"))


def found(body: Mapping[str, Any]) -> Reply:
    """200 with a JSON object."""
    return json_reply(OK, body)


def done() -> Reply:
    """An agent is unregistered."""
    return Reply(NO_CONTENT, b"")


def head(state: Head) -> Reply:
    """To a heartbeat without a body."""
    return _HEADS[state]


def heartbeat(answer: Mapping[str, Any]) -> Reply:
    """To a heartbeat with a body."""
    return found({**answer, "timestamp": now_text()})


def no_certificate() -> Reply:
    """Strict mode, and the connection has none."""
    return json_reply(403, {"error": "client certificate required", "reason": "no_certificate"})


def untrusted(verdict: Verdict, reason: str, entity: str | None) -> Reply:
    """A certificate that is not trusted now. ``entity`` is whose it was, where that is known."""
    if verdict.unavailable:
        return _failure(503, "trust backend unavailable", reason=reason)
    members = {"detail": "certificate not trusted by any entity CA", "reason": reason}
    return json_reply(403, {"error": "untrusted certificate", **members, **_entity(entity)})


def not_found(path: str) -> Reply:
    """No operation has this path."""
    first = path.lstrip("/").partition("/")[0]
    if first in ("jobs", "trace", "traces", "schemas"):
        return _failure(404, f"/{first} is not part of this product")
    if path == "/admin/drain":
        return _failure(404, "/admin/drain is not part of this product: there are no jobs to drain")
    return _failure(404, "not found")


def method_not_allowed(*allowed: str) -> Reply:
    """The path has other methods."""
    reply = _failure(405, "method not allowed")
    return reply._replace(headers=((b"allow", ", ".join(allowed).encode()),))


def forbidden(message: str) -> Reply:
    """An operation of operators, asked for by someone else."""
    return _failure(403, message)


def unauthorized() -> Reply:
    """The operators' listener, and the credential is missing or wrong."""
    reply = _failure(401, "the operators' listener needs its credential")
    return reply._replace(headers=((b"www-authenticate", b"Bearer"),))


def unknown_entity(entity: str) -> Reply:
    """An operation on an entity that has no anchor and no row."""
    return _failure(404, f"no entity is named {entity[:64]}: see GET /admin/entities")


def unhealthy(body: Mapping[str, Any]) -> Reply:
    """The registry cannot serve."""
    return json_reply(503, body)


def of_error(error: Exception) -> Reply:
    """What went wrong. What was not foreseen is shown without detail."""
    match error:
        case BadBody():
            return _failure(400, str(error))
        case Rejected():
            members = {"agent_id": error.agent_id, "status": "error", "message": error.message}
            return found({**members, "timestamp": now_text()})
        case Refused():
            return _failure(403, error.message, reason=error.reason, **_entity(error.entity))
        case NotTrusted():
            return _failure(
                403, "untrusted certificate", reason=error.reason, **_entity(error.entity)
            )
        case StoreUnavailable():
            return _failure(503, "the registry's database does not answer: try again")
        case OutOfBounds():
            reply = _failure(_STATUS_OF_BOUND.get(error.bound, 400), error.message)
            return reply if error.retry_after is None else _later(reply, error.retry_after)
        case ProxyError(status=405):
            return method_not_allowed("POST")
        case ProxyError():
            return _failure(error.status, error.message)
        case Busy():
            return _later(_failure(503, error.message), error.retry_after)
        case _:
            _LOG.error("unforeseen %s", type(error).__name__, exc_info=error)
            return _failure(500, "internal error")


def _failure(status: int, message: str, **members: str) -> Reply:
    return json_reply(status, {"error": message, **members, "timestamp": now_text()})


def _later(reply: Reply, seconds: float) -> Reply:
    after = b"%d" % max(1, math.ceil(seconds))
    return reply._replace(headers=((b"retry-after", after),))


def _entity(entity: str | None) -> dict[str, str]:
    return {} if entity is None else {"entity": entity}


class ConnectionAnswers:
    """What a connection refuses by itself, in the same words."""

    def malformed(self, path: str) -> Reply:
        """To what is no HTTP."""
        return _failure(400, "malformed HTTP")

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        """To what is over a bound."""
        return of_error(error)
