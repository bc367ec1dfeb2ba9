"""The registry's certificate and key, read again as a pair when they change."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final, final

from callgate import CallgateError
from callgate.serving.tls.context import read_client_context
from callgate.serving.tls.trust_tls import TrustTls

_LOG: Final = logging.getLogger("callgate.registry")
CHECK_SECONDS: Final = 1.0


@final
class ClientCertificate:
    """The same pair, as the registry shows it to agents it calls. Raises CallgateError."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self.context = read_client_context(*self._files)

    def reload(self) -> None:
        """Reads them again. Where they are no pair, CallgateError, and nothing changes."""
        self.context = read_client_context(*self._files)


async def run_reload(
    tls: TrustTls,
    shown: ClientCertificate | None = None,
    check_seconds: float = CHECK_SECONDS,
) -> None:
    """Until it is cancelled. Where they are no pair, the old ones stay, and it is tried again."""
    used = _marks(tls)
    complained: object = None
    while True:
        await asyncio.sleep(check_seconds)
        marks = _marks(tls)
        if marks == used:
            continue
        try:
            tls.reload()
            if shown is not None:
                shown.reload()
        except CallgateError as error:
            if marks != complained:
                _LOG.error("the certificate was not read again: %s", error.message)
                complained = marks
            continue
        used = marks
        _LOG.info("certificate read again")


def _marks(tls: TrustTls) -> tuple[object, ...]:
    marks: list[object] = []
    for name in tls.files:
        try:
            status = Path(name).stat()
        except OSError as error:
            marks.append(error.errno)
        else:
            marks.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(marks)
