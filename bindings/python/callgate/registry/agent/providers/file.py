"""FileProvider: certificate and key from files, taken again when they are replaced."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

from callgate import CallgateError
from callgate._file_reader import PRIVATE, read_file
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.settings import AgentSettings

_LOG: Final = logging.getLogger("callgate.registry.agent")
_MAX_BYTES: Final = 1 << 20
_ADVICE: Final = (
    "its group or others may read the key: chmod 600 it (defaultMode: 0400 of a Kubernetes "
    "volume), or set CALLGATE_AGENT_SHARED_KEY=true"
)
# What replaces the files (cert-manager, a person) does so hours before the old ones expire.
_SCAN_SECONDS: Final = 2.0


@final
class FileProvider:
    """Reads the files every two seconds. A pair that does not fit, as while it is written, is not
    taken; the one before stays until it expires.
    """

    def __init__(self, settings: AgentSettings) -> None:
        if settings.certificate is None or settings.key is None:
            message = "the provider `file` needs MCP_MESH_TLS_CERT and MCP_MESH_TLS_KEY"
            raise CredentialError(message, "MCP_MESH_TLS_PROVIDER")
        self._certificate, self._key, self._ca = settings.certificate, settings.key, settings.ca
        self._shared_key = settings.shared_key
        self._texts: tuple[bytes, ...] = ()
        self._current: Credentials | None = None
        self._scanner: asyncio.Task[None] | None = None

    async def start(self, changed: Callable[[], None]) -> None:
        await self.refresh()
        self._scanner = asyncio.create_task(self._scan(changed))

    @property
    def current(self) -> Credentials:
        if self._current is None:
            raise CredentialError("has not been read", str(self._certificate))
        if self._current.not_after <= time.time():
            message = "the certificate expired, and no newer one is there"
            raise CredentialError(message, str(self._certificate))
        return self._current

    async def refresh(self) -> None:
        texts = await asyncio.to_thread(self._read)
        if texts == self._texts and self._current is not None:
            return
        # One place in errors, since what does not fit may be either file.
        where = str(self._certificate)
        certificate, key, *ca = texts
        self._current = Credentials.of_pem(certificate, key, *ca, where=where)
        self._texts = texts

    async def stop(self) -> None:
        if self._scanner is not None:
            self._scanner.cancel()
            await asyncio.gather(self._scanner, return_exceptions=True)

    async def _scan(self, changed: Callable[[], None]) -> None:
        said = ""
        while True:
            await asyncio.sleep(_SCAN_SECONDS)
            before = self._current
            try:
                await self.refresh()
            except CredentialError as error:
                # Once for each cause: a file may be missing for days.
                if str(error) != said:
                    _LOG.warning("the credentials before stay in use: %s", error)
                said = str(error)
                continue
            said = ""
            if self._current is not before:
                changed()

    def _read(self) -> tuple[bytes, ...]:
        texts = [_read_file(self._certificate), self._read_key()]
        if self._ca is not None:
            texts.append(_read_file(self._ca))
        return tuple(texts)

    def _read_key(self) -> bytes:
        return _read_file(self._key, private=not self._shared_key)


def _read_file(path: Path, *, private: bool = False) -> bytes:
    try:
        return read_file(path, most=_MAX_BYTES, barred=PRIVATE if private else 0, advice=_ADVICE)
    except CallgateError as error:
        raise CredentialError(error.message, str(path)) from error
