"""open_gateway: everything of a running gateway, opened in order and closed in the reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp

from callgate import PolicySet, verify_token
from callgate.attestation.observability import attestation_collector
from callgate.audit import AuditDiffers, AuditKeyChanged, AuditTruncated
from callgate.audit.journal import Journal, SnapshotSource
from callgate.audit.log import AuditLog
from callgate.gateway.admin import OperatorCredential, create_admin_app
from callgate.gateway.assembly import (
    http_limits,
    make_audit,
    make_docker,
    make_gate,
    trusted_proxies,
)
from callgate.gateway.attest.service import Attestation
from callgate.gateway.attestation.tokens import open_tokens
from callgate.gateway.config import GatewayConfig
from callgate.gateway.executions.execution_file import container_rules, load_executions
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.scope_warnings import scope_warnings
from callgate.gateway.executions.tie_warnings import issuer_warnings, tie_warnings
from callgate.gateway.executions.verifiers.static import StaticVerifier
from callgate.gateway.http.app import create_app
from callgate.gateway.http.certified import CertifiedPeers
from callgate.gateway.http.routes.health import health_routes
from callgate.gateway.http.routes.jwks import jwks_routes
from callgate.gateway.http.routes.metrics import metrics_routes
from callgate.gateway.http.routes.sessions import session_routes
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.issuer.keys import audit_keys, open_signer
from callgate.gateway.metrics import Metrics
from callgate.gateway.readiness import checks_of, measure_state
from callgate.gateway.reload.policy_reload import PolicyFindings
from callgate.gateway.reload.reload import Reloadable, Reloader
from callgate.gateway.reload.reloadables import ConfigSource, reloadables
from callgate.gateway.services import Services
from callgate.gateway.sessions.ledger import EmbeddedLedger
from callgate.gateway.sessions.recovery import repeat_revocations
from callgate.gateway.sessions.trust_watch import TrustWatch, ends_without_trust
from callgate.gateway.sessions.used_sessions import UsedSessions
from callgate.gateway.upstreams.transport_settings import transport_settings
from callgate.gateway.upstreams.upstreams import Upstreams
from callgate.gateway.wire.clock import Clock
from callgate.gateway.wire.rates import attestation_rates, listing_rates
from callgate.serving.background import in_background
from callgate.serving.connections import Connections
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.gateway")
# The advice where a trail, or its key, is not what the journal knows.
_WAY_OUT: Final = (
    "find out why; `callgate serve --acknowledge-audit` then goes on, see docs/audit.md"
)


@dataclass(frozen=True)
class Gateway:
    """A gateway that could listen. ``failed`` is set when a part of it ended by itself."""

    services: Services
    app: ASGIApp
    admin_app: ASGIApp
    reloader: Reloader
    connections: Connections
    failed: asyncio.Event
    draining: asyncio.Event


@contextlib.asynccontextmanager
async def open_gateway(
    config: GatewayConfig,
    environ: Mapping[str, str],
    *,
    source: ConfigSource | None = None,
    things: Sequence[Reloadable] = (),
    acknowledge_audit: bool = False,
    trust: TrustView | None = None,
) -> AsyncIterator[Gateway]:
    """State is restored when the block begins, and everything is written when it has ended.

    ``things`` are reloaded with the gateway's own; ``acknowledge_audit`` is the operator's word
    that a trail which is not what the journal knows may go on. ``trust``, started, judges client
    certificates. Raises CallgateError, OSError.
    """
    async with contextlib.AsyncExitStack() as stack:
        # 1. What the operator wrote: any fault is found before state is touched.
        policy = PolicySet.load(config.policy)
        signer = open_signer(config.issuer)
        stack.callback(signer.close)
        static = StaticVerifier(load_executions(config, environ))
        entries = [*static, *container_rules(config)]
        texts = scope_warnings(entries, policy.context_names)
        if trust is not None:
            texts += tie_warnings(entries, {one.entity for one in trust.snapshot.anchors})
        texts += issuer_warnings(entries, config.attestation)
        for text in texts:
            _LOG.warning(text)
        docker = make_docker(config)
        if docker is not None:
            stack.callback(docker.close)
        tokens = await stack.enter_async_context(open_tokens(config.attestation))
        metrics = Metrics(config.upstreams)
        if tokens is not None:
            metrics.registry.register(attestation_collector())
        upstreams = Upstreams(transport_settings(config, environ), observe=metrics.upstream_called)

        # 2. What the gateway remembers.
        config.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        journal = stack.enter_context(Journal(config.state / "journal"))
        restored = journal.restored
        issuer = Issuer(
            signer,
            name=config.issuer.name,
            audience=config.issuer.audience,
            lifetime=config.issuer.token_seconds,
            compromised=config.issuer.compromised,
            on_keys=lambda keys: gate.set_issuer_keys(keys),
        )
        gate = make_gate(config, policy, issuer)
        if restored.engine_state is not None or restored.effects:
            state = restored.engine_state or gate.export_state()
            gate.restore_state(state, restored.effects)
        executions = ExecutionRegistry(
            static=static,
            docker=docker,
            judges_certificates=trust is not None,
            takes_attestations=config.attestation is not None,
        )
        clock = Clock(config.clock.window_seconds, jump=config.clock.max_jump_seconds)
        key, previous_key = audit_keys(config, stack)
        audit = make_audit(
            config,
            journal,
            SnapshotSource(gate.export_state, lambda: attestation.snapshot()),
            key,
            previous_key,
            acknowledge=acknowledge_audit,
            recover=lambda lines: repeat_revocations(lines, gate, executions),
            synced=metrics.audit_synced,
        )
        attestation = Attestation(
            gate=gate,
            executions=executions,
            issuer=issuer,
            audit=audit,
            rates=attestation_rates(
                config.limits.attestations_per_address, config.limits.attestation_seconds
            ),
            idle_seconds=config.executions.idle_seconds,
            judge=trust,
            tokens=tokens,
            now=clock.now,
        )
        attestation.restore(restored.records)
        try:
            await stack.enter_async_context(audit)
        except (AuditTruncated, AuditDiffers, AuditKeyChanged) as error:
            raise type(error)(f"{error.message}; {_WAY_OUT}", error.where) from error

        # 3. The tool servers, which close before the audit, so that every outcome is written.
        await stack.enter_async_context(upstreams)
        upstreams.on_offered(gate.set_offered_tools)
        services = Services(
            gate=gate,
            ledger=UsedSessions(EmbeddedLedger(gate), attestation.sessions.touch),
            clock=clock,
            audit=audit,
            upstreams=upstreams,
            metrics=metrics,
            verify_token=lambda token, now: verify_token(
                token,
                issuer.public_keys,
                now=now,
                issuer=issuer.name,
                audience=issuer.audience,
                leeway=config.clock.leeway_seconds,
            ),
            proxies=trusted_proxies(config, trust),
            executions=executions,
            issuer=issuer,
            attestation=attestation,
            subject_of=attestation.sessions.subject_of,
            http_limits=http_limits(config),
            listing_rates=listing_rates(
                config.limits.listings_per_session,
                config.limits.listing_seconds,
                max_sessions=config.limits.sessions,
            ),
        )
        draining = asyncio.Event()
        checks = checks_of(services, draining, trust)
        measure_state(metrics, services, trust)

        async def note_changes(changes: dict[str, Any]) -> None:
            await audit.note("reload", {"what": "policy_changes", **changes})

        findings = PolicyFindings(note_changes)
        gateway = Gateway(
            services=services,
            app=create_app(
                services,
                [
                    *session_routes(services),
                    *jwks_routes(services),
                    *health_routes(checks, details=False),
                ],
                certified=_certified(config, audit),
            ),
            admin_app=create_admin_app(
                services,
                credential=OperatorCredential(config.admin.credential.reveal()),
                routes=[
                    *health_routes(checks, details=True),
                    *metrics_routes(metrics, config.admin),
                ],
            ),
            reloader=Reloader(
                [*things, *reloadables(services, config, environ, source, findings, tokens)],
                metrics=metrics,
                settle_seconds=config.reload.settle_seconds,
                check_seconds=config.reload.check_seconds,
                watch=config.reload.watch,
            ),
            connections=Connections(),
            failed=asyncio.Event(),
            draining=draining,
        )

        # 4. What goes on by itself.
        await attestation.revocation.review()
        await attestation.review_attestations()
        watching = await _watch_trust(trust, attestation, audit, gateway.connections)
        for work in (
            *watching,
            attestation.revocation.watch(config.executions.check_seconds),
            gateway.reloader.run(),
            findings.run(),
        ):
            await stack.enter_async_context(in_background(work, gateway.failed, _LOG))
        yield gateway


async def _watch_trust(
    trust: TrustView | None, attestation: Attestation, audit: AuditLog, connections: Connections
) -> list[Coroutine[Any, Any, None]]:
    """Ends the sessions that were revoked while nothing ran; what goes on to look."""
    if trust is None:
        await attestation.revocation.end_each(ends_without_trust(attestation.sessions))
        return []
    watch = TrustWatch(
        trust=trust,
        sessions=attestation.sessions,
        revocation=attestation.revocation,
        audit=audit,
        connections=connections,
    )
    trust.subscribe(watch.trust_changed)
    await watch.review()
    return [watch.run()]


def _certified(config: GatewayConfig, audit: AuditLog) -> CertifiedPeers | None:
    trust = config.listen.trust
    return CertifiedPeers(audit) if trust is not None and trust.required else None
