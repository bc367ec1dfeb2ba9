"""The TLS contexts of an agent: towards the registry and other agents, and of its own server."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Final, final

from callgate.registry.agent.credentials import Credentials, read_authorities
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.private_files import PrivateFiles
from callgate.registry.agent.settings import AgentSettings

# Of TLS 1.2: forward secrecy and authenticated encryption only.
_CIPHERS_1_2: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


def client_context(
    credentials: Credentials,
    registry_spiffe_id: str | None,
    *,
    authorities: Sequence[bytes] = (),
) -> ssl.SSLContext:
    """Presents the credentials and verifies the server, always.

    ``authorities`` (DER) verify the server instead of those of the credentials. With an SVID the
    server's SPIFFE ID is checked instead of its host name: it must be ``registry_spiffe_id``, or
    any ID of the own trust domain where that is ``None``. Only where ``authorities`` are given
    without an ID does the host name count. Raises CredentialError.
    """
    by_name = credentials.spiffe_id is None or (authorities and registry_spiffe_id is None)
    if by_name:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        assert credentials.spiffe_id is not None
        # Needs the libraries of the extra spire, and who has an SVID has them.
        from callgate.registry.agent.spiffe_peer import SpiffePeerContext

        context = SpiffePeerContext.expecting(credentials.spiffe_id, registry_spiffe_id)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, credentials, authorities or credentials.authorities)
    return context


def registry_context(credentials: Credentials, settings: AgentSettings) -> ssl.SSLContext:
    """The context towards the registry: ``MCP_MESH_TLS_CA`` verifies it under every provider.

    Raises CredentialError.
    """
    authorities: Sequence[bytes] = ()
    # The other providers have put it into the credentials, where it verifies agents as well.
    if settings.provider == "spire" and settings.ca is not None:
        authorities = read_authorities(settings.ca)
    return client_context(credentials, settings.registry_spiffe_id, authorities=authorities)


@final
class ServerContext:
    """The context of an agent's own server, which demands a certificate of the same authorities.

    ``context`` is given to the server once; ``replace`` is what later handshakes get, atomically.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._current = _server_context(credentials)
        self.context = _server_context(credentials)
        # Called for every handshake, also where the client names no host.
        self.context.sni_callback = self._pick

    def replace(self, credentials: Credentials) -> None:
        """Raises CredentialError, and then nothing changes."""
        self._current = _server_context(credentials)

    def _pick(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        connection.context = self._current


def _server_context(credentials: Credentials) -> ssl.SSLContext:
    if not credentials.authorities:
        message = "a server of an agent needs the authorities of its clients: set it"
        raise CredentialError(message, "MCP_MESH_TLS_CA")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS_1_2)
    context.verify_mode = ssl.CERT_REQUIRED
    # A resumed session would keep a client certificate that is trusted no more.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    _load(context, credentials, credentials.authorities)
    return context


def _load(context: ssl.SSLContext, credentials: Credentials, authorities: Sequence[bytes]) -> None:
    try:
        # The ssl module takes a certificate from a file alone.
        with PrivateFiles(credentials) as files:
            context.load_cert_chain(files.certificate, files.key, password="")
        if authorities:
            context.load_verify_locations(cadata=b"".join(authorities))
        else:
            context.load_default_certs()
    except ssl.SSLError as error:
        reason = (error.reason or "not acceptable").replace("_", " ").lower()
        raise CredentialError(f"certificate or key: {reason}") from error
