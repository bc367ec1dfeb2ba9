"""Which clients get through the handshake of TrustTls, and what the application sees of them."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authorities import DAY, Issued, authority
from callgate.serving.bounded_accept import MARGIN
from callgate.serving.http_limits import HttpLimits
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from served import SERVERS, Served, serving, until, who

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def agent(acme: Issued) -> Issued:
    return acme.issue("agent")


def s_client(served: Served, *options: str, typed: bytes = b"") -> str:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{served.port}", *options]
    done = subprocess.run(command, input=typed, capture_output=True, timeout=30, check=False)
    return (done.stdout + done.stderr).decode(errors="replace")


class TestCertificates:
    def test_a_client_without_one_is_let_through(self, served: Served) -> None:
        with served.client() as client:
            status, seen = who(client)
        assert (status, seen["subject"], seen["chain"]) == (200, None, [])
        assert seen["reason"] is None
        assert seen["scheme"] == "https"
        assert served.judge.judged == 0

    def test_a_trusted_one_gives_a_subject(self, served: Served, agent: Issued) -> None:
        with served.client([agent]) as client:
            status, seen = who(client)
        assert (status, seen["subject"]) == (200, f"acme/{agent.sha256}")
        assert seen["thumbprint"] is not None

    def test_an_untrusted_one_is_no_certificate_but_a_reason(self, served: Served) -> None:
        stranger = authority("Others").issue("agent")
        with served.client([stranger]) as client:
            status, seen = who(client)
        assert (status, seen["reason"]) == (403, "untrusted")
        assert seen["subject"] is seen["thumbprint"] is None
        assert seen["chain"] == [stranger.sha256]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_chain_has_leaf_and_intermediate(
        self, served: Served, acme: Issued, version: ssl.TLSVersion
    ) -> None:
        between = acme.issue("Acme Issuing", ca=True)
        leaf = between.issue("agent")
        context = served.context([leaf, between])
        context.maximum_version = version
        with served.client(context=context) as client:
            status, seen = who(client)
        assert (status, seen["entity"]) == (200, "acme")
        assert seen["chain"] == [leaf.sha256, between.sha256]

    @pytest.mark.parametrize(
        ("how", "reason"),
        [
            ({"starts": -2 * DAY, "ends": -DAY}, "expired"),
            ({"starts": DAY}, "not_yet_valid"),
            ({"ca": True}, "ca_leaf"),
            ({"purpose": ExtendedKeyUsageOID.SERVER_AUTH}, "wrong_eku"),
            ({"key": rsa.generate_private_key(65537, 1024)}, "weak_key"),
            ({"key": rsa.generate_private_key(65537, 2048)}, None),
        ],
    )
    @pytest.mark.parametrize("version", VERSIONS)
    def test_each_fault_is_a_reason_and_no_broken_handshake(
        self,
        served: Served,
        acme: Issued,
        how: dict[str, Any],
        reason: str | None,
        version: ssl.TLSVersion,
    ) -> None:
        context = served.context()
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # the client itself would not show all of them
        context.minimum_version = context.maximum_version = version
        served.show(context, [acme.issue("agent", **how)])
        with served.client(context=context) as client:
            status, seen = who(client)
        assert (status, seen["reason"]) == (200 if reason is None else 403, reason)

    def test_a_chain_that_is_too_long_is_a_reason_too(self, served: Served, acme: Issued) -> None:
        leaf = acme.issue("agent")
        with served.client([leaf, *[acme] * 40]) as client:
            status, seen = who(client)
        assert (status, seen["subject"]) == (403, None)
        assert len(seen["chain"]) == 41
        with served.client([leaf, acme]) as client:
            assert who(client)[0] == 200


class TestClients:
    def test_httpx_offers_alpn_and_keeps_the_connection(
        self, served: Served, agent: Issued
    ) -> None:
        url = f"https://localhost:{served.port}/who"
        with httpx2.Client(verify=served.context([agent]), trust_env=False) as client:
            answers = [client.get(url).json() for _ in range(3)]
            assert served.tls.open == 1
        assert {answer["entity"] for answer in answers} == {"acme"}
        assert served.judge.judged == 1

    def test_openssl_gets_http_1_1_of_what_it_offers(self, served: Served) -> None:
        assert "ALPN protocol: http/1.1" in s_client(served, "-alpn", "h2,http/1.1")

    def test_openssl_may_offer_no_protocol(self, served: Served) -> None:
        assert "No ALPN negotiated" in s_client(served)

    @pytest.mark.parametrize("version", VERSIONS)
    def test_both_versions_are_spoken(self, served: Served, version: ssl.TLSVersion) -> None:
        context = served.context()
        context.minimum_version = context.maximum_version = version
        with served.client(context=context) as client:
            assert who(client)[0] == 200

    def test_tls_1_1_is_refused(self, served: Served) -> None:
        said = s_client(served, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        assert re.search("alert protocol version|no protocols available", said)
        assert "Cipher is (NONE)" in said


class TestSessions:
    @pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
    def test_no_session_is_resumed(self, served: Served, agent: Issued, version: str) -> None:
        pair = served.folder / "agent.pem"
        pair.write_bytes(agent.pem + agent.key_pem)
        saved = served.folder / "session"
        certificate = ["-cert", str(pair), "-key", str(pair), version]
        head = b"HEAD /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        first = s_client(served, *certificate, "-ign_eof", "-sess_out", str(saved), typed=head)
        assert "200 OK" in first
        if not saved.exists():
            return  # it was given none to resume
        again = s_client(served, *certificate, "-ign_eof", "-sess_in", str(saved), typed=head)
        assert "200 OK" in again
        assert "Reused, " not in again
        assert served.judge.judged == 2

    def test_python_resumes_nothing(self, served: Served, agent: Issued) -> None:
        context = served.context([agent])
        with served.client(context=context) as client:
            who(client)
            session = client.sock.session
        with (
            socket.create_connection(("localhost", served.port), 10) as plain,
            context.wrap_socket(plain, server_hostname="localhost", session=session) as tls,
        ):
            assert not tls.session_reused

    def test_renegotiation_is_refused(self, served: Served) -> None:
        said = s_client(served, "-tls1_2", typed=b"R\n")
        assert "RENEGOTIATING" in said
        assert re.search("no renegotiation|unsafe legacy|handshake failure", said)

    def test_keys_may_change_in_mid_connection(self, served: Served) -> None:
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{served.port}", "-tls1_3"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as client:
            assert client.stdin is not None
            assert client.stdout is not None
            for _ in range(20):
                client.stdin.write(b"K\n")  # its letter for a KeyUpdate that asks for one
                client.stdin.flush()
                while client.stdout.readline().strip() != b"KEYUPDATE":
                    assert client.poll() is None
            client.stdin.write(b"HEAD /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            client.stdin.flush()
            assert b"200 OK" in client.stdout.read()


class TestStrangers:
    @pytest.mark.parametrize(
        "garbage",
        [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(2000), b"\x16\x03\x01\xff\xff" * 400],
    )
    def test_garbage_ends_the_connection(self, served: Served, garbage: bytes) -> None:
        with socket.create_connection(("localhost", served.port), 10) as plain:
            plain.sendall(garbage)
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while part := plain.recv(4096):
                    said += part
        assert b"HTTP" not in said
        with served.client() as client:
            assert who(client)[0] == 200

    @pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"])
    def test_a_silent_peer_is_closed(self, acme: Issued, tmp_path: Path, sent: bytes) -> None:
        with serving(tmp_path, {"acme": acme}, handshake_seconds=0.2) as served:
            with socket.create_connection(("localhost", served.port), 10) as plain:
                plain.sendall(sent)
                with contextlib.suppress(ConnectionResetError):
                    assert plain.recv(1) == b""
            with served.client() as client:
                assert who(client)[0] == 200

    def test_a_silent_peer_does_not_delay_the_stop(self, acme: Issued, tmp_path: Path) -> None:
        with contextlib.ExitStack() as stack:
            with serving(tmp_path, {"acme": acme}, handshake_seconds=3600) as served:
                address = ("localhost", served.port)
                plain = stack.enter_context(socket.create_connection(address, 10))
                until(lambda: served.tls.open == 1)
            assert served.tls.open == 0
            with contextlib.suppress(ConnectionResetError):
                assert plain.recv(1) == b""

    def test_bounds_of_connections_hold(self, acme: Issued, tmp_path: Path) -> None:
        limits = HttpLimits(connections=2, connections_per_address=2)
        with (
            serving(tmp_path, {"acme": acme}, limits=limits) as served,
            contextlib.ExitStack() as stack,
        ):
            for _ in range(2):
                assert who(stack.enter_context(served.client()))[0] == 200
            with served.client() as third:
                assert who(third) == (429, {"error": "connections"})
            # Those that never begin a handshake are counted as they are accepted.
            for _ in range(MARGIN):
                stack.enter_context(socket.create_connection(("localhost", served.port), 10))
            one_more = stack.enter_context(socket.create_connection(("localhost", served.port), 10))
            with contextlib.suppress(ConnectionResetError):
                assert one_more.recv(1) == b""
            assert served.refused[0] == "connections"
            until(lambda: "connections_closed" in served.refused)


def test_the_server_shows_its_own_certificate(served: Served) -> None:
    with served.socket() as tls:
        shown = tls.getpeercert()
    assert shown is not None
    assert ((("commonName", SERVERS.certificate.subject.rfc4514_string()[3:]),),) == shown["issuer"]
