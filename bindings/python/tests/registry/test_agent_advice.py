"""What an agent is told to do about a registry that it does not reach, or that refuses it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from authorities import Issued, authority
from callgate.registry.agent.advice import refused, unreachable
from callgate.trust import REASONS
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from handshakes import handshake

SERVERS = authority("Servers")
URL = "https://registry.test:8443"


def told(folder: Path, issuer: Issued, *names: str, asked: str = "registry.test") -> str:
    """Of a handshake with a server of these names, by a client that trusts Servers."""
    server = issuer.issue(
        "registry",
        names=[x509.DNSName(name) for name in names],
        purpose=ExtendedKeyUsageOID.SERVER_AUTH,
    )
    (folder / "pair.pem").write_bytes(server.key_pem + server.pem)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / "pair.pem")
    ours = ssl.create_default_context(cadata=SERVERS.pem.decode())
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        handshake(ours, theirs, asked)
    return unreachable(URL, caught.value)


@pytest.mark.parametrize("asked", ["registry.test", "192.0.2.1"])
def test_another_name_points_to_the_url(tmp_path: Path, asked: str) -> None:
    said = told(tmp_path, SERVERS, "elsewhere.test", asked=asked)
    assert said.startswith(f"{URL}: SSLCertVerificationError: ")
    assert said.endswith(
        "MCP_MESH_REGISTRY_URL needs a name or address of the registry's certificate"
    )


def test_another_authority_points_to_the_ca_file(tmp_path: Path) -> None:
    said = told(tmp_path, authority("Strangers"), "registry.test")
    assert said.endswith(
        "MCP_MESH_TLS_CA names the file of the authorities that verify the registry"
    )


def test_anything_else_points_to_the_registry() -> None:
    said = unreachable(URL, ConnectionRefusedError("refused"))
    assert said.endswith("see that MCP_MESH_REGISTRY_URL is the registry's, and that it runs")


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_each_reason_of_a_refusal_has_its_advice(reason: str) -> None:
    assert refused(reason) == f": {REASONS[reason].advice}"
    assert REASONS[reason].advice


@pytest.mark.parametrize("reason", [None, "", "name_not_bound", "other"])
def test_what_is_no_reason_of_trust_has_none(reason: str | None) -> None:
    assert refused(reason) == ""
