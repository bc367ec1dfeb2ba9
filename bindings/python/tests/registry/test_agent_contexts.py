"""The TLS contexts of agents among themselves: both sides verified, renewed without a restart."""

from __future__ import annotations

import ssl

import pytest
from callgate.registry.agent import CredentialError, Credentials, ServerContext, client_context
from callgate.registry.demo.certificates import Authority, Issued
from handshakes import handshake

MESH, OTHER = Authority("mesh"), Authority("other")
SERVER = MESH.issue("server", dns=["agent.example"])
CLIENT = MESH.issue("client")


def credentials(issued: Issued, authority: Authority = MESH) -> Credentials:
    return Credentials.of_pem(issued.pem, issued.key_pem, authority.pem, where="test")


def test_agents_of_one_authority_connect() -> None:
    client = client_context(credentials(CLIENT), None)
    server = ServerContext(credentials(SERVER)).context
    assert handshake(client, server, "agent.example") == SERVER.der


def test_a_server_of_another_name_is_refused() -> None:
    client = client_context(credentials(CLIENT), None)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(client, ServerContext(credentials(SERVER)).context, "other.example")


def test_a_server_of_another_authority_is_refused() -> None:
    server = ServerContext(credentials(OTHER.issue("server", dns=["agent.example"]))).context
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(client_context(credentials(CLIENT), None), server, "agent.example")


def test_a_client_without_a_certificate_is_refused() -> None:
    client = ssl.create_default_context(cadata=MESH.pem.decode())
    with pytest.raises(ssl.SSLError, match="PEER_DID_NOT_RETURN_A_CERTIFICATE"):
        handshake(client, ServerContext(credentials(SERVER)).context, "agent.example")


def test_a_client_of_another_authority_is_refused() -> None:
    client = client_context(credentials(OTHER.issue("client")), None)
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        handshake(client, ServerContext(credentials(SERVER)).context, "agent.example")


def test_a_running_server_presents_what_was_renewed() -> None:
    server = ServerContext(credentials(SERVER))
    newer = MESH.issue("server", dns=["agent.example"])
    server.replace(credentials(newer))
    client = client_context(credentials(CLIENT), None)
    assert handshake(client, server.context, "agent.example") == newer.der


def test_a_running_server_takes_renewed_authorities() -> None:
    server = ServerContext(credentials(SERVER))
    server.replace(credentials(SERVER, OTHER))
    client = client_context(credentials(OTHER.issue("client"), MESH), None)
    assert handshake(client, server.context, "agent.example") == SERVER.der
    with pytest.raises(ssl.SSLError):
        handshake(client_context(credentials(CLIENT), None), server.context, "agent.example")


def test_a_server_without_authorities_is_an_error() -> None:
    with pytest.raises(CredentialError) as caught:
        ServerContext(Credentials.of_pem(SERVER.pem, SERVER.key_pem, where="test"))
    assert caught.value.where == "MCP_MESH_TLS_CA"
