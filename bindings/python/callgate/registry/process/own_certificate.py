"""The registry's own certificate: clients take it only while it is valid."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from cryptography import x509

from callgate import CallgateError

WARN_BEFORE: Final = timedelta(days=14)


def validity_warnings(path: Path, now: datetime | None = None) -> list[str]:
    """What to say of a certificate that ends within 14 days; ``now`` has a time zone.

    ``path`` is PEM, the registry's own certificate first. Raises CallgateError where it is expired
    or not yet valid, and OSError, ValueError where it cannot be read. Source: RFC 5280, 4.1.2.5.
    """
    own = x509.load_pem_x509_certificates(path.read_bytes())[0]
    now = now or datetime.now(timezone.utc)
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    if now > ends:
        raise _error(f"{path} expired at {_text(ends)}: replace it and MCP_MESH_TLS_KEY")
    if now < begins:
        raise _error(f"{path} is not valid before {_text(begins)}: see whether the clock is right")
    if ends - now < WARN_BEFORE:
        return [f"MCP_MESH_TLS_CERT: {path} expires at {_text(ends)}: replace it before"]
    return []


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(message: str) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", "MCP_MESH_TLS_CERT")
