"""Where a client connects, and under which guarantees."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from typing import Any

import pytest
from authorities import authority as root_of
from blocking import Clients
from callgate.smcp import (
    CertificateRefused,
    ConfigurationError,
    ConnectionLost,
    GatewayUnreachable,
    SMCPClient,
)
from callgate.smcp._address import parse_address
from callgate.smcp._tls import tls_context
from cryptography import x509
from wire_gateway import WireGateway, socket_path


class Authority:
    """A certificate authority that lives in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._root = root_of(name)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._root.pem)

    def issue(self, name: str, *addresses: str) -> tuple[Path, Path]:
        names = [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
        leaf = self._root.issue(name, names=names or [x509.DNSName(name)], serves=True)
        return leaf.write(self.folder, name)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), "authority")


def server_context(
    files: tuple[Path, Path], client_authority: Authority | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if client_authority is not None:
        context.load_verify_locations(client_authority.file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://gateway.example", "https://gateway.example"),
        ("https://gateway.example:8443///", "https://gateway.example:8443"),
        ("https://gateway.example/prefix/", "https://gateway.example/prefix"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_these_addresses_are_taken(url: str, base: str) -> None:
    assert parse_address(url).base == base


@pytest.mark.parametrize("url", ["unix:/run/gateway.sock", "unix:///run/gateway.sock"])
def test_a_unix_address_names_an_absolute_path(url: str) -> None:
    assert parse_address(url).socket == "/run/gateway.sock"


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example",  # A64: a token is not sent in the clear
        "http://10.0.0.1",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://[::ffff:10.0.0.1]",
        "ftp://127.0.0.1",
        "gateway.example",
        "//127.0.0.1",
        "",
        "https://",
        "https://user:secret@gateway.example",
        "http://127.0.0.1\\@gateway.example",
        "http://127.0.0.1\n.example",
        " http://127.0.0.1",
        "https://gateway.example?x=1",
        "https://gateway.example#x",
        "https://gateway.example:70000",
        "https://gateway.example:0",
        "https://gätéway.example",
        "unix:",
        "unix:gateway.sock",
        "unix://gateway.sock",
    ],
)
def test_these_addresses_are_refused_at_construction(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SMCPClient(url, "exec-1", "project")
    assert refused.value.code_name == "INVALID_ARGUMENT"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {"call_timeout": 0},
        {"attest_timeout": float("inf")},
        {"connect_timeout": True},
        {"retries": -1},
        {"retries": 11},
        {"max_response_bytes": 0},
        {"generation": "D"},
        {"enrolment_secret": ""},
        {"ca_file": "/nonexistent"},
        {"client_certificate": "/nonexistent"},
    ],
)
def test_parameters_that_cannot_be_right_are_refused_at_construction(options: Any) -> None:
    with pytest.raises(ConfigurationError):
        SMCPClient("https://gateway.example", "exec-1", "project", **options)


def test_tls_is_1_3_off_loopback() -> None:
    far = tls_context(parse_address("https://gateway.example"), None, None)
    near = tls_context(parse_address("https://127.0.0.1"), None, None)
    assert far.minimum_version is ssl.TLSVersion.TLSv1_3
    assert near.minimum_version is ssl.TLSVersion.TLSv1_2
    for context in (far, near):
        assert context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED


def test_the_environment_neither_redirects_nor_records(
    monkeypatch: pytest.MonkeyPatch, gateway: WireGateway, clients: Clients, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    client = clients.smcp(gateway.url)
    client.attest()
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
    assert not (tmp_path / "keys").exists()


def test_a_unix_socket_is_called(tmp_path: Path, clients: Clients) -> None:
    with WireGateway(socket_path(tmp_path)) as gateway:
        client = clients.smcp(gateway.url)
        client.attest()
        assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
        assert gateway.seen[0].headers["host"] == "localhost"
        client.close()


def test_a_certificate_of_the_given_authority_is_taken(
    authority: Authority, clients: Clients
) -> None:
    files = authority.issue("server", "127.0.0.1")
    with WireGateway(tls=server_context(files)) as gateway:
        client = clients.smcp(gateway.url, ca_file=authority.file)
        client.attest()
        assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
        client.close()


def test_any_other_certificate_is_refused_at_once(
    authority: Authority, tmp_path: Path, clients: Clients
) -> None:
    stranger = Authority(tmp_path, "stranger")
    elsewhere = authority.issue("elsewhere", "127.0.0.2")
    cases = [
        (stranger.issue("server", "127.0.0.1"), authority.file),  # unknown authority
        (elsewhere, authority.file),  # another name
        (authority.issue("server2", "127.0.0.1"), None),  # not of the system's authorities
    ]
    for files, ca_file in cases:
        with WireGateway(tls=server_context(files)) as gateway:
            client = clients.smcp(gateway.url, ca_file=ca_file)
            with pytest.raises(CertificateRefused) as refused:
                client.attest()
            assert refused.value.dispatched is False
            assert isinstance(refused.value, GatewayUnreachable)
            assert not gateway.seen
            client.close()


def test_a_client_certificate_is_presented(authority: Authority, clients: Clients) -> None:
    files = authority.issue("server", "127.0.0.1")
    mine = authority.issue("agent")
    with WireGateway(tls=server_context(files, authority)) as gateway:
        client = clients.smcp(gateway.url, ca_file=authority.file, client_certificate=mine)
        client.attest()
        assert client.session_id
        client.close()
        without = clients.smcp(gateway.url, ca_file=authority.file, retries=0)
        with pytest.raises((ConnectionLost, GatewayUnreachable)):
            without.attest()
        without.close()
        assert len(gateway.seen) == 1


def test_certificates_for_an_address_without_tls_are_a_mistake(authority: Authority) -> None:
    with pytest.raises(ConfigurationError):
        SMCPClient("http://127.0.0.1:1", "exec-1", "project", ca_file=authority.file)
