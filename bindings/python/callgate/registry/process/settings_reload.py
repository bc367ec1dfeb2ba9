"""SIGHUP: the configuration is read again, and taken as a whole or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, final

from callgate import CallgateError
from callgate.registry.config import RegistryConfig
from callgate.registry.lifespan import Registry
from callgate.registry.process.check import trust_warnings
from callgate.registry.process.sources import check_trust, make_sources
from callgate.settings.changes import changed_keys
from callgate.trust.gathering import Gathering
from callgate.trust.store import TrustStore

_LOG: Final = logging.getLogger("callgate.registry")
Read: TypeAlias = Callable[[], RegistryConfig]
_TRUST: Final = ("trust", "k8s", "spire")
# What may change while the registry runs; other keys need a restart.
RELOADED: Final = (
    *_TRUST,
    "entities",
    "retention",
    "sweep_interval",
    "health.check_interval",
    "health.timeout_threshold",
    "limits.agents",
    "limits.stored_bytes",
    "limits.tools",
    "limits.dependencies",
)


@final
class SettingsReload:
    """Of one event loop. ``read`` gives the configuration as it is now; it may take its time."""

    def __init__(
        self,
        config: RegistryConfig,
        read: Read,
        environ: Mapping[str, str],
        registry: Registry,
        trust: TrustStore,
    ) -> None:
        """``registry`` and ``trust`` were made from ``config``."""
        self._config = config
        self._read = read
        self._environ = environ
        self._registry = registry
        self._trust = trust

    async def run(self, asked: asyncio.Event) -> None:
        """Each time that ``asked`` is set, until it is cancelled. What is refused is logged."""
        while True:
            await asked.wait()
            asked.clear()
            try:
                changed = await self.reload()
            except CallgateError as error:
                reason = str(error)
            except OSError as error:
                reason = f"{error.filename or 'configuration'}: {error.strerror}"
            else:
                _LOG.info("configuration read again", extra={"changed": changed})
                continue
            _LOG.error("reload refused, the old settings stay", extra={"reason": reason})

    async def reload(self) -> list[str]:
        """The keys that changed. Raises CallgateError, OSError, and then nothing changes."""
        config = await asyncio.to_thread(self._read)
        changed = changed_keys(self._config, config)
        fixed = [key for key in changed if not _is_one_of(key, RELOADED)]
        if fixed:
            message = (
                f"{', '.join(fixed)} cannot change while the registry runs: restart it, or put "
                "back what was there"
            )
            raise CallgateError(message, "INVALID_ARGUMENT", fixed[0])
        if any(_is_one_of(key, _TRUST) for key in changed):

            async def check(gathered: Gathering) -> None:
                check_trust(config, gathered)
                await self._note(changed)

            await self._trust.replace(make_sources(config, self._environ), check)
        elif changed:
            await self._note(changed)
        if changed:
            self._config = config
            self._registry.configure(config)
            for text in trust_warnings(config, self._trust):
                _LOG.warning(text)
        return changed

    async def _note(self, changed: list[str]) -> None:
        await self._registry.audit.note("reload", {"what": "settings", "changed": changed})


def _is_one_of(key: str, names: tuple[str, ...]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in names)
