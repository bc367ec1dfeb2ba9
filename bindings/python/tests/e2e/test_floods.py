"""Floods: what anybody can send without end is counted, and what is kept of it has a bound."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from callgate import SecretKey
from places import counting, place, write_place
from signing import claims_of, header_of, token_of
from world import INVOKE, JSON, World, mark


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("floods") / "g"
    limits = {"replay_entries_per_session": 100, "replay_entries": 150, "sessions": 20}
    config = write_place(folder, {"count": counting(folder, "run")}, limits=limits)
    with place(config) as world:
        yield world


@pytest.mark.attack("A14", "A54")
def test_valid_envelopes_of_one_session_fill_its_share_and_no_more(world: World) -> None:
    flooder, other = world.agent("any"), world.agent("any")
    envelopes = [flooder.call("count.run", {}, id=n) for n in range(400)]
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(world.verdict, envelopes))
    assert verdicts.count(None) == 100
    assert set(verdicts) == {None, "LEDGER_FULL", "LIMIT_EXCEEDED"}
    # What found no room has not run, and may not run later either way.
    assert world.record.read_text().count("tools/call") == 100
    verdicts = [world.verdict(other.call("count.run", {}, id=n)) for n in range(60)]
    assert verdicts == [None] * 50 + ["LEDGER_FULL"] * 10


@pytest.mark.attack("A56", "A58")
def test_garbage_of_nobody_leaves_a_line_a_second_and_cause_and_takes_no_room(
    world: World,
) -> None:
    agent, id = world.agent("any"), mark()
    with SecretKey.generate() as stranger:
        forged = [
            token_of(header_of(agent.token), {**claims_of(agent.token), "jti": f"j-{n}"}, stranger)
            for n in range(200)
        ]
        bodies = [agent.call("count.run", {"n": n}, token=token) for n, token in enumerate(forged)]
    bodies += [bytes([n % 256]) * n for n in range(300)]
    before = _sessions(world)
    lines = len(world.trail())

    def post(body: bytes) -> int:
        return world.http.post(INVOKE["B"], content=body, headers=JSON).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(post, bodies))
    assert statuses <= {400, 401}
    assert _sessions(world) == before
    new = world.trail()[lines:]
    events = [line for line in new if line["kind"] == "event"]
    causes = {line["fields"]["code_name"] for line in events}
    assert causes <= {"INVALID_TOKEN", "INVALID_ENVELOPE"}
    seconds = {(line["fields"]["code_name"], line["time"][:19]) for line in events}
    # One a second of each cause; which second a line is of may be one later.
    assert len(events) <= len(seconds) + len(causes)
    metrics = world.operator.get("/metrics").text
    series = [line for line in metrics.splitlines() if line.startswith("callgate_replies_total")]
    assert len(series) < 20
    assert id not in metrics


def _sessions(world: World) -> int:
    return len(world.operator.get("/admin/v1/sessions").json()["sessions"])


@pytest.mark.attack("A54")
def test_sessions_that_are_remembered_are_bounded(world: World) -> None:
    codes = []
    for _ in range(30):
        with SecretKey.generate() as key:
            codes.append(world.attest(key.public_key.to_base64(), "any").code)
    assert codes.count(None) < 20
    assert set(codes) - {None} and None not in codes[codes.count(None) :]
    assert _sessions(world) <= 20
