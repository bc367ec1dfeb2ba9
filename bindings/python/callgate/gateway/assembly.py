"""The parts of a gateway as the configuration describes them. Nothing is opened here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callgate import Gate, Limits, PolicySet, SecretKey
from callgate.audit import Sealing
from callgate.audit.chain import Line
from callgate.audit.denial_sampler import DenialSampler
from callgate.audit.journal import Journal, SnapshotSource
from callgate.audit.log import AuditLog
from callgate.audit.redaction import Redaction
from callgate.gateway.config import GatewayConfig
from callgate.gateway.executions.execution_file import container_rules
from callgate.gateway.executions.verifiers.docker import DockerVerifier
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.wire.call_limits import CallLimits
from callgate.serving.judge import Judge
from callgate.serving.peer import TrustedProxies


def make_gate(config: GatewayConfig, policy: PolicySet, issuer: Issuer) -> Gate:
    """The engine, with the issuer's keys as they are now."""
    return Gate(
        policy,
        issuer_keys=issuer.public_keys,
        issuer=issuer.name,
        audience=issuer.audience,
        leeway=config.clock.leeway_seconds,
        window=config.clock.window_seconds,
        limits=Limits(
            max_json_bytes=config.limits.body_bytes,
            max_replay_entries=config.limits.replay_entries,
            max_replay_entries_per_session=config.limits.replay_entries_per_session,
            max_sessions=config.limits.sessions,
        ),
    )


def make_audit(
    config: GatewayConfig,
    journal: Journal,
    snapshot: SnapshotSource,
    key: SecretKey,
    previous_key: SecretKey | None,
    *,
    acknowledge: bool,
    recover: Callable[[Sequence[Line]], object],
    synced: Callable[[float], object],
) -> AuditLog:
    """The audit trail, to be entered. ``recover`` and ``synced``: as of AuditLog."""
    settings = config.audit
    return AuditLog(
        config.audit_directory,
        key=key,
        journal=journal,
        snapshot=snapshot,
        previous_key=previous_key,
        acknowledge=acknowledge,
        redaction=Redaction(
            settings.redact_keys, tools=settings.redact_tools, arguments=settings.arguments
        ),
        sealing=Sealing(
            checkpoint_lines=settings.checkpoint_lines,
            checkpoint_seconds=settings.checkpoint_seconds,
            rotate_bytes=settings.rotate_bytes,
            rotate_seconds=settings.rotate_seconds,
        ),
        sampler=DenialSampler(quota=settings.unverified_events),
        head_copy=settings.head,
        compact_bytes=settings.compact_bytes,
        recover=recover,
        synced=synced,
    )


def make_docker(config: GatewayConfig) -> DockerVerifier | None:
    """Who asks the Docker Engine, where the configuration names one."""
    settings = config.executions.docker
    if settings is None:
        return None
    return DockerVerifier(
        container_rules(config),
        base_url=f"unix://{settings.socket}",
        timeout=settings.timeout_seconds,
    )


def trusted_proxies(config: GatewayConfig, judge: Judge | None) -> TrustedProxies:
    """Whose headers are believed. ``judge``: that of client certificates, where there is one."""
    settings = config.listen.trusted_proxies
    return TrustedProxies.of(
        settings.networks,
        settings.uids,
        client_certificate=settings.client_certificate,
        judge=judge,
    )


def http_limits(config: GatewayConfig) -> CallLimits:
    """What a caller may cost before anything of it was verified."""
    listen, limits = config.listen, config.limits
    return CallLimits(
        body_bytes=limits.body_bytes,
        header_bytes=listen.header_bytes,
        header_seconds=listen.header_seconds,
        body_seconds=limits.body_seconds,
        connections=listen.max_connections,
        connections_per_address=listen.max_connections_per_address,
        requests=limits.requests,
    )
