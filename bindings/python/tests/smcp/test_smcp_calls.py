"""What a client does with an honest gateway."""

from __future__ import annotations

import gc
import json
import threading
import time
import weakref
from typing import Any

import callgate
import pytest
from blocking import Clients
from callgate.smcp import (
    AttestationResult,
    ClientClosed,
    Ed25519Key,
    GatewayRefused,
    NotAttested,
    PayloadError,
    SEALError,
    SMCPClient,
    SMCPError,
    TokenRefused,
    ToolDenied,
)
from wire_gateway import GENERATIONS_OF_TESTS, Handler, WireGateway


@pytest.mark.parametrize("generation", GENERATIONS_OF_TESTS)
def test_a_call_returns_the_result_in_every_generation(
    gateway: WireGateway, clients: Clients, generation: str
) -> None:
    client = clients.smcp(gateway.url, generation=generation)
    client.attest()
    assert client.call_tool("fs.read", {"path": "/workspace/a"}) == {
        "tool": "fs.read",
        "arguments": {"path": "/workspace/a"},
    }


def test_attest_names_the_scope_and_the_protocol_of_its_generation(
    gateway: WireGateway, clients: Clients
) -> None:
    clients.smcp(gateway.url, generation="A").attest()
    clients.smcp(gateway.url).attest()
    seal = clients.seal(gateway.url)
    seal.attest()
    seal.call_tool("echo.any", {})
    paths = [seen.path for seen in gateway.seen]
    assert paths == [
        "/smcp/v1/attest",
        "/v1/smcp/attest",
        "/v1/seal/attest",
        "/v1/seal/invoke",
    ]
    scopes = [set(seen.json) & {"requested_scope", "security_context"} for seen in gateway.seen[:3]]
    assert scopes == [{"requested_scope"}, {"requested_scope"}, {"security_context"}]
    assert gateway.seen[3].json["protocol"] == "seal/v1"


def test_attest_returns_a_token_that_says_more(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    assert client.security_token is None
    result = client.attest()
    assert isinstance(result, AttestationResult)
    token = getattr(client, "client", client).security_token
    assert str(result) == result.security_token == token
    assert result[:3] == "eyJ"
    assert result.session_id == client.session_id is not None
    assert result.expires_at == client.expires_at is not None
    assert result.security_token not in repr(result)
    assert result.security_token not in repr(client.__dict__ if clients.kind == "sync" else client)


def test_attest_always_proves_the_key(gateway: WireGateway, clients: Clients) -> None:
    clients.smcp(gateway.url, enrolment_secret="s3cret").attest()
    body = gateway.seen[0].json
    assert set(body) == {
        "public_key",
        "workload_id",
        "requested_scope",
        "proof",
        "proof_timestamp",
        "enrolment_secret",
    }
    assert type(body["proof_timestamp"]) is int


def test_attesting_again_renews_with_the_same_key_and_another_proof(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    results = [client.attest() for _ in range(3)]  # within one second: proofs are taken once
    assert len({result.session_id for result in results}) == 1
    assert len({seen.json["public_key"] for seen in gateway.seen}) == 1
    assert len({seen.json["proof"] for seen in gateway.seen}) == 3


def test_clients_have_keys_of_their_own_from_construction(
    gateway: WireGateway, clients: Clients
) -> None:
    first, second = clients.smcp(gateway.url), clients.smcp(gateway.url)
    assert first.key.get_public_key_bytes() != second.key.get_public_key_bytes()
    assert first.attest().session_id != second.attest().session_id


def test_a_denial_says_what_was_refused(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    with pytest.raises(ToolDenied) as denied:
        client.call_tool("fs.read", {"path": "/etc/passwd"})
    error = denied.value
    assert (error.code_name, error.code, error.status_code) == ("PATH_NOT_ALLOWED", 2002, 2002)
    assert error.http_status == 403
    assert error.dispatched is False
    assert error.request_id == gateway.seen[-1].json["payload"]["id"]
    assert error.message and str(error) == error.message
    assert isinstance(error, SMCPError) and isinstance(error, callgate.CallgateError)
    assert SEALError is SMCPError
    assert len(gateway.calls()) == 1, "a denial is not asked for twice"


def test_numbers_are_those_of_the_era_and_code_is_that_of_the_api(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.seal(gateway.url)
    client.attest()
    gateway.gate.revoke_session(client.session_id)
    with pytest.raises(SEALError) as refused:
        client.call_tool("echo.any", {})
    error = refused.value
    assert (error.code_name, error.code, error.status_code) == ("SESSION_INACTIVE", 1005, 1006)


def test_a_rate_limit_says_when_to_come_back(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    client.call_tool("once.only", {})
    with pytest.raises(ToolDenied) as denied:
        client.call_tool("once.only", {})
    assert denied.value.code_name == "RATE_LIMIT_EXCEEDED"
    assert denied.value.retry_after is not None and 0 < denied.value.retry_after <= 60


@pytest.mark.parametrize(
    ("workload", "scope", "name"),
    [("exec-2", "project", "UNKNOWN_WORKLOAD"), ("exec-1", "admin", "SCOPE_NOT_FOUND")],
)
def test_a_refused_attestation_says_why(
    gateway: WireGateway, clients: Clients, workload: str, scope: str, name: str
) -> None:
    client = clients.smcp(gateway.url, workload, scope)
    with pytest.raises(GatewayRefused) as refused:
        client.attest()
    assert refused.value.code_name == name
    assert client.security_token is None
    assert len(gateway.seen) == 1


def test_list_tools_is_a_signed_request(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    assert client.list_tools() == [{"name": "fs.read", "inputSchema": {"type": "object"}}]
    assert gateway.calls()[0].json["payload"]["method"] == "tools/list"


def test_list_tools_follows_cursors_to_the_end(gateway: WireGateway, clients: Clients) -> None:
    def page(name: str, cursor: str | None) -> Any:
        def lie(handler: Handler) -> None:
            result = {"tools": [{"name": name}], **({"nextCursor": cursor} if cursor else {})}
            handler.reply_json(200, handler.answer(result=result))

        return lie

    client = clients.smcp(gateway.url)
    client.attest()
    gateway.call_lies.extend([page("a", "p2"), page("b", None)])
    assert [tool["name"] for tool in client.list_tools()] == ["a", "b"]
    assert [c.json["payload"]["params"] for c in gateway.calls()] == [{}, {"cursor": "p2"}]


def test_what_is_signed_is_what_is_sent(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    arguments = {"whole": 3.0, "half": 0.5, "tiny": 1e-07, "big": 2**70, "é": ["\u2028", None]}
    echoed = client.call_tool("echo.any", arguments)["arguments"]  # the gate verified it
    assert echoed == arguments
    body = gateway.seen[-1].body.decode()
    assert '"whole":3,' in body and '"tiny":1e-07' in body and f'"big":{2**70}' in body
    assert gateway.seen[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": "\ud800"},
        {1: "x"},
        {"x": {None: 1}},
        {"x": b"bytes"},
        {"x": {1, 2}},
        ["not a mapping"],
        None,
    ],
)
def test_what_json_does_not_have_is_refused_before_anything_is_sent(
    gateway: WireGateway, clients: Clients, arguments: Any
) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    with pytest.raises(PayloadError) as refused:
        client.call_tool("echo.any", arguments)
    assert refused.value.code_name == "INVALID_ARGUMENT"
    assert refused.value.dispatched is False
    assert not gateway.calls()


@pytest.mark.parametrize("arguments", [{"x": 2**53}, {"x": 1e-5}, {"\U0001f600": 1, "\ue000": 2}])
def test_values_that_languages_write_differently_are_refused_only_in_strict_interop(
    gateway: WireGateway, clients: Clients, arguments: Any
) -> None:
    lax = clients.smcp(gateway.url)
    lax.attest()
    assert lax.call_tool("echo.any", arguments)["arguments"] == arguments
    strict = clients.smcp(gateway.url, strict_interop=True)
    strict.attest()
    with pytest.raises(PayloadError):
        strict.call_tool("echo.any", arguments)
    assert len(gateway.calls()) == 1


def test_a_payload_larger_than_an_envelope_is_refused_before_anything_is_sent(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    with pytest.raises(PayloadError):
        client.call_tool("echo.any", {"x": "x" * (2 << 20)})
    assert not gateway.calls()


def test_a_call_before_attest_and_after_close_is_an_error_of_its_own(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    with pytest.raises(NotAttested):
        client.call_tool("echo.any", {})
    client.attest()
    client.close()
    client.close()
    for use in (client.attest, client.list_tools, lambda: client.call_tool("echo.any", {})):
        with pytest.raises(ClientClosed):
            use()
    assert len(gateway.seen) == 1


def test_the_key_is_erased_at_the_end_of_the_block(gateway: WireGateway, clients: Clients) -> None:
    with clients.smcp(gateway.url) as client:
        client.attest()
        key = client.key
    with pytest.raises(ClientClosed):
        key.sign(b"x")


def test_the_key_is_erased_when_the_client_goes(gateway: WireGateway) -> None:
    client = SMCPClient(gateway.url, "exec-1", "project")
    client.attest()
    key, gone = client.key, weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    with pytest.raises(ClientClosed):
        key.sign(b"x")


def test_a_key_that_was_passed_stays_its_owners(gateway: WireGateway, clients: Clients) -> None:
    with Ed25519Key() as key:
        with clients.smcp(gateway.url, key=key) as client:
            client.attest()
        assert len(key.sign(b"x")) == 64


def test_a_token_is_renewed_before_it_ends(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    first = client.attest()
    later = time.time() + 3545  # within the last minute of its hour
    _set_clock(client, lambda: later)
    gateway.attest_lies.append(lambda handler: handler.attest("smcp/v1", check_time=False))
    gateway.call_lies.append(lambda handler: handler.reply_json(200, handler.answer(result=7)))
    assert client.call_tool("echo.any", {}) == 7
    assert len(gateway.attestations()) == 2
    assert client.session_id == first.session_id
    assert client.security_token != first


def test_a_gateway_in_trouble_does_not_end_a_token_that_still_lives(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url, retries=0)
    client.attest()
    later = time.time() + 3545
    _set_clock(client, lambda: later)
    for _ in range(2):
        gateway.attest_lies.append(
            lambda h: h.reply_json(*gateway.error(503, "SIGNER_UNAVAILABLE", "smcp/v1"))
        )
        gateway.call_lies.append(lambda handler: handler.reply_json(200, handler.answer(result=7)))
    assert client.call_tool("echo.any", {}) == 7
    assert client.call_tool("echo.any", {}) == 7
    assert len(gateway.attestations()) == 2, "the next attempt waits a moment"


def test_a_workload_that_is_gone_ends_a_renewal(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    later = time.time() + 3545
    _set_clock(client, lambda: later)
    gateway.attest_lies.append(
        lambda h: h.reply_json(*gateway.error(401, "UNKNOWN_WORKLOAD", "smcp/v1"))
    )
    with pytest.raises(GatewayRefused) as refused:
        client.call_tool("echo.any", {})
    assert refused.value.code_name == "UNKNOWN_WORKLOAD"
    assert not gateway.calls()


@pytest.mark.parametrize("name", ["INVALID_TOKEN", "EXPIRED_TOKEN"])
@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_a_refused_token_is_renewed_once_if_nothing_was_dispatched(
    gateway: WireGateway, clients: Clients, name: str, protocol: str
) -> None:
    make = clients.smcp if protocol == "smcp/v1" else clients.seal
    client = make(gateway.url)
    client.attest()

    def refuse(handler: Handler) -> None:
        handler.reply_json(*gateway.error(401, name, protocol))

    gateway.call_lies.append(refuse)
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
    assert [len(gateway.attestations()), len(gateway.calls())] == [2, 2]
    first, second = (seen.json for seen in gateway.calls())
    assert first["signature"] != second["signature"]
    assert first["payload"]["id"] != second["payload"]["id"]

    gateway.call_lies.extend([refuse, refuse])
    with pytest.raises(TokenRefused) as refused:
        client.call_tool("echo.any", {})
    assert refused.value.code_name == name
    assert [len(gateway.attestations()), len(gateway.calls())] == [3, 4]


@pytest.mark.parametrize("dispatched", [True, None])
def test_a_refused_token_is_not_renewed_if_the_tool_may_have_run(
    gateway: WireGateway, clients: Clients, dispatched: bool | None
) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    gateway.call_lies.append(
        lambda h: h.reply_json(
            *gateway.error(401, "INVALID_TOKEN", "smcp/v1", dispatched=dispatched)
        )
    )
    with pytest.raises(TokenRefused) as refused:
        client.call_tool("echo.any", {})
    assert refused.value.dispatched is dispatched
    assert [len(gateway.attestations()), len(gateway.calls())] == [1, 1]


def test_threads_share_a_client_and_one_renewal(gateway: WireGateway) -> None:
    with SMCPClient(gateway.url, "exec-1", "project") as client:
        client.attest()
        later = time.time() + 3545
        client._clock = lambda: later
        gateway.attest_lies.append(lambda handler: handler.attest("smcp/v1", check_time=False))
        for _ in range(8):
            gateway.call_lies.append(lambda h: h.reply_json(200, h.answer(result=h.request_id)))
        results: list[Any] = []

        def call() -> None:
            results.append(client.call_tool("echo.any", {}))

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(set(results)) == 8
        assert len(gateway.attestations()) == 2


def test_the_request_is_the_documented_envelope(gateway: WireGateway, clients: Clients) -> None:
    client = clients.smcp(gateway.url)
    client.attest()
    client.call_tool("fs.read", {"path": "/workspace/a"})
    envelope = gateway.seen[-1].json
    assert list(envelope) == ["protocol", "security_token", "signature", "payload", "timestamp"]
    payload = envelope["payload"]
    assert payload["id"].startswith("req-") and len(payload["id"]) == 20
    assert {**payload, "id": ""} == {
        "jsonrpc": "2.0",
        "id": "",
        "method": "tools/call",
        "params": {"name": "fs.read", "arguments": {"path": "/workspace/a"}},
    }
    verified = callgate.verify_envelope(gateway.seen[-1].body, client.key.public_key)
    assert json.loads(verified.payload) == payload


def _set_clock(client: Any, clock: Any) -> None:
    getattr(client, "client", client)._clock = clock
