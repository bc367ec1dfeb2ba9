"""listen.trust, read again: other backends judge client certificates from then on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, final

from callgate import CallgateError
from callgate.gateway.config import GatewayConfig, ListenTrustSettings
from callgate.gateway.process.trust import make_sources, trust_warnings
from callgate.gateway.reload.reload import Reloadable, Unchanged
from callgate.gateway.reload.reloadables import ConfigSource
from callgate.settings.changes import changed_keys
from callgate.trust.gathering import Gathering
from callgate.trust.store import TrustStore

_LOG: Final = logging.getLogger("callgate.gateway")


def trust_reloadable(
    config: GatewayConfig, environ: Mapping[str, str], source: ConfigSource, trust: TrustStore
) -> Reloadable:
    """To be reloaded with the gateway's other files. ``trust`` was made from ``config``."""
    assert config.listen.trust is not None
    thing = _Trust(config.listen.trust, environ, source, trust)
    return Reloadable("trust", thing.files, thing.apply)


@final
class _Trust:
    def __init__(
        self,
        settings: ListenTrustSettings,
        environ: Mapping[str, str],
        source: ConfigSource,
        trust: TrustStore,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._source = source
        self._trust = trust

    def files(self) -> Iterable[Path]:
        return [self._source.file]

    async def apply(self, unchanged: Unchanged) -> None:
        settings = (await asyncio.to_thread(self._source.read)).listen.trust
        if settings is None:
            raise _refused("listen.trust", "cannot be removed")
        changed = changed_keys(self._settings, settings)
        if not changed:
            return
        if "required" in changed:
            raise _refused("listen.trust.required", "cannot change")

        async def check(gathered: Gathering) -> None:
            unchanged()
            if all(state.status == "unavailable" for state in gathered.states):
                details = "; ".join(f"{state.name}: {state.detail}" for state in gathered.states)
                message = f"none of its backends can be used: {details}"
                raise CallgateError(message, "INVALID_ARGUMENT", "listen.trust")

        await self._trust.replace(make_sources(settings, self._environ), check)
        self._settings = settings
        _LOG.warning("trust backends replaced", extra={"backends": list(settings.backend)})
        for text in trust_warnings(self._trust):
            _LOG.warning(text)


def _refused(key: str, what: str) -> CallgateError:
    message = f"{what} while the gateway runs: restart it, or put back what was there"
    return CallgateError(message, "INVALID_ARGUMENT", key)
