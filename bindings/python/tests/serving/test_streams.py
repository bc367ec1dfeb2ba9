"""What goes through TrustTls: much of it, to slow peers, and how either side says that it ends."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import time
from collections.abc import Callable

import pytest
from served import PIECE, Served, until, who

MUCH = 1600  # pieces: 100 MB
# What a peer may have got that reads nothing: the kernel's buffers of both ends, and ours.
STALLED = 32 << 20
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def stands_still(count: Callable[[], int]) -> int:
    """The count, once it has not changed for half a second."""
    before = -1
    while before != (before := count()):
        time.sleep(0.5)
    return before


def expected(pieces: int) -> str:
    digest = hashlib.sha256()
    for _ in range(pieces):
        digest.update(PIECE)
    return digest.hexdigest()


def read_until_end(tls: ssl.SSLSocket) -> bytes:
    said = b""
    while part := tls.recv(65536):
        said += part
    return said


class TestMuch:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_an_answer_waits_for_its_reader(self, served: Served, version: ssl.TLSVersion) -> None:
        context = served.context()
        context.maximum_version = version
        with served.client(context=context) as client:
            client.request("GET", f"/bytes?{MUCH}")
            assert stands_still(lambda: served.app.sent) < STALLED
            answer = client.getresponse()
            digest = hashlib.sha256()
            while part := answer.read(1 << 20):
                digest.update(part)
            assert digest.hexdigest() == expected(MUCH)
            assert who(client)[0] == 200

    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_body_waits_for_the_application(
        self, served: Served, version: ssl.TLSVersion
    ) -> None:
        served.app.may_read.clear()
        context = served.context()
        context.minimum_version = context.maximum_version = version
        with served.client(context=context) as client:
            client.putrequest("POST", "/digest")
            client.putheader("content-length", str(MUCH * len(PIECE)))
            client.endheaders()
            sent, rest = 0, memoryview(PIECE)
            client.sock.settimeout(0.5)
            with contextlib.suppress(TimeoutError, ssl.SSLWantWriteError):
                while sent < MUCH * len(PIECE):
                    done = client.sock.send(rest)
                    sent, rest = sent + done, rest[done:] or memoryview(PIECE)
            assert sent < STALLED
            served.app.may_read.set()
            client.sock.settimeout(20)
            while sent < MUCH * len(PIECE):
                done = client.sock.send(rest)
                sent, rest = sent + done, rest[done:] or memoryview(PIECE)
            answer = client.getresponse()
            assert answer.read().decode().strip('"') == expected(MUCH)

    def test_bytes_go_both_ways_at_one_time(self, served: Served) -> None:
        """One connection sends while another receives."""
        with served.client() as down, served.client() as up:
            down.request("GET", f"/bytes?{MUCH}")
            answer = down.getresponse()
            up.putrequest("POST", "/digest")
            up.putheader("content-length", str(MUCH * len(PIECE)))
            up.endheaders()
            digest = hashlib.sha256()
            for _ in range(MUCH):
                up.send(PIECE)
                digest.update(answer.read(len(PIECE)))
            assert digest.hexdigest() == expected(MUCH)
            assert up.getresponse().read().decode().strip('"') == expected(MUCH)


class TestEnds:
    REQUEST = b"GET /bytes?40 HTTP/1.1\r\nHost: x\r\n\r\n"

    def test_what_is_asked_for_before_close_notify_is_answered(self, served: Served) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = served.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with socket.create_connection(("localhost", served.port), 10) as plain:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65536))
            tls.write(self.REQUEST)
            with contextlib.suppress(ssl.SSLWantReadError):
                tls.unwrap()
            plain.sendall(outgoing.read())
            plain.shutdown(socket.SHUT_WR)
            said = b""
            while part := plain.recv(65536):
                said += part
        # Encrypted, as no client of Python's reads on after its own close_notify.
        assert len(said) > 40 * len(PIECE)

    def test_an_idle_connection_is_closed_by_close_notify(self, served: Served) -> None:
        with served.socket() as tls:
            plain = tls.unwrap()  # waits for the server's close_notify
            assert plain.recv(1) == b""

    def test_the_server_ends_with_close_notify(self, served: Served) -> None:
        with served.socket() as tls:
            tls.sendall(b"GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in read_until_end(tls)

    def test_an_error_is_read_before_the_end(self, served: Served) -> None:
        with served.socket() as tls:
            tls.sendall(b"no HTTP at all\r\n\r\n" + bytes(100_000))
            assert b"malformed" in read_until_end(tls)

    def test_a_peer_that_stays_after_an_error_is_closed(self, served: Served) -> None:
        with served.socket() as tls:
            tls.sendall(b"no HTTP at all\r\n\r\n")
            assert b"malformed" in read_until_end(tls)
            until(lambda: served.tls.open == 0)

    def test_an_end_without_close_notify_cuts_off(self, served: Served) -> None:
        """Anybody on the way can end TCP."""
        with served.socket() as tls:
            tls.sendall(b"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" in tls.recv(65536)
            assert not served.app.cut_off.is_set()
            socket.socket.shutdown(tls, socket.SHUT_WR)
            assert served.app.cut_off.wait(10)

    def test_a_forged_record_ends_the_connection(self, served: Served) -> None:
        with socket.create_connection(("localhost", served.port), 10) as plain:
            tls = served.context().wrap_socket(
                plain.dup(), server_hostname="localhost", suppress_ragged_eofs=False
            )
            with tls:
                tls.sendall(b"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b"200" in tls.recv(65536)
                plain.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
                with pytest.raises(ssl.SSLError, match=r"(?i)bad[_ ]record[_ ]mac"):
                    read_until_end(tls)
                assert served.app.cut_off.wait(10)

    def test_connections_are_forgotten(self, served: Served) -> None:
        with served.client() as client:
            who(client)
            assert served.tls.open == 1
        until(lambda: served.tls.open == 0)
