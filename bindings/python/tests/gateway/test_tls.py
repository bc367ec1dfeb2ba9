"""TLS of the agents' listener: 1.3, client certificates, certificates that are replaced."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from authorities import authority as root_of
from callgate import CallgateError
from callgate.gateway.config import TlsSettings
from callgate.gateway.http.tls import ServerTls
from callgate.serving.bounded_accept import MARGIN
from callgate.smcp import SMCPClient
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from gateway_process import (
    WORKLOAD,
    replace,
    running,
    wait_until,
    write_gateway,
    write_secret,
)

HOST = "localhost"


@dataclass
class Authority:
    """Issues certificates for one test."""

    folder: Path
    name: str = "authority"

    def __post_init__(self) -> None:
        self._root = root_of(self.name)
        self.file = self.folder / f"{self.name}.pem"
        self.file.write_bytes(self._root.pem)

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files of a certificate and its key."""
        leaf = self._root.issue(name, names=[x509.DNSName(HOST)], serves=True)
        files = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        replace(files[0], leaf.pem.decode())
        files[1].unlink(missing_ok=True)
        write_secret(files[1], leaf.key_pem.decode())
        return files


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def settings(authority: Authority) -> TlsSettings:
    certificate, key = authority.issue("server")
    return TlsSettings(certificate=certificate, key=key)


def handshake(
    tls: ServerTls,
    authority: Authority,
    *,
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    certificate: tuple[Path, Path] | None = None,
) -> ssl.SSLObject:
    """The client's side of one that succeeded, in memory. Raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=str(authority.file))
    context.maximum_version = maximum
    if certificate is not None:
        context.load_cert_chain(*certificate)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname=HOST)
    server = tls.context.wrap_bio(to_server, to_client, server_side=True)
    done = {client: False, server: False}
    while not all(done.values()):
        before = (to_server.pending, to_client.pending, tuple(done.values()))
        for side in (client, server):
            if not done[side]:
                try:
                    side.do_handshake()
                    done[side] = True
                except ssl.SSLWantReadError:
                    pass
        assert before != (to_server.pending, to_client.pending, tuple(done.values()))
    return client


def serial(client: ssl.SSLObject) -> str:
    certificate = client.getpeercert()
    assert certificate is not None
    return str(certificate["serialNumber"])


def test_tls_1_3_and_nothing_older(settings: TlsSettings, authority: Authority) -> None:
    tls = ServerTls(settings)
    assert handshake(tls, authority).version() == "TLSv1.3"
    with pytest.raises(ssl.SSLError):
        handshake(tls, authority, maximum=ssl.TLSVersion.TLSv1_2)


def test_tls_1_2_where_it_is_written_out(settings: TlsSettings, authority: Authority) -> None:
    older = TlsSettings(certificate=settings.certificate, key=settings.key, minimum_version="1.2")
    tls = ServerTls(older)
    assert handshake(tls, authority, maximum=ssl.TLSVersion.TLSv1_2).version() == "TLSv1.2"
    assert handshake(tls, authority).version() == "TLSv1.3"


def test_a_required_client_certificate_must_come_from_its_authority(
    settings: TlsSettings, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "stranger")
    tls = ServerTls(
        TlsSettings(
            certificate=settings.certificate,
            key=settings.key,
            client_ca=authority.file,
            client_certificate="required",
        )
    )
    handshake(tls, authority, certificate=authority.issue("agent"))
    with pytest.raises(ssl.SSLError):
        handshake(tls, authority)
    with pytest.raises(ssl.SSLError):
        handshake(tls, authority, certificate=stranger.issue("forger"))


def test_an_optional_client_certificate_may_be_absent_and_not_forged(
    settings: TlsSettings, authority: Authority, tmp_path: Path
) -> None:
    tls = ServerTls(
        TlsSettings(
            certificate=settings.certificate,
            key=settings.key,
            client_ca=authority.file,
            client_certificate="optional",
        )
    )
    handshake(tls, authority)
    handshake(tls, authority, certificate=authority.issue("agent"))
    with pytest.raises(ssl.SSLError):
        handshake(tls, authority, certificate=Authority(tmp_path, "stranger").issue("forger"))


def test_new_connections_get_the_certificate_that_was_reloaded(
    settings: TlsSettings, authority: Authority
) -> None:
    tls = ServerTls(settings)
    first = serial(handshake(tls, authority))
    authority.issue("server")
    assert serial(handshake(tls, authority)) == first
    tls.reload()
    assert serial(handshake(tls, authority)) != first


def test_a_bad_certificate_keeps_the_old_one(settings: TlsSettings, authority: Authority) -> None:
    tls = ServerTls(settings)
    first = serial(handshake(tls, authority))
    # A certificate that is not the key's, as half of a renewal looks.
    other, _ = authority.issue("other")
    other.replace(settings.certificate)
    with pytest.raises(CallgateError) as caught:
        tls.reload()
    assert "mismatch" in str(caught.value)
    assert serial(handshake(tls, authority)) == first


@pytest.mark.parametrize("fault", ["readable", "absent", "empty", "encrypted"])
def test_a_key_that_cannot_be_used_is_a_clear_error(fault: str, settings: TlsSettings) -> None:
    if fault == "readable":
        settings.key.chmod(0o644)
    elif fault == "absent":
        settings.key.unlink()
    elif fault == "empty":
        settings.key.write_text("")
    else:
        key = serialization.load_pem_private_key(settings.key.read_bytes(), None)
        encryption = serialization.BestAvailableEncryption(b"pass phrase")
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )
        settings.key.write_bytes(pem)
    with pytest.raises(CallgateError) as caught:
        ServerTls(settings)
    assert caught.value.where in (str(settings.key), str(settings.certificate))


@pytest.fixture
def https(tmp_path: Path, authority: Authority) -> Iterator[tuple[str, Path]]:
    certificate, key = authority.issue("server")
    listen = {"port": 0, "tls": {"certificate": str(certificate), "key": str(key)}}
    with running(write_gateway(tmp_path / "gateway", listen=listen)) as gateway:
        yield gateway.url.replace("127.0.0.1", HOST), authority.file


def test_calls_go_over_https(https: tuple[str, Path]) -> None:
    url, authority = https
    assert url.startswith("https://")
    with SMCPClient(url, WORKLOAD, "clock", ca_file=authority) as client:
        client.attest()
        assert client.call_tool("time.get_current_time", {"timezone": "UTC"})


def test_plain_http_gets_no_answer_on_a_tls_port(https: tuple[str, Path]) -> None:
    port = int(https[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        connection.settimeout(10)
        assert b"HTTP" not in connection.recv(1024)


def test_connections_that_never_begin_tls_are_bounded_too(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue(HOST)
    tls = {"certificate": str(certificate), "key": str(key)}
    listen = {"port": 0, "tls": tls, "max_connections": 8, "max_connections_per_address": 8}
    config = write_gateway(tmp_path / "g", listen=listen)
    with running(config) as gateway, contextlib.ExitStack() as stack:
        port = int(gateway.url.rpartition(":")[2])
        silent = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(200)
        ]
        for connection in silent[8 + MARGIN :]:
            connection.settimeout(20)
            assert closed(connection)
        assert gateway.refusals("agents", "connections_closed") == 200 - 8 - MARGIN
        # Who goes away makes room for others.
        for connection in silent:
            connection.close()
        wait_until(lambda: begins_tls(port))


def closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def begins_tls(port: int) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            context.wrap_socket(connection).close()
    except OSError:
        return False
    return True
