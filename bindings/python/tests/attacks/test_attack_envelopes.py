"""Envelopes: form, signature, freshness and replay, each forged beside the good one."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from callgate import SecretKey
from gateway_process import replace
from signing import call, canonical, changed, plus_group_order, seconds_of, signature_of
from world import ENTRIES, INVOKE, World, mark

attack = pytest.mark.attack
DATE = "2026-02-17"


@attack("A1", "A2")
@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_bodies_of_an_older_protocol_that_signed_less_are_refused(
    here: World, protocol: str
) -> None:
    agent, id = here.agent(), mark()
    payload = call("fs.read", {"mark": id, "path": "/workspace/a"})
    signature = base64.b64encode(agent.key.sign(payload.encode())).decode()
    old = {"security_token": agent.token, "signature": signature, "payload": json.loads(payload)}
    inner = {**old, "inner_mcp": list(payload.encode())}
    for body in (old, inner, {k: v for k, v in inner.items() if k != "payload"}):
        for generation in INVOKE:
            answer = here.post(json.dumps(body).encode(), generation)
            assert (answer.code, answer.number) == ("INVALID_ENVELOPE", 1000)
    # With the members that name protocol and time it is a signature over something else.
    whole = agent.sign(payload, signature=signature, protocol=protocol)
    assert here.verdict(whole) == "INVALID_SIGNATURE"
    assert here.times(id) == 0
    assert here.verdict(agent.sign(payload, protocol=protocol)) is None
    assert here.times(id) == 1


@attack("A3", "A11")
@pytest.mark.parametrize(("first", "second"), [("B", "C"), ("C", "A"), ("A", "B")])
def test_an_envelope_counts_once_on_all_paths_under_either_protocol(
    here: World, first: str, second: str
) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    assert here.verdict(envelope, first) is None
    for generation, number in ((first, 1003 if first == "C" else 1004), (second, None)):
        for protocol in ("smcp/v1", "seal/v1"):
            answer = here.post(changed(envelope, protocol=protocol), generation)
            assert answer.code == "REPLAY_DETECTED"
            assert answer.body["error"]["details"]["cause"] == "already_seen"
            assert number is None or answer.number == number
    assert here.times(id) == 1


@attack("A4")
def test_an_envelope_with_other_milliseconds_is_the_same_envelope(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    assert here.verdict(envelope) is None
    second = json.loads(envelope)["timestamp"][:19]
    for fraction in ("", ".0", ".001", ".999", ".123456789"):
        replayed = changed(envelope, timestamp=f"{second}{fraction}Z")
        assert here.verdict(replayed) == "REPLAY_DETECTED"
    assert here.times(id) == 1


@attack("A5")
def test_the_same_instant_in_another_time_zone_is_no_timestamp(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    instant = json.loads(envelope)["timestamp"][:19]
    for zone in ("+00:00", "-00:00", "+00", "z", ""):
        assert here.verdict(changed(envelope, timestamp=instant + zone)) == "INVALID_ENVELOPE"
    assert here.verdict(envelope) is None
    assert here.times(id) == 1


@attack("A6", "A7")
def test_a_signature_has_one_spelling(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    good = signature_of(envelope)
    raw = base64.b64decode(good)
    twins: list[Any] = [
        good[:40] + "\n" + good[40:],
        good + "\n",
        " " + good,
        good[:40] + "!@#$" + good[40:],
        good + "==",
        good + "AAAA",
        good.rstrip("="),
        # 64 bytes end in a letter of which four bits mean nothing: A, Q, g or w.
        good[:-3] + chr(ord(good[-3]) + 1) + "==",
        "-_" + good[2:],
        raw.hex(),
        base64.b64encode(raw[:63]).decode(),
        base64.b64encode(raw + b"\0").decode(),
        list(raw),
        [good],
        int.from_bytes(raw[:4], "big"),
        {"signature": good},
        True,
        "",
    ]
    for twin in twins:
        # Refused before anybody is known, so no session of theirs is told to slow down.
        answer = here.post(changed(envelope, signature=twin))
        assert (answer.status, answer.code) == (400, "INVALID_ENVELOPE"), twin
    assert here.verdict(envelope) is None
    assert here.times(id) == 1


@attack("A8")
def test_a_signature_with_another_s_for_the_same_message_is_none(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    twin = plus_group_order(signature_of(envelope))
    answer = here.post(changed(envelope, signature=twin))
    assert (answer.code, answer.number) == ("INVALID_SIGNATURE", 1001)
    assert here.verdict(envelope) is None
    assert here.verdict(changed(envelope, signature=twin)) == "INVALID_SIGNATURE"
    assert here.times(id) == 1


@attack("A10", "A16")
def test_one_token_signs_many_calls_even_under_one_request_id(here: World) -> None:
    agent = here.agent()
    ids = [mark() for _ in range(5)]
    for id in ids:
        answer = here.post(here.read_as(agent, id, id="the same"))
        assert answer.code is None
        # The answer is told apart by its content only, which is the caller's own doing.
        assert answer.body["payload"]["id"] == "the same" and id in answer.text
    assert [here.times(id) for id in ids] == [1] * 5


@attack("A12")
def test_an_envelope_from_the_future_is_remembered_at_once_too(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id, age=-25)
    assert here.verdict(envelope) is None
    assert here.verdict(envelope) == "REPLAY_DETECTED"
    assert here.times(id) == 1


@attack("A14")
def test_one_session_fills_its_own_share_of_the_replay_table_only(here: World) -> None:
    flooder, other = here.agent(), here.agent()
    for n in range(ENTRIES):
        assert here.verdict(flooder.call("fs.read", {"n": n, "path": "/workspace/a"})) is None
    id = mark()
    answer = here.post(here.read_as(flooder, id))
    assert (answer.status, answer.code) == (503, "LEDGER_FULL")
    assert answer.body["dispatched"] is False
    assert here.verdict(here.read_as(other, id)) is None
    # Nobody else's session: the same workload opens another.
    assert here.verdict(here.read_as(here.agent(), id)) is None
    assert here.times(id) == 2


@attack("A15")
def test_a_call_that_was_denied_is_a_replay_once_policy_allows_it(here: World) -> None:
    file: Path = here.folder / "contexts" / "loosened.yaml"
    loosened = "- {name: loosened, capabilities: [{tool_pattern: fs.list}]}"
    replace(file, loosened)
    here.gateway.wait_for_log("policy replaced")
    agent, id = here.agent("loosened", here.own_execution("loosened")), mark()
    envelope = here.read_as(agent, id)
    assert here.verdict(envelope) == "TOOL_NOT_ALLOWED"
    replace(file, loosened.replace("fs.list", '"fs.*"'))
    here.gateway.wait_for_log("policy replaced", 2)
    assert here.verdict(envelope) == "REPLAY_DETECTED"
    assert here.verdict(here.read_as(agent, id)) is None
    assert here.times(id) == 1


@attack("A17")
@pytest.mark.parametrize(
    ("age", "fresh"),
    [(28, True), (-28, True), (30.9, False), (31, False), (-32, False), (3600, False)],
)
def test_freshness_counts_milliseconds(here: World, age: float, fresh: bool) -> None:
    agent, id = here.agent(), mark()
    answer = here.post(here.read_as(agent, id, age=age))
    if fresh:
        assert answer.code is None
    else:
        assert answer.code == "REPLAY_DETECTED"
        assert answer.body["error"]["details"]["cause"] == "outside_window"
    assert here.times(id) == fresh


@attack("A18")
@pytest.mark.parametrize(
    "timestamp",
    [
        f"{DATE}T14:32:01",
        "20260217T143201Z",
        "2026-W08-2T14:32:01Z",
        "2026-02-30T00:00:00Z",
        f"{DATE}T24:00:00Z",
        f"{DATE}T23:59:60Z",
        "Tue, 17 Feb 2026 14:32:01 GMT",
        f"{DATE}T14:32:01,583Z",
        f"{DATE}X14:32:01Z",
        f"{DATE}T14:32:01z",
        f"{DATE}T14:32:01+00",
        f"{DATE}T1٤:32:01Z",
        f"{DATE}T14:32:01.{'0' * 100_000}Z",
        "0000-02-17T14:32:01Z",
        "+002026-02-17T14:32:01Z",
        1771338721,
        1771338721.0,
        1e9,
        -1,
        None,
        {},
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_timestamp_has_one_form(here: World, timestamp: Any) -> None:
    agent = here.agent()
    envelope = changed(here.read_as(agent, mark()), timestamp=timestamp)
    for generation in INVOKE:
        assert here.verdict(envelope, generation) == "INVALID_ENVELOPE"


@attack("A18")
def test_only_seal_writes_its_time_as_an_integer_too(here: World) -> None:
    agent = here.agent()
    for protocol, verdict in (("seal/v1", None), ("smcp/v1", "INVALID_ENVELOPE")):
        envelope = here.read_as(agent, mark(), protocol=protocol)
        seconds = seconds_of(json.loads(envelope)["timestamp"])
        assert here.verdict(changed(envelope, timestamp=seconds), "C") == verdict


@attack("A34")
@pytest.mark.parametrize("member", ["container_id", "tenant_id", "admin", "__proto__", "Payload"])
def test_nothing_stands_beside_the_five_members(here: World, member: str) -> None:
    agent, id = here.agent(), mark()
    forged = here.read_as(agent, id, **{member: True})
    assert here.verdict(forged) == "INVALID_ENVELOPE"
    assert here.verdict(here.read_as(agent, id)) is None
    assert here.times(id) == 1


@attack("A37")
def test_a_forged_envelope_costs_two_verifications_whatever_its_keys_and_none_without_a_session(
    here: World,
) -> None:
    # Keys that sort in two ways are the only thing of which there are two canonical forms.
    agent, id = here.agent(), mark()
    keys = {"\U0001f600": 1, "\ue000": 2, "\ufb33": 3, "mark": id, "path": "/workspace/a"}
    forms = [canonical(keys), canonical(dict(sorted(keys.items(), key=_utf16)))]
    for form in forms:
        with SecretKey.generate() as stranger:
            forged = agent.call("fs.read", form, key=stranger)
            assert here.verdict(forged) == "INVALID_SIGNATURE"
    assert here.verdict(agent.call("fs.read", forms[0])) is None
    # Of a stranger's token nothing but the token is looked at.
    forged = agent.call("fs.read", forms[0], token="a.b.c")
    assert here.verdict(forged) == "INVALID_TOKEN"
    assert here.times(id) == 1


def _utf16(item: tuple[str, Any]) -> bytes:
    return item[0].encode("utf-16-be")
