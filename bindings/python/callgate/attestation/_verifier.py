"""AttestationVerifier: verifies the token, and the proof, that a caller sends."""

from __future__ import annotations

import functools
import logging
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from callgate import CallgateError
from callgate._time import milliseconds, whole_seconds
from callgate._types import Instant
from callgate.attestation import _engine
from callgate.attestation._keys import KeyResolver
from callgate.attestation._names import SafetyLevel, VerificationPolicy
from callgate.attestation._replay import ReplayCache, ReplayStore, check_store, insert
from callgate.attestation._result import VerificationResult
from callgate.attestation._trust import ANY_AUDIENCE, AnyAudience, IssuerTrust
from callgate.attestation._trusted_keys import TrustedKeys
from callgate.attestation.telemetry import events

_logger = logging.getLogger(__name__)

_NO_AUDIENCE: Final = (
    "this verifier has no audience, so a token that another server received is good here too: pass "
    "audience='https://…', the URL of this server, or ANY_AUDIENCE where that is meant"
)


class AttestationVerifier:
    """Verifies attestation tokens, and the proofs of requests, against trusted issuers.

    A string among ``trusted_issuers`` is an issuer of level ``provider`` that may attest any
    subject for 300 s. A failure of any kind refuses the caller. Threads and event loops may share a
    verifier.
    """

    def __init__(
        self,
        trusted_issuers: Iterable[str | IssuerTrust],
        key_resolver: KeyResolver | None = None,
        policy: VerificationPolicy | str = VerificationPolicy.REQUIRED,
        required_claims: Sequence[str] | None = None,
        audience: str | AnyAudience | None = None,
        *,
        reject_invalid: bool = True,
        config_hash: str | None = None,
        system_prompt_hash: str | None = None,
        required_capabilities: Sequence[str] = (),
        lowest_safety_level: SafetyLevel | str | None = None,
        skew: int = 30,
        require_proof: bool = False,
        accept_ed25519_alg: bool = False,
        types: Sequence[str] = (),
        replay_cache: ReplayStore | None = None,
    ) -> None:
        """Compiles the settings.

        - ``key_resolver`` has the keys of the issuers for which no keys are given.
        - ``policy`` says whether a caller without a verified token is admitted.
        - ``required_claims`` are names at the top level of the claims.
        - ``audience`` is this server's URL, as it stands in ``aud``. None is ANY_AUDIENCE, with a
          warning: then no proof can be checked, and no request of protocol version 2026-07-28.
        - ``reject_invalid``: under ``preferred`` and ``optional`` a bad token is refused, and only
          a missing one admitted.
        - ``config_hash`` and ``system_prompt_hash`` must be those of ``agent_integrity``.
        - ``required_capabilities`` must all be among ``capabilities_declared``.
        - ``skew``, 0 to 60 whole seconds, is allowed on all times.
        - ``require_proof``: every caller must prove possession of the key in ``cnf``.
        - ``accept_ed25519_alg``: the ``alg`` of RFC 9864 is accepted next to ``EdDSA``.
        - ``types`` are accepted values of ``typ``; ``JWT`` and none always are.
        - ``replay_cache`` is one that several processes share; without it, a new ReplayCache.

        Raises CallgateError for settings that contradict each other, and TypeError or ValueError
        for values of the wrong type or range.
        """
        if audience is None:
            warnings.warn(_NO_AUDIENCE, stacklevel=2)
            audience = ANY_AUDIENCE
        self._audience = audience
        self._policy = VerificationPolicy(policy)
        self._require_proof = require_proof
        lowest = None if lowest_safety_level is None else SafetyLevel(lowest_safety_level).value
        compile_trust: Callable[[list[dict[str, Any]]], _engine.AttestationTrust]
        compile_trust = functools.partial(
            _engine.AttestationTrust, accept_ed25519_alg=accept_ed25519_alg, types=list(types)
        )
        self._trusted = TrustedKeys(trusted_issuers, key_resolver, compile_trust)
        self._native = _engine.AttestationVerifier(
            self._trusted.snapshot,
            audience=None if audience is ANY_AUDIENCE else audience,
            any_audience=audience is ANY_AUDIENCE,
            policy=self._policy.value,
            reject_invalid=reject_invalid,
            required_claims=list(required_claims or ()),
            config_hash=config_hash,
            system_prompt_hash=system_prompt_hash,
            required_capabilities=list(required_capabilities),
            lowest_safety_level=lowest,
            skew=whole_seconds(skew, "skew"),
            require_proof=require_proof,
        )
        self._trusted.listen(self._native.set_trust)
        self.replay_cache = ReplayCache() if replay_cache is None else replay_cache

    @property
    def policy(self) -> VerificationPolicy:
        """What happens to callers that are not verified."""
        return self._policy

    @property
    def audience(self) -> str | AnyAudience:
        """What ``aud`` must hold, or ANY_AUDIENCE."""
        return self._audience

    @property
    def require_proof(self) -> bool:
        """Whether every caller must prove possession of the key in ``cnf``."""
        return self._require_proof

    @property
    def trusted_issuers(self) -> tuple[IssuerTrust, ...]:
        """The issuers that are trusted now. Assign to change them, or what they may attest."""
        return self._trusted.issuers

    @trusted_issuers.setter
    def trusted_issuers(self, issuers: Iterable[str | IssuerTrust]) -> None:
        self._trusted.replace(issuers)

    @property
    def replay_cache(self) -> ReplayStore:
        """Where used tokens are remembered. TypeError where what is assigned cannot do that."""
        return self._replay_cache

    @replay_cache.setter
    def replay_cache(self, store: ReplayStore) -> None:
        check_store(store)
        self._replay_cache = store

    async def verify(
        self,
        token: str | None,
        *,
        proof: str | None = None,
        method: str | None = None,
        request_hash: bytes | None = None,
        now: Instant | None = None,
    ) -> VerificationResult:
        """Verifies the caller that sent ``token``, which is None if it sent none.

        ``proof`` is the JWS with which the caller shows that it has the key in ``cnf``; ``method``
        and ``request_hash`` are those of the request that it came with. ``now`` is the clock's
        unless given, in seconds since 1970 or an aware datetime. A token without ``cnf`` verifies
        once, one with ``cnf`` once for each proof.

        Raises TypeError for arguments of another type; nothing in a token or proof raises.
        """

        def judge(now_ms: int, seen: _engine.SeenTable | None) -> _engine.AttestationVerdict:
            return self._native.verify(
                token, now_ms, proof=proof, method=method, request_hash=request_hash, seen=seen
            )

        return await self._verify(judge, now)

    async def verify_message(
        self, message: _engine.AttestedMessage, *, now: Instant | None = None
    ) -> VerificationResult:
        """As ``verify``, for a JSON-RPC message. In the modern era each needs a proof."""

        def judge(now_ms: int, seen: _engine.SeenTable | None) -> _engine.AttestationVerdict:
            return self._native.verify_message(message, now_ms, seen=seen)

        return await self._verify(judge, now)

    def refuse(self, reason: str, *, now: Instant | None = None) -> VerificationResult:
        """The result for a caller whose message is refused before its token is looked at."""
        unread = self._native.verify(None, milliseconds(now))
        return VerificationResult.of(unread.refused(reason))

    def judge_again(
        self, result: VerificationResult, *, now: Instant | None = None
    ) -> VerificationResult:
        """The result under what is trusted now: for sessions and streams that go on.

        It refuses once the token has expired, or its issuer, ``kid`` or ``jti`` is denied.
        """
        if result.verdict is None:
            raise CallgateError("only what a verifier returned is judged again", "INVALID_ARGUMENT")
        again = self._native.judge_again(result.verdict, milliseconds(now))
        return VerificationResult.of(again)

    async def _verify(
        self,
        judge: Callable[[int, _engine.SeenTable | None], _engine.AttestationVerdict],
        now: Instant | None,
    ) -> VerificationResult:
        began = time.perf_counter()
        with events.verifying():
            verdict = await self._verdict(judge, now)
        result = VerificationResult.of(verdict)
        _report(result, verdict, time.perf_counter() - began)
        return result

    async def _verdict(
        self,
        judge: Callable[[int, _engine.SeenTable | None], _engine.AttestationVerdict],
        now: Instant | None,
    ) -> _engine.AttestationVerdict:
        """The clock is read again after every wait, where ``now`` is the clock's."""
        store = self._replay_cache
        # Where no key is asked for, the engine verifies and remembers in one call.
        seen = None
        if type(store) is ReplayCache and not self._trusted.resolves_any:
            seen = store.table
        verdict = judge(milliseconds(now), seen)
        issuer, kid = verdict.issuer, verdict.key_id
        # For a key that was used, too: only the resolver knows for how long it holds.
        asks = verdict.needs_key or verdict.verified
        if asks and issuer is not None and kid is not None and self._trusted.resolves(issuer):
            try:
                await self._trusted.refresh(issuer, kid)
            except Exception:
                _logger.warning("the key resolver failed, so a token is refused", exc_info=True)
                return verdict.refused("unavailable")
            # Another task may have brought the key, or denied it, while this one waited.
            if verdict.generation != self._trusted.snapshot.generation:
                verdict = judge(milliseconds(now), seen)
        if verdict.verified:
            inserted = await insert(store, verdict, milliseconds(now))
            if inserted != "inserted":
                verdict = verdict.refused("replay" if inserted == "seen" else "unavailable")
        return verdict


def _report(
    result: VerificationResult, verdict: _engine.AttestationVerdict, seconds: float
) -> None:
    # The engine names an issuer only where it is configured.
    issuer, reason = verdict.issuer, verdict.reason
    if reason is None:
        events.verified(
            issuer=issuer,
            seconds=seconds,
            trust_level=verdict.trust_level,
            subject=lambda: verdict.subject or "",
        )
        return
    if reason == "replay":
        events.replay_detected(issuer=issuer, jti=verdict.token_id or "")
    events.refused(
        issuer=issuer,
        seconds=seconds,
        reason=reason,
        message=result.error or "",
        error_code=result.error_code,
    )
