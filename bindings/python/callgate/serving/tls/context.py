"""A certificate and its key, as the context of the connections to come: a server's, a client's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

from callgate import CallgateError
from callgate._file_reader import OF_GROUP, read_file

MinimumVersion: TypeAlias = Literal["1.2", "1.3"]
_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
# Of TLS 1.2: forward secrecy and authenticated encryption only.
_CIPHERS_1_2: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"
# A chain is built below nothing, since the store is empty; what is built costs a verification each.
_DEPTH: Final = 8
_LONGEST_FILE: Final = 1 << 20


def read_context(
    certificate: Path, key: Path, minimum_version: MinimumVersion = "1.2"
) -> SSL.Context:
    """Reads both files, once, and takes them only as a pair that belongs together.

    ``certificate`` holds the chain, PEM, the server's own first; ``key`` its private key, PEM,
    unencrypted, not readable by others. Raises CallgateError that names the file.
    """
    context = _context(SSL.TLS_SERVER_METHOD, minimum_version, certificate, key)
    context.set_alpn_select_callback(_select_protocol)
    return context


def read_client_context(
    certificate: Path, key: Path, minimum_version: MinimumVersion = "1.2"
) -> SSL.Context:
    """The same for connections to servers, whose chain the caller has to judge. Raises alike."""
    context = _context(SSL.TLS_CLIENT_METHOD, minimum_version, certificate, key)
    context.set_alpn_protos([b"http/1.1"])
    return context


def _context(
    method: int, minimum_version: MinimumVersion, certificate: Path, key: Path
) -> SSL.Context:
    chain = _certificates(certificate)
    private_key = _private_key(key)
    context = SSL.Context(method)
    context.set_min_proto_version(_VERSIONS[minimum_version])
    context.set_cipher_list(_CIPHERS_1_2)
    # A resumed session would skip the certificate, and a renegotiated one change it.
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    # Any certificate is taken, and none: the handshake proves that the peer holds its key, and
    # nothing else. Whether it is trusted is asked at every request.
    context.set_verify(SSL.VERIFY_PEER, _accept)
    context.set_verify_depth(_DEPTH)
    try:
        context.use_certificate(chain[0])
        for one in chain[1:]:
            context.add_extra_chain_cert(one)
        context.use_privatekey(private_key)
        context.check_privatekey()
    except (SSL.Error, ValueError, TypeError) as error:
        raise _error("certificate and key do not belong together", certificate) from error
    return context


def _accept(*_: object) -> bool:
    return True


def _select_protocol(_: SSL.Connection, offered: Sequence[bytes]) -> Any:
    return b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(read_file(path, most=_LONGEST_FILE))
    except ValueError as error:
        raise _error("holds no certificate chain in PEM", path) from error


def _private_key(path: Path) -> Any:
    try:
        return load_pem_private_key(read_file(path, most=_LONGEST_FILE, barred=OF_GROUP), None)
    except TypeError as error:
        raise _error("the key is encrypted: store it without a pass phrase", path) from error
    except (ValueError, UnsupportedAlgorithm):
        # The cause may quote the file.
        raise _error("holds no private key in PEM", path) from None


def _error(message: str, where: Path) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", str(where))
