"""What turns while a connection is open: trust, times, the server's own certificate."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from authorities import Issued, authority
from callgate import CallgateError
from callgate.serving.tls.context import read_context
from served import Served, server_certificate, until, who, write_pair


@pytest.fixture
def agent(acme: Issued) -> Issued:
    return acme.issue("agent")


def revoke(served: Served, entity: str) -> None:
    left = {name: one for name, one in served.judge.entities.items() if name != entity}
    served.run(lambda: served.judge.change(left))


class TestMidConnection:
    def test_a_revoked_entity_is_seen_at_the_next_request(
        self, served: Served, agent: Issued
    ) -> None:
        with served.client([agent]) as client:
            assert who(client)[0] == 200
            socket_before = client.sock
            revoke(served, "acme")
            status, seen = who(client)
            assert (status, seen["reason"], seen["subject"]) == (403, "untrusted", None)
            assert client.sock is socket_before

    def test_an_entity_that_comes_back_is_seen_too(
        self, served: Served, agent: Issued, acme: Issued
    ) -> None:
        with served.client([agent]) as client:
            revoke(served, "acme")
            assert who(client)[0] == 403
            served.run(lambda: served.judge.change({"acme": acme}))
            assert who(client)[0] == 200

    def test_a_path_that_expires_is_seen_at_the_next_request(
        self, served: Served, acme: Issued
    ) -> None:
        with served.client([acme.issue("agent", ends=datetime.timedelta(seconds=3))]) as client:
            assert who(client)[0] == 200
            until(lambda: who(client)[0] == 403)
            assert who(client)[1]["reason"] == "expired"
            assert served.tls.open == 1

    def test_a_verdict_that_stands_is_not_asked_for_again(
        self, served: Served, agent: Issued
    ) -> None:
        with served.client([agent]) as client:
            for _ in range(20):
                assert who(client)[0] == 200
        assert served.judge.judged == 1


class TestCloseWhere:
    def test_connections_of_one_entity_close_and_no_other(
        self, served: Served, agent: Issued, acme: Issued
    ) -> None:
        other = authority("Globex Root")
        served.judge.change({"acme": acme, "globex": other})
        neighbour = other.issue("neighbour")
        with served.client([agent]) as evicted, served.client([neighbour]) as kept:
            assert who(evicted)[1]["entity"] == "acme"
            assert who(kept)[1]["entity"] == "globex"
            revoke(served, "acme")
            closed = served.run(
                lambda: served.tls.close_where(
                    lambda peer: peer.subject is not None and peer.subject.entity == "acme"
                )
            )
            assert closed == 1
            with contextlib.suppress(OSError):
                assert evicted.sock.recv(1) == b""
            before = kept.sock
            assert who(kept)[0] == 200
            assert kept.sock is before

    def test_a_stream_under_way_is_cut_off(self, served: Served, agent: Issued) -> None:
        with served.client([agent]) as client:
            client.request("GET", "/hold")
            answer = client.getresponse()
            assert answer.read(5) == b"first"
            served.run(lambda: served.tls.close_where(lambda peer: peer.subject is not None))
            with pytest.raises((OSError, EOFError, Exception)):
                if not answer.read():
                    raise EOFError
            assert served.app.cut_off.wait(10)

    def test_who_never_was_trusted_is_judged_by_the_chain(
        self, served: Served, agent: Issued
    ) -> None:
        stranger = authority("Others").issue("stranger")
        with served.client([stranger]) as client, served.client() as anonymous:
            assert who(client)[0] == 403
            assert who(anonymous)[0] == 200
            closed = served.run(
                lambda: served.tls.close_where(lambda peer: peer.chain == (stranger.der,))
            )
            assert closed == 1
            assert who(anonymous)[0] == 200


class TestServersPair:
    def shown(self, served: Served) -> str:
        with served.socket() as tls:
            certificate = tls.getpeercert()
        assert certificate is not None
        subject = dict(one[0] for one in certificate["subject"])  # type: ignore[misc]
        return str(subject["commonName"])

    def test_new_connections_get_the_new_pair(self, served: Served) -> None:
        with served.client() as before:
            assert who(before)[0] == 200
            write_pair(served.folder, "renewed")
            assert self.shown(served) == "localhost"
            served.run(served.tls.reload)
            assert self.shown(served) == "renewed"
            assert who(before)[0] == 200

    def test_half_a_pair_changes_nothing(self, served: Served) -> None:
        (served.folder / "server.crt").write_bytes(server_certificate("renewed").pem)
        with pytest.raises(CallgateError, match="do not belong together") as raised:
            served.run(served.tls.reload)
        assert raised.value.where == str(served.folder / "server.crt")
        assert self.shown(served) == "localhost"

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("server.crt", b"", "no certificate chain"),
            ("server.crt", None, "No such file"),
            ("server.key", b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n", "no private key"),
            ("server.key", None, "No such file"),
            ("server.key", bytes(2 << 20), "larger than"),
        ],
    )
    def test_each_fault_names_its_file(
        self, served: Served, name: str, content: bytes | None, says: str
    ) -> None:
        path = served.folder / name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        with pytest.raises(CallgateError, match=says) as raised:
            served.run(served.tls.reload)
        assert raised.value.where == str(path)
        assert "c2VjcmV0" not in str(raised.value)
        assert self.shown(served) == "localhost"

    @pytest.mark.parametrize("mode", [0o604, 0o620, 0o602])
    def test_a_key_that_others_read_or_write_is_refused(self, served: Served, mode: int) -> None:
        (served.folder / "server.key").chmod(mode)
        with pytest.raises(CallgateError, match="chmod 600"):
            served.run(served.tls.reload)
        (served.folder / "server.key").chmod(0o640)
        served.run(served.tls.reload)

    def test_an_encrypted_key_is_refused_without_a_question(self, served: Served) -> None:
        from cryptography.hazmat.primitives.serialization import (
            BestAvailableEncryption,
            Encoding,
            PrivateFormat,
        )

        one = server_certificate()
        secret = one.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
        )
        (served.folder / "server.key").write_bytes(secret)
        with pytest.raises(CallgateError, match="pass phrase"):
            read_context(served.folder / "server.crt", served.folder / "server.key")
