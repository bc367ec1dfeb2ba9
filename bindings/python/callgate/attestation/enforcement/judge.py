"""The one place that decides on a message: it passes, is refused, or is dropped.

1. A message that is not one JSON-RPC message is refused; so is a batch.
2. ``ping`` and ``server/discover`` pass.
3. In the modern era each request and notification is verified by its token and proof.
4. In the legacy era ``initialize`` is, each time; what follows has the caller of its session.
5. A call of a tool passes the guards of that tool.
Notifications and responses that may not pass are dropped, since nothing answers them.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callgate import CallgateError
from callgate.attestation._carrier import (
    UNVERIFIED_METHODS,
    http_proof_method,
    http_request_hash,
)
from callgate.attestation._context import AttestationContext
from callgate.attestation._engine import AttestedMessage, Era, read_attested_message
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.enforcement.guards import Guards
from callgate.attestation.enforcement.outcome import (
    INVALID_REQUEST,
    PARSE_ERROR,
    Dropped,
    Outcome,
    Passed,
    Refused,
    refused,
)
from callgate.attestation.enforcement.session import (
    SESSION_LIFETIME,
    LegacySession,
    SessionLifetime,
    check_lifetime,
)

_log = logging.getLogger(__name__)

LISTEN: Final = "subscriptions/listen"
"""The request whose response is a stream that goes on."""

POLL_SECONDS: Final = 1.0
"""How soon an open stream ends after its issuer, key or token is denied."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An outcome and the message it is for, which is None where none could be read.

    ``is_handshake``: the message is an ``initialize``, which ends the earlier session. ``opens`` is
    the session that replaces it if the caller is verified and the message passes.
    """

    message: AttestedMessage | None
    outcome: Outcome
    is_handshake: bool = False
    opens: LegacySession | None = None

    @property
    def id_json(self) -> bytes:
        """The JSON of the request's id."""
        return b"null" if self.message is None else _id(self.message)


class Judge:
    """Judges the messages of a server's callers. Tasks of one event loop may share it."""

    def __init__(
        self,
        verifier: AttestationVerifier,
        *,
        guards: Guards | None = None,
        session_lifetime: SessionLifetime = SESSION_LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since 1970."""
        self.verifier: Final = verifier
        self.guards: Final = Guards() if guards is None else guards
        self.now: Final = clock
        self.dropped = 0
        self._lifetime: Final = check_lifetime(session_lifetime)

    async def judge(self, text: bytes, session: LegacySession | None) -> Judgement:
        """What becomes of the message that a caller sent in this session, if it is in one."""
        try:
            message = read_attested_message(text)
        except CallgateError as error:
            return Judgement(None, self._unreadable(error))
        outcome = await self._decide(message, session, text)
        if isinstance(outcome, Refused) and message.kind != "request":
            outcome = Dropped(outcome.reason or "malformed")
        if isinstance(outcome, Dropped):
            self.dropped += 1
            _log.debug("dropped a %s: %s", message.kind, outcome.reason)
        if not _is_handshake(message):
            return Judgement(message, outcome)
        return Judgement(message, outcome, True, self._opened(message, outcome))

    async def judge_http(
        self,
        verb: str,
        session: LegacySession | None,
        *,
        session_id: str | None,
        last_event_id: str | None,
        proof: str | None,
    ) -> Outcome:
        """What becomes of a GET or DELETE of the legacy era, which carries no message.

        Where the verifier requires proofs, ``proof`` must be one for ``http:GET`` or
        ``http:DELETE`` over the two ids, by the key of the session's token.
        """
        outcome = await self._in_session(session, "modern", b"null")
        if not isinstance(outcome, Passed) or session is None or not self.verifier.require_proof:
            return outcome
        result = await self.verifier.verify(
            session.token,
            proof=proof,
            method=http_proof_method(verb),
            request_hash=http_request_hash(session_id, last_event_id),
            now=self.now(),
        )
        return outcome if result.admitted else refused(result.reason, "modern")

    def over(self, context: AttestationContext) -> str | None:
        """Why a stream of this caller must end: expiry or a denial. None while it may go on."""
        if not context.verified:
            return None
        again = self.verifier.judge_again(context.result, now=self.now())
        return None if again.verified else again.reason

    async def _decide(
        self, message: AttestedMessage, session: LegacySession | None, text: bytes
    ) -> Outcome:
        if message.kind == "request" and message.method in UNVERIFIED_METHODS:
            return Passed(None)
        if message.kind == "response":
            return await self._in_session(session, "legacy", _id(message))
        if message.era == "modern":
            outcome = await self._alone(message, session)
        elif _is_handshake(message):
            outcome = await self._verified(message)
        else:
            outcome = await self._in_session(session, "legacy", _id(message))
        if isinstance(outcome, Passed) and message.method == "tools/call" and self.guards:
            return self._guarded(message, outcome, text)
        return outcome

    async def _verified(self, message: AttestedMessage) -> Outcome:
        result = await self.verifier.verify_message(message, now=self.now())
        if result.admitted:
            return Passed(AttestationContext(result))
        return refused(result.reason, _era(message), _id(message))

    async def _alone(self, message: AttestedMessage, session: LegacySession | None) -> Outcome:
        outcome = await self._verified(message)
        if session is None or not isinstance(outcome, Passed) or outcome.context is None:
            return outcome
        # A token and proof of its own do not make another's session the sender's.
        reason = session.ended(self.verifier, self.now())
        if reason is None and session.is_of(outcome.context):
            return outcome
        return refused(reason or "binding", "modern", _id(message))

    async def _in_session(self, session: LegacySession | None, era: Era, id_json: bytes) -> Outcome:
        if session is not None:
            reason = session.ended(self.verifier, self.now())
            return Passed(session.context) if reason is None else refused(reason, era, id_json)
        result = await self.verifier.verify(None, now=self.now())
        if result.admitted:
            return Passed(AttestationContext(result))
        return refused(result.reason, era, id_json)

    def _opened(self, message: AttestedMessage, outcome: Outcome) -> LegacySession | None:
        if not isinstance(outcome, Passed) or outcome.context is None:
            return None
        if not outcome.context.verified:
            return None
        return LegacySession(
            outcome.context, message.token, now=self.now(), lifetime=self._lifetime
        )

    def _guarded(self, message: AttestedMessage, passed: Passed, text: bytes) -> Outcome:
        params = json.loads(text).get("params")
        tool = params.get("name") if isinstance(params, dict) else None
        if self.guards.allow(passed.context, tool):
            return passed
        return refused("policy", _era(message), _id(message))

    def _unreadable(self, error: CallgateError) -> Refused:
        self.dropped += 1
        if error.code_name == "INVALID_JSON":
            return Refused(PARSE_ERROR, f"Parse error: {error}", None, status=400)
        return Refused(INVALID_REQUEST, f"Invalid request: {error}", None, status=400)


def _is_handshake(message: AttestedMessage) -> bool:
    return message.kind == "request" and message.method == "initialize"


def _id(message: AttestedMessage) -> bytes:
    return b"null" if message.id_json is None else message.id_json


def _era(message: AttestedMessage) -> Era:
    return "modern" if message.era == "modern" else "legacy"
