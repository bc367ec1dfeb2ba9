"""TLS of a listener: 1.3 unless told otherwise, optional client certificates, reloadable."""

from __future__ import annotations

import os
import ssl
import stat
from typing import Final, final

from callgate import CallgateError
from callgate.gateway.config import TlsSettings

_VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CERTIFICATES: Final = {
    "none": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}
# Of TLS 1.2: forward secrecy and authenticated encryption only.
_CIPHERS_1_2: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


@final
class ServerTls:
    """The context to listen with. ``reload`` replaces what new connections get, atomically."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._current = _context(settings)
        self.context = _context(settings)
        # Called for every handshake, also where the client names no host.
        self.context.sni_callback = self._pick

    def reload(self) -> None:
        """Reads the files again. Raises CallgateError, and then nothing changes."""
        self._current = _context(self._settings)

    @property
    def files(self) -> tuple[str, ...]:
        """What is read."""
        settings = self._settings
        paths = [settings.certificate, settings.key, settings.client_ca]
        return tuple(os.fspath(path) for path in paths if path is not None)

    def _pick(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        connection.context = self._current


def _context(settings: TlsSettings) -> ssl.SSLContext:
    try:
        mode = settings.key.stat().st_mode
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise _error("may be read or written by others: chmod 600 it", settings.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = _VERSIONS[settings.minimum_version]
        context.set_ciphers(_CIPHERS_1_2)
        context.set_alpn_protocols(["http/1.1"])
        # A resumed session would keep a client certificate that is trusted no more.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        # A key with a pass phrase must not stop the start with a question.
        context.load_cert_chain(settings.certificate, settings.key, password="")
        context.verify_mode = _CERTIFICATES[settings.client_certificate]
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
    except ssl.SSLError as error:
        reason = (error.reason or "not acceptable").replace("_", " ").lower()
        raise _error(f"certificate, key or client_ca: {reason}", settings.certificate) from error
    except OSError as error:
        where = error.filename or settings.certificate
        raise _error(error.strerror or "cannot be read", where) from error
    return context


def _error(message: str, where: object) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", str(where))
