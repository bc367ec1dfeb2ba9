"""SpiffePeerContext: a client's TLS context that knows the server by its SPIFFE ID.

Source: the SPIFFE X.509-SVID specification, sections 2 and 5.
"""

from __future__ import annotations

import ssl

from spiffe import SpiffeId
from spiffe.errors import PySpiffeError

from callgate.registry.agent.errors import CredentialError
from callgate.serving.leaf_names import LeafNames


class SpiffePeerContext(ssl.SSLContext):
    """The path is verified to the authorities that are loaded, the name is the one URI of the
    server's certificate. A server of another ID fails the handshake, before a byte is sent to it.
    """

    _own_domain: str
    _expected: str | None

    @classmethod
    def expecting(cls, own_id: str, expected: str | None) -> SpiffePeerContext:
        """``expected`` is the server's SPIFFE ID, else any of the trust domain of ``own_id``.

        Raises CredentialError for what is no SPIFFE ID.
        """
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        domain = _trust_domain(own_id)
        if domain is None:
            raise CredentialError("the SVID has no well-formed SPIFFE ID", "MCP_MESH_SPIRE_SOCKET")
        if expected is not None and _trust_domain(expected) is None:
            message = "expected a SPIFFE ID such as spiffe://example.org/registry"
            raise CredentialError(message, "MCP_MESH_REGISTRY_SPIFFE_ID")
        context._own_domain, context._expected = domain, expected
        context.sslobject_class = _SpiffePeer
        context.sslsocket_class = _SpiffePeerSocket
        return context

    def check_peer(self, der: bytes | None) -> None:
        """Raises ssl.SSLCertVerificationError unless the certificate is the expected server's."""
        found = None if der is None else _only_uri(der)
        if self._expected is not None:
            accepted = found == self._expected
        else:
            accepted = found is not None and _trust_domain(found) == self._own_domain
        if not accepted:
            wanted = self._expected or f"one of spiffe://{self._own_domain}"
            raise ssl.SSLCertVerificationError(
                1, f"the server's SPIFFE ID is not {wanted} (MCP_MESH_REGISTRY_SPIFFE_ID)"
            )


class _SpiffePeer(ssl.SSLObject):
    """Of asyncio, and of HTTP clients that are built on it."""

    def do_handshake(self) -> None:
        super().do_handshake()
        _check(self.context, self.getpeercert(binary_form=True))


class _SpiffePeerSocket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        super().do_handshake(block)
        _check(self.context, self.getpeercert(binary_form=True))


def _check(context: ssl.SSLContext, der: bytes | None) -> None:
    assert isinstance(context, SpiffePeerContext)
    context.check_peer(der)


def _trust_domain(text: str) -> str | None:
    try:
        parsed = SpiffeId(text)
    except PySpiffeError:
        return None
    # The library lowers the case of what the specification refuses.
    return str(parsed.trust_domain) if str(parsed) == text else None


def _only_uri(der: bytes) -> str | None:
    """The URI of a certificate that has exactly one."""
    names = LeafNames.of(der)
    return names.uris[0] if names is not None and len(names.uris) == 1 else None
