"""When a connection's verdict is asked for again, and what of it a request sees."""

from __future__ import annotations

from callgate.serving.peer import Peer, certificate_thumbprint
from callgate.serving.standing import Standing
from callgate.serving.subject import Subject
from callgate.trust import Verdict

CHAIN = (b"leaf", b"intermediate")
LEAF = "aa" * 32
GOOD = Verdict(trusted=True, entity="acme", leaf_sha256=LEAF, valid_until=2000.0)
BAD = Verdict(trusted=False, reason="revoked", where="leaf", leaf_sha256=LEAF)


class Answers:
    """A judge that says what it is told to say."""

    def __init__(self, verdict: Verdict) -> None:
        self.generation = 1
        self.verdict = verdict
        self.asked = 0

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        assert chain == CHAIN
        self.asked += 1
        return self.verdict


class Connection:
    def __init__(self, verdict: Verdict, chain: tuple[bytes, ...] = CHAIN) -> None:
        self.now = 1000.0
        self.judge = Answers(verdict)
        seen = Peer(address="192.0.2.1", chain=chain)
        self.standing = Standing(self.judge, seen, now=lambda: self.now)

    def request(self) -> Peer:
        return self.standing.peer()


class TestAskedAgain:
    def test_a_verdict_stands_until_its_path_expires(self) -> None:
        connection = Connection(GOOD)
        for connection.now in (1000.0, 1500.0, 1999.9):
            assert connection.request().subject is not None
        assert connection.judge.asked == 1
        connection.now = 2000.0
        connection.judge.verdict = Verdict(trusted=False, reason="expired")
        assert connection.request().subject is None
        assert connection.judge.asked == 2

    def test_another_generation_asks_again(self) -> None:
        connection = Connection(GOOD)
        assert connection.request().subject is not None
        connection.judge.verdict = BAD
        assert connection.request().subject is not None  # nothing changed, it says
        connection.judge.generation += 1
        assert connection.request().subject is None

    def test_a_clock_that_went_back_asks_again(self) -> None:
        connection = Connection(GOOD)
        connection.request()
        connection.now = 999.0
        connection.judge.verdict = Verdict(trusted=False, reason="not_yet_valid")
        assert connection.request().subject is None

    def test_a_refusal_stands_for_a_second(self) -> None:
        connection = Connection(BAD)
        for connection.now in (1000.0, 1000.9):
            assert connection.request().subject is None
        assert connection.judge.asked == 1
        connection.now = 1001.0
        connection.judge.verdict = GOOD
        assert connection.request().subject is not None

    def test_without_an_end_it_is_asked_each_time(self) -> None:
        connection = Connection(Verdict(trusted=True, entity="acme", leaf_sha256=LEAF))
        assert connection.request().subject is not None
        assert connection.request().subject is not None
        assert connection.judge.asked == 2

    def test_a_change_while_it_is_judged_is_not_missed(self) -> None:
        connection = Connection(GOOD)

        class Changing(Answers):
            def judge(self, chain: tuple[bytes, ...]) -> Verdict:
                verdict = super().judge(chain)
                if self.asked == 1:
                    self.generation, self.verdict = 2, BAD
                return verdict

        judge = Changing(GOOD)
        standing = Standing(judge, Peer(chain=CHAIN), now=lambda: connection.now)
        assert standing.peer().subject is not None
        assert standing.peer().subject is None

    def test_no_certificate_is_never_judged(self) -> None:
        connection = Connection(GOOD, chain=())
        peer = connection.request()
        assert (peer.subject, peer.verdict, connection.judge.asked) == (None, None, 0)


class TestPeer:
    def test_the_trusted_one_has_subject_and_thumbprint(self) -> None:
        peer = Connection(GOOD).request()
        assert peer.address == "192.0.2.1"
        assert peer.chain == CHAIN
        assert peer.verdict is GOOD
        assert peer.subject == Subject.of_verdict(GOOD)
        assert peer.certificate_thumbprint == certificate_thumbprint(b"leaf")

    def test_the_refused_one_keeps_chain_and_reason_alone(self) -> None:
        peer = Connection(BAD).request()
        assert (peer.subject, peer.certificate_thumbprint) == (None, None)
        assert (peer.chain, peer.verdict) == (CHAIN, BAD)

    def test_last_is_who_was_trusted_before(self) -> None:
        connection = Connection(GOOD)
        assert connection.standing.last.subject is None
        trusted = connection.request()
        connection.judge.generation, connection.judge.verdict = 2, BAD
        assert connection.request() != trusted
        assert connection.standing.last == trusted

    def test_a_chain_is_not_in_its_text(self) -> None:
        assert "intermediate" not in repr(Connection(GOOD).request())
