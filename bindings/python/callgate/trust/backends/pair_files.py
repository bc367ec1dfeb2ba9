"""A certificate and its key in two files: both or neither."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from callgate import CallgateError
from callgate.audit.durable_file import replace_file
from callgate.trust.backends.certificate_shapes import Pair
from callgate.trust.backends.folder import FileFault, Folder


def load_or_make(certificate: Path, key: Path, make: Callable[[], Pair]) -> Pair:
    """What the files hold, or a new pair where there is neither.

    Where one of them is lost the other is never overwritten, since certificates rest on it. Raises
    CallgateError, which says what to do, and OSError.
    """
    there = [path for path in (certificate, key) if os.path.lexists(path)]
    if len(there) == 1:
        (survivor,) = there
        lost = key if survivor == certificate else certificate
        raise _error(
            survivor,
            f"{lost.name} is lost, and it is not replaced while {survivor.name} is there: restore "
            f"{lost.name} from a backup, or move {survivor.name} away to begin with a new pair",
        )
    if not there:
        write_pair(certificate, key, make())
    return _load(certificate, key)


def write_pair(certificate: Path, key: Path, pair: Pair, chain: bytes = b"") -> None:
    """Durably: the key for its owner alone, and the certificate for all, with ``chain`` after it.

    The folder is private (0700) where it is made. Raises OSError.
    """
    certificate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(key, pair.key_pem)
    replace_file(certificate, pair.pem + chain)


def _load(certificate: Path, key: Path) -> Pair:
    try:
        with Folder(certificate.parent) as folder:
            text, secret = folder.read(certificate.name).data, folder.read(key.name).data
    except FileFault as fault:
        raise _error(certificate.parent, str(fault)) from fault
    if key.stat().st_mode & 0o077:
        raise _error(key, "others than its owner may read the key: chmod 600")
    try:
        loaded = x509.load_pem_x509_certificate(text)
    except ValueError as error:
        raise _error(certificate, "it is no certificate in PEM: restore it") from error
    try:
        private = load_pem_private_key(secret, password=None)
    except (ValueError, TypeError):  # without its cause, which may quote the key
        raise _error(key, "it is no private key in PEM, without a password: restore it") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise _error(key, "it is no key of an elliptic curve: restore the one that was made here")
    if private.public_key() != loaded.public_key():
        raise _error(key, f"it is not the key of {certificate.name}: restore the one that is")
    return Pair(loaded, private)


def _error(path: Path, message: str) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", str(path))
