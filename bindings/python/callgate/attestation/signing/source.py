"""Where an agent gets its tokens, and the key that proves them."""

from __future__ import annotations

import base64
import inspect
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from callgate import CallgateError, PublicKey, SecretKey
from callgate.attestation._claims import AgentIdentity, AgentIntegrity, AttestationMetadata
from callgate.attestation._provider import AttestationProvider

Issue = Callable[[PublicKey | None], str | Awaitable[str]]
"""Gives a new token, with this key in ``cnf.jwk`` where there is one."""

RENEW_SECONDS: Final = 30.0
"""How long before its ``exp`` a token is replaced, so that it does not expire on its way."""


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token, and the key in its ``cnf``; without one it is a bearer, good for one use."""

    token: str = field(repr=False)
    key: SecretKey | None = field(repr=False)
    expires_at: float


class TokenSource:
    """Tokens of one agent for one audience. Tasks of one event loop may share it."""

    def __init__(
        self,
        issue: Issue,
        *,
        proof_key: SecretKey | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issue = issue
        self._key = proof_key
        self._proves_always = proof_key is not None
        self._clock = clock
        self._held: HeldToken | None = None

    @classmethod
    def of_provider(
        cls,
        provider: AttestationProvider,
        identity: AgentIdentity,
        audience: str,
        *,
        integrity: AgentIntegrity | None = None,
        metadata: AttestationMetadata | None = None,
        proof_key: SecretKey | None = None,
        clock: Callable[[], float] = time.time,
    ) -> TokenSource:
        """Tokens that ``provider`` issues in this process."""

        def issue(confirmation_key: PublicKey | None) -> str:
            return provider.create_token(
                identity,
                audience,
                integrity,
                metadata,
                confirmation_key=confirmation_key,
                now=clock(),
            )

        return cls(issue, proof_key=proof_key, clock=clock)

    async def for_handshake(self) -> HeldToken:
        """A token for one ``initialize``: a bearer, unless the agent was given a key."""
        return await (self.reusable() if self._proves_always else self._new(None))

    async def reusable(self) -> HeldToken:
        """A token that goes with proofs: the one that is held until it is about to expire."""
        if self._key is None:
            self._key = SecretKey.generate()
        held = self._held
        if held is None or self._clock() >= held.expires_at - RENEW_SECONDS:
            held = self._held = await self._new(self._key)
        return held

    def renew(self, refused: HeldToken) -> None:
        """Drops the held token if it is the one that was refused, so that a new one is issued."""
        if self._held is refused:
            self._held = None

    async def _new(self, key: SecretKey | None) -> HeldToken:
        issued = self._issue(None if key is None else key.public_key)
        token: object = await issued if inspect.isawaitable(issued) else issued
        if not isinstance(token, str):
            kind = type(token).__name__
            raise TypeError(f"what issues tokens must return a str, not {kind}")
        return HeldToken(token, key, _expiry(token))


def _expiry(token: str) -> float:
    """``exp`` of the agent's own token, which it need not verify."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError) as error:
        message = "what issues tokens returned one without a readable exp: it must be a compact JWS"
        raise CallgateError(message, "INVALID_TOKEN", "claims/exp") from error
