"""What of a gateway is made from files and can be read again: policy, keys, executions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.config import GatewayConfig, IssuerSettings
from callgate.gateway.executions.execution_file import container_rules, load_executions
from callgate.gateway.executions.scope_warnings import scope_warnings
from callgate.gateway.issuer.keys import open_signer
from callgate.gateway.reload.attestation_reload import attestation_reloadable
from callgate.gateway.reload.policy_reload import PolicyFindings, reload_policy
from callgate.gateway.reload.reload import Reloadable, Unchanged
from callgate.gateway.services import Services
from callgate.settings.changes import changed_keys

_LOG: Final = logging.getLogger("callgate.gateway")


@dataclass(frozen=True)
class ConfigSource:
    """Where a configuration came from, so that it can be read again."""

    file: Path
    read: Callable[[], GatewayConfig]


def reloadables(
    services: Services,
    config: GatewayConfig,
    environ: Mapping[str, str],
    source: ConfigSource | None,
    findings: PolicyFindings,
    tokens: AttestationTokens | None = None,
) -> list[Reloadable]:
    """In the order in which they are read: a context is there before an execution may have it."""
    things = _Things(services, config, environ, source, findings)
    attestation = (
        []
        if tokens is None or source is None
        else [attestation_reloadable(services, tokens, source.file, source.read)]
    )
    return [
        Reloadable("issuer", things.issuer_files, things.reload_issuer),
        Reloadable("policy", things.policy_files, things.reload_policy),
        *attestation,
        Reloadable("executions", things.execution_files, things.reload_executions),
    ]


class _Things:
    def __init__(
        self,
        services: Services,
        config: GatewayConfig,
        environ: Mapping[str, str],
        source: ConfigSource | None,
        findings: PolicyFindings,
    ) -> None:
        self._services = services
        self._config = config
        self._environ = environ
        self._source = source
        self._findings = findings
        self._issuer: IssuerSettings = config.issuer

    def policy_files(self) -> Iterable[Path]:
        return [self._config.policy]

    async def reload_policy(self, unchanged: Unchanged) -> None:
        async def note(replacement: Mapping[str, Any]) -> None:
            await self._services.audit.note("reload", {"what": "policy", **replacement})

        gate, executions = self._services.gate, self._services.executions
        before = gate.policy.digest
        await reload_policy(gate, self._config.policy, unchanged, note, self._findings)
        if gate.policy.digest != before:
            entries = [*executions.static, *container_rules(self._config)]
            for text in scope_warnings(entries, gate.policy.context_names):
                _LOG.warning(text)
        # Who may no longer have its scope loses its sessions now, and not in ten seconds.
        await self._services.attestation.revocation.review()

    def execution_files(self) -> Iterable[Path]:
        file = self._config.executions.file
        return [] if file is None else [file]

    async def reload_executions(self, unchanged: Unchanged) -> None:
        if self._config.executions.file is None:
            return
        entries = await asyncio.to_thread(load_executions, self._config, self._environ)
        unchanged()
        static = self._services.executions.static
        before = {entry.workload_id: entry for entry in static}
        after = {entry.workload_id: entry for entry in entries}
        added = sorted(after.keys() - before.keys())
        removed = sorted(before.keys() - after.keys())
        changed = sorted(
            name
            for name in before.keys() & after.keys()
            if before[name].to_json() != after[name].to_json()
        )
        if not (added or removed or changed):
            return
        fields = {"what": "executions", "added": added, "removed": removed, "changed": changed}
        await self._services.audit.note("reload", fields)
        static.replace(entries)
        _LOG.warning("executions replaced", extra=fields)
        for text in scope_warnings(entries, self._services.gate.policy.context_names):
            _LOG.warning(text)
        await self._services.attestation.revocation.review()

    def issuer_files(self) -> Iterable[Path]:
        files = [self._issuer.key, *self._issuer.retired.values()]
        return files if self._source is None else [*files, self._source.file]

    async def reload_issuer(self, unchanged: Unchanged) -> None:
        if self._source is None:
            settings = self._issuer
        else:
            config = await asyncio.to_thread(self._source.read)
            self._warn_of_other_changes(config)
            settings = config.issuer
        signer = await asyncio.to_thread(open_signer, settings)
        unchanged()
        issuer = self._services.issuer
        same_keys = (
            signer.key_id == issuer.signer.key_id
            and signer.public_keys.items() <= issuer.public_keys.items()
        )
        if same_keys and set(settings.compromised) == set(self._issuer.compromised):
            signer.close()
            return
        records = issuer.replace(signer, compromised=settings.compromised)
        self._issuer = settings
        fields = {
            "what": "issuer",
            "key": signer.key_id,
            "trusted": sorted(issuer.public_keys),
            "compromised": list(settings.compromised),
        }
        _LOG.warning("issuer keys replaced", extra=fields)
        await self._services.audit.note("reload", fields, state=records)

    def _warn_of_other_changes(self, config: GatewayConfig) -> None:
        """Other keys are read at start only."""
        for key in changed_keys(self._config, config):
            if not key.startswith(("issuer.", "listen.trust.", "attestation.")):
                _LOG.warning("a change needs a restart", extra={"key": key})
