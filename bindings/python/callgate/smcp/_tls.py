"""The TLS context of a client."""

from __future__ import annotations

import os
import ssl
from typing import TypeAlias

from callgate.smcp._address import Address
from callgate.smcp.errors import ConfigurationError

Path: TypeAlias = str | os.PathLike[str]


def tls_context(
    address: Address, ca_file: Path | None, client_certificate: Path | tuple[Path, Path] | None
) -> ssl.SSLContext:
    """Verifies certificate and name, always; TLS 1.3 off loopback, 1.2 or later on it.

    ``ca_file`` replaces the system's authorities. ``client_certificate`` is one PEM file with
    certificate and key, or one each. Raises ConfigurationError.
    """
    # Not ssl.create_default_context: that one writes keys to SSLKEYLOGFILE of the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2 if address.loopback else ssl.TLSVersion.TLSv1_3
    if not address.tls:
        if ca_file is not None or client_certificate is not None:
            raise ConfigurationError("ca_file and client_certificate are for https addresses")
        return context
    try:
        if ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=os.fspath(ca_file))
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError("ca_file cannot be read as certificates in PEM") from error
    if client_certificate is not None:
        pair = (
            client_certificate if isinstance(client_certificate, tuple) else (client_certificate,)
        )
        try:
            context.load_cert_chain(*(os.fspath(path) for path in pair))
        except OSError as error:
            raise ConfigurationError(
                "client_certificate cannot be read as certificate and key"
            ) from error
    return context
