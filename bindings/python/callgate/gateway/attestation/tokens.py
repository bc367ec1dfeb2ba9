"""AttestationTokens: verifies the attestation tokens that agents send to attest."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, final

from callgate import CallgateError, PublicKey
from callgate.attestation._engine import AttestationTrust, AttestationVerdict, AttestationVerifier
from callgate.attestation.core import IssuerTrust
from callgate.attestation.jwks import JWKSFetcher
from callgate.attestation.telemetry import events
from callgate.gateway.config import AttestationIssuerSettings, AttestationSettings
from callgate.gateway.executions.ties import AttestedAgent


class KeySource(Protocol):
    """Where the keys of one issuer come from."""

    async def get_key(self, issuer: str, kid: str, /) -> PublicKey | None:
        """The key that it has under ``kid`` now. Raises where that cannot be known."""

    async def close(self) -> None:
        """Ends connections."""


MakeSource: TypeAlias = Callable[[AttestationIssuerSettings], KeySource]


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that verified, and is not used up. Times are seconds since 1970."""

    agent: AttestedAgent
    replay_key: str
    replay_until: float


def key_source(settings: AttestationIssuerSettings) -> KeySource:
    """The URL or the file that the configuration names. Raises CallgateError."""
    where = settings.jwks_url or settings.jwks_file
    assert where is not None
    return JWKSFetcher(sources={settings.issuer: where}, ca_file=settings.jwks_ca)


@final
class AttestationTokens:
    """The issuers that are believed now. Owned by the event loop.

    A key is asked for at each verification, so it is its source that says how long one holds.
    """

    def __init__(self, settings: AttestationSettings, make_source: MakeSource = key_source) -> None:
        """Raises CallgateError."""
        self._make_source: Final = make_source
        self._sources: dict[AttestationIssuerSettings, KeySource] = {}
        self._retired: list[KeySource] = []
        self._settings = settings
        self._check(settings)
        self._use(settings)

    async def verify(
        self, token: str | None, *, audience: str | None, proven: PublicKey | None, now: float
    ) -> tuple[VerifiedToken | None, str | None]:
        """The token verified, or None and the cause, ``attestation.<reason>``; either is counted.

        ``audience`` None: the configured one. ``proven``: the key that the caller proves in its
        exchange, which a token with ``cnf`` has to name.
        """
        began = time.perf_counter()
        with events.verifying():
            verdict = await self._verdict(token, audience, proven, now)
        seconds = time.perf_counter() - began
        if verdict is None or not verdict.verified:
            reason = "unavailable" if verdict is None else verdict.reason or "unavailable"
            issuer = None if verdict is None else verdict.issuer
            events.refused(issuer=issuer, seconds=seconds, reason=reason)
            return None, f"attestation.{reason}"
        found = _verified(verdict, audience)
        agent = found.agent
        events.verified(
            issuer=agent.issuer,
            seconds=seconds,
            trust_level=agent.trust_level,
            subject=lambda: agent.subject,
        )
        return found, None

    async def _verdict(
        self, token: str | None, audience: str | None, proven: PublicKey | None, now: float
    ) -> AttestationVerdict | None:
        """None where the issuer's keys cannot be had."""
        settings = self._settings
        verdict = self._judge(settings, {}, token, audience, proven, now)
        if not verdict.needs_key or verdict.issuer is None or verdict.key_id is None:
            return verdict
        issuer, kid = verdict.issuer, verdict.key_id
        source = self._sources[_settings_of(settings, issuer)]
        try:
            key = await source.get_key(issuer, kid)
        except Exception:  # its own telemetry says why
            return None
        if settings is not self._settings:
            return await self._verdict(token, audience, proven, now)
        if key is None:
            return verdict
        return self._judge(settings, {issuer: {kid: key}}, token, audience, proven, now)

    def cause_against(self, agent: AttestedAgent) -> str | None:
        """``attestation.<reason>`` where the issuer, the key or the token is not trusted now."""
        issuer = next((one for one in self._settings.issuers if one.issuer == agent.issuer), None)
        if issuer is None:
            return "attestation.untrusted_issuer"
        if agent.key_id in issuer.denied_key_ids:
            return "attestation.kid"
        return "attestation.policy" if agent.token_id in issuer.denied_token_ids else None

    def replace(self, settings: AttestationSettings) -> bool:
        """Whether anything changed. Raises CallgateError, and then nothing does."""
        if settings == self._settings:
            return False
        self._check(settings)
        self._use(settings)
        return True

    async def close(self) -> None:
        """Ends the connections to issuers."""
        for source in [*self._retired, *self._sources.values()]:
            await source.close()

    def _use(self, settings: AttestationSettings) -> None:
        kept = self._sources
        self._sources = {one: kept.get(one) or self._make_source(one) for one in settings.issuers}
        # A verification may be under way with one of them; they hold little.
        self._retired += [kept[one] for one in kept.keys() - self._sources.keys()]
        self._settings = settings

    def _check(self, settings: AttestationSettings) -> None:
        """Raises CallgateError for what the engine refuses."""
        self._verifier(settings, {}, None)

    def _judge(
        self,
        settings: AttestationSettings,
        keys: Mapping[str, Mapping[str, PublicKey]],
        token: str | None,
        audience: str | None,
        proven: PublicKey | None,
        now: float,
    ) -> AttestationVerdict:
        verifier = self._verifier(settings, keys, audience)
        return verifier.verify(token, round(now * 1000), proven_key=proven)

    def _verifier(
        self,
        settings: AttestationSettings,
        keys: Mapping[str, Mapping[str, PublicKey]],
        audience: str | None,
    ) -> AttestationVerifier:
        trust = AttestationTrust(
            [
                _trust_of(one).native(keys.get(one.issuer, {}), fetches_keys=one.issuer not in keys)
                for one in settings.issuers
            ]
        )
        return AttestationVerifier(
            trust, audience=audience or settings.audience, skew=settings.skew_seconds
        )


def _verified(verdict: AttestationVerdict, audience: str | None) -> VerifiedToken:
    """What the engine has said of a token that verified."""
    found = (verdict.issuer, verdict.subject, verdict.key_id, verdict.token_id, verdict.replay_key)
    times = (verdict.expires_at, verdict.replay_expires_at)
    if None in (*found, *times):
        raise CallgateError("a verified token lacks a claim", "INTERNAL_ERROR")
    issuer, subject, key_id, token_id, replay_key = map(str, found)
    expires_at, replay_until = (time / 1000 for time in times if time is not None)
    agent = AttestedAgent(
        issuer=issuer,
        subject=subject,
        audience=audience,
        trust_level=verdict.trust_level,
        key_id=key_id,
        token_id=token_id,
        expires_at=expires_at,
    )
    return VerifiedToken(agent, replay_key, replay_until)


def _settings_of(settings: AttestationSettings, issuer: str) -> AttestationIssuerSettings:
    return next(one for one in settings.issuers if one.issuer == issuer)


def _trust_of(settings: AttestationIssuerSettings) -> IssuerTrust:
    return IssuerTrust(
        issuer=settings.issuer,
        level=settings.trust_level,
        trust_domains=settings.trust_domains,
        subject_paths=settings.subject_paths,
        providers=settings.providers,
        model_families=settings.model_families,
        longest_lifetime=settings.longest_lifetime,
        lowest_safety_level=settings.lowest_safety_level,
        denied_key_ids=settings.denied_key_ids,
        denied_token_ids=settings.denied_token_ids,
    )


@contextlib.asynccontextmanager
async def open_tokens(
    settings: AttestationSettings | None, make_source: MakeSource = key_source
) -> AsyncIterator[AttestationTokens | None]:
    """None where nothing is configured. Raises CallgateError."""
    if settings is None:
        yield None
        return
    tokens = AttestationTokens(settings, make_source)
    try:
        yield tokens
    finally:
        await tokens.close()
