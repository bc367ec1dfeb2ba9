"""A session that its client ends, and a key that several processes prove at one time."""

from __future__ import annotations

from typing import Any

import pytest
from blocking import Clients
from callgate.smcp import (
    Ed25519Key,
    GatewayRefused,
    InvalidResponse,
    NotAttested,
    SMCPError,
)
from wire_gateway import GENERATIONS_OF_TESTS, Handler, WireGateway


@pytest.mark.parametrize("generation", GENERATIONS_OF_TESTS)
def test_a_client_ends_its_session_in_every_generation(
    gateway: WireGateway, clients: Clients, generation: str
) -> None:
    client = clients.smcp(gateway.url, generation=generation)
    first = client.attest()
    client.end_session()
    assert gateway.states() == ["ended"]
    assert client.security_token is None
    (end,) = gateway.ends()
    assert end.json["session_id"] == first.session_id
    assert first.security_token not in end.body.decode(), "the key signs, no bearer ends a session"


def test_after_its_end_the_next_attestation_opens_another_session(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    first = client.attest()
    client.end_session()
    with pytest.raises(NotAttested):
        client.call_tool("echo.any", {})
    assert client.attest().session_id != first.session_id
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
    assert gateway.states() == ["ended", "open"]


def test_closing_a_client_leaves_the_session_to_others(
    gateway: WireGateway, clients: Clients
) -> None:
    with Ed25519Key() as key:
        first, second = (clients.smcp(gateway.url, key=key) for _ in range(2))
        assert first.attest().session_id == second.attest().session_id
        first.close()
        assert second.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
    assert not gateway.ends()


def test_there_is_nothing_to_end_before_a_session(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    with pytest.raises(NotAttested):
        client.end_session()
    assert not gateway.seen


def unnamed(handler: Handler) -> None:
    _, body = handler.gateway.attest(handler.seen.json, "smcp/v1")
    handler.reply_json(200, {"security_token": body["security_token"]})


def test_a_session_without_a_name_cannot_be_ended(gateway: WireGateway, clients: Clients) -> None:
    gateway.attest_lies.append(unnamed)
    client = clients.smcp(gateway.url)
    client.attest()
    with pytest.raises(NotAttested, match="named none"):
        client.end_session()
    assert not gateway.ends()


def test_a_gateway_that_ends_no_sessions_is_an_error_and_leaves_the_token(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    not_found = gateway.error(404, "INVALID_ARGUMENT", "smcp/v1")
    gateway.end_lies.append(lambda h: h.reply_json(*not_found))
    with pytest.raises(GatewayRefused) as refused:
        client.end_session()
    assert refused.value.http_status == 404
    assert "tool" not in refused.value.message
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}


@pytest.mark.parametrize("body", [{}, {"status": "attested"}, {"status": "ENDED"}])
def test_what_does_not_say_that_the_session_ended_is_an_error(
    gateway: WireGateway, clients: Clients, body: Any
) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    gateway.end_lies.append(lambda h: h.reply_json(200, body))
    with pytest.raises(InvalidResponse):
        client.end_session()


def test_a_key_that_others_proved_in_the_same_second_is_proved_at_the_next(
    gateway: WireGateway, clients: Clients
) -> None:
    with Ed25519Key() as key:
        sharing = [clients.smcp(gateway.url, key=key) for _ in range(6)]
        assert len({client.attest().session_id for client in sharing}) == 1
        for client in sharing:
            assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}


@pytest.mark.parametrize(
    ("details", "attempts"),
    [({"cause": "already_seen"}, 10), ({"cause": "outside_window"}, 1), (None, 1)],
)
def test_a_proof_is_tried_again_only_where_it_was_seen_and_not_for_ever(
    gateway: WireGateway, clients: Clients, details: Any, attempts: int
) -> None:
    refused = gateway.error(401, "REPLAY_DETECTED", "smcp/v1", details=details)
    for _ in range(12):
        gateway.attest_lies.append(lambda h: h.reply_json(*refused))
    with pytest.raises(SMCPError) as caught:
        clients.smcp(gateway.url).attest()
    assert caught.value.code_name == "REPLAY_DETECTED"
    proofs = [seen.json["proof"] for seen in gateway.attestations()]
    assert len(set(proofs)) == len(proofs) == attempts
