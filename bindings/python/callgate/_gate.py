"""Gate: the whole decision about one signed tool call, and the sessions it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from callgate import _native
from callgate._limits import Limits, check_limits
from callgate._native import Decision, PublicKey, Session
from callgate._plan import Plan
from callgate._policy import PolicySet
from callgate._time import DEFAULT_WINDOW, duration_ms, milliseconds, whole_seconds
from callgate._token import IssuerKeys, native_issuer_keys
from callgate._types import Buffer, Instant, Text


@final
class Gate:
    """Decides envelopes. Every method may be called from any thread at any time.

    ``issuer_keys`` is a mapping of key ids to PublicKey, a JWK Set, or a list of PublicKey;
    ``issuer`` and ``audience`` are what tokens must say, ``leeway`` is 0 to 60 whole seconds.
    Without an ``audience``, tokens with ``aud`` are refused (RFC 7519 section 4.1.3), unless
    ``accept_any_audience`` is set. Envelopes are fresh within ``window`` seconds of their
    timestamp, at most 300.
    """

    __slots__ = ("__weakref__", "_gate")

    def __init__(
        self,
        policy: PolicySet,
        *,
        issuer_keys: IssuerKeys,
        issuer: str | None = None,
        audience: str | None = None,
        leeway: float = 0,
        accept_any_audience: bool = False,
        window: float = DEFAULT_WINDOW,
        limits: Limits | None = None,
    ) -> None:
        self._gate = _native.Gate.create(
            policy,
            native_issuer_keys(issuer_keys),
            issuer,
            audience,
            whole_seconds(leeway, "leeway"),
            accept_any_audience,
            duration_ms(window, "window"),
            check_limits(limits),
        )

    def authorize(self, data: Text, *, now: Instant | None = None) -> Decision:
        """Decides the envelope in ``data``, and records what has to be.

        Never allows what is malformed, unsigned, stale, seen before or not allowed by policy.
        """
        return self._gate.authorize(data, milliseconds(now))

    def plan(self, data: Text, *, now: Instant | None = None) -> Plan:
        """The same up to the ledger, for ledgers that live elsewhere."""
        return Plan(self._gate.plan(data, milliseconds(now)))

    def open_session(
        self,
        token: Text,
        public_key: PublicKey,
        *,
        parent: str | None = None,
        now: Instant | None = None,
    ) -> Session:
        """Verifies the token and opens the session it names, bound to ``public_key``.

        With ``parent``, the id of an open session, the new context must be within every context of
        the parent's chain, and the contexts of the chain are kept as they are now.

        Raises SessionError.
        """
        return self._gate.open_session(token, public_key, parent, milliseconds(now))

    def renew_session(self, id: str, token: Text, *, now: Instant | None = None) -> Session:
        """Moves the expiry; id, key, ``sub`` and ``scp`` stay. Raises SessionError."""
        return self._gate.renew_session(id, token, milliseconds(now))

    def end_session(self, id: str) -> Session:
        """Final, for every ``authorize`` that begins after it returned. Raises SessionError."""
        return self._gate.end_session(id)

    def revoke_session(self, id: str) -> Session:
        """As ``end_session``, and the session says that it was revoked. Raises SessionError."""
        return self._gate.revoke_session(id)

    def session(self, id: str) -> Session | None:
        """The session as it stands."""
        return self._gate.session(id)

    def is_open(self, id: str) -> bool:
        """Whether the session and all its ancestors are there and neither ended nor revoked.

        For those who act on a Decision later than it was made; whether they have expired is
        ``authorize``'s to say.
        """
        return self._gate.is_open(id)

    @property
    def policy(self) -> PolicySet:
        """What judges calls that begin now."""
        return self._gate.policy(PolicySet)

    def set_policy(self, policy: PolicySet) -> None:
        """Replaces the policy at once; decisions under way keep the one they began with."""
        self._gate.set_policy(policy)

    def set_offered_tools(self, patterns: Iterable[str] | None) -> None:
        """The tools that there are, by tool patterns (``fs.read``, ``fs.*``).

        A call that policy allows of any other is denied with ``TOOL_NOT_ALLOWED``, cause
        ``unknown_tool``: it is seen before if it comes again, and not charged. None, as it is at
        first: not known, and nothing is denied for it. CallgateError: one is no pattern.
        """
        self._gate.set_offered_tools(None if patterns is None else list(patterns))

    def set_issuer_keys(self, issuer_keys: IssuerKeys) -> None:
        """Replaces the keys at once; what was verified with the old ones is forgotten."""
        self._gate.set_issuer_keys(native_issuer_keys(issuer_keys))

    def reset_clock(self, now: Instant | None = None) -> bytes:
        """The way out of ``CLOCK_STEPPED``: ends every session and sets the ledger's time.

        Returns a journal record for ``restore_state``.
        """
        return self._gate.reset_clock(milliseconds(now))

    def export_state(self) -> bytes:
        """Everything the ledger knows, for a second process. Treat it as a secret."""
        return self._gate.export_state()

    def restore_state(self, state: Text, effects: Iterable[Buffer] = ()) -> None:
        """Replaces the ledger's state by ``state`` with journal records applied, idempotently.

        Raises CallgateError for what is malformed, and then nothing changes.
        """
        self._gate.restore_state(state, list(effects))

    def __repr__(self) -> str:
        return f"<Gate with {self.policy!r}>"
