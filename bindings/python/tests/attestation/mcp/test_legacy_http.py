"""Sessions over HTTP: `initialize` is verified, and what follows is the caller it verified."""

from collections.abc import Callable
from typing import Any

import pytest
from attested_world import SUBJECT, World, request
from callgate import SecretKey
from callgate.attestation.signing.source import HeldToken
from http_caller import HttpCaller

Open = Callable[..., HttpCaller]
CAPABILITY = "security.attestation"
LIST = request("tools/list", {}, id=7)
CALL = request("tools/call", {"name": "whoami", "arguments": {}}, id=8)


def refusal(caller: HttpCaller, message: Any) -> tuple[int, int, str]:
    answer = caller.send(message)
    assert answer.headers["content-type"] == "application/json"
    assert "www-authenticate" not in answer.headers
    assert answer.message["id"] == message["id"]
    return answer.status, answer.code, answer.reason


@pytest.mark.parametrize("json_response", [False, True])
def test_a_verified_caller_is_answered(world: World, serve: Open, json_response: bool) -> None:
    caller = serve(world, http={"json_response": json_response})
    said = caller.open(world.initialize(world.held())).result
    assert said["capabilities"]["experimental"][CAPABILITY] == {
        "version": "0.1.0",
        "policy": "required",
        "verification_status": "verified",
        "trust_level": "provider",
        "required_claims": ["agent_identity", "attestation_metadata"],
        "verified_claims": ["agent_identity", "attestation_metadata"],
    }
    assert caller.send(request("notifications/initialized", id=None)).status == 202
    names = [tool["name"] for tool in caller.send(LIST).result["tools"]]
    assert names == ["whoami", "audit", "secret"]
    assert caller.send(CALL).result["content"][0]["text"] == f"{SUBJECT} provider"


def test_a_bearer_is_good_for_one_handshake(world: World, serve: Open) -> None:
    caller = serve(world)
    message = world.initialize(world.bearer())
    assert "result" in caller.open(message).message
    assert refusal(caller, message) == (200, -32004, "replay")


def test_no_handshake_succeeds_without_a_token(world: World, serve: Open) -> None:
    caller = serve(world)
    assert refusal(caller, world.initialize()) == (200, -32001, "not_provided")
    assert caller.session is None


def test_nothing_is_answered_without_a_handshake(world: World, serve: Open) -> None:
    caller = serve(world)
    for message in (LIST, CALL, request("resources/list", id=9), request("no/such", id=10)):
        assert refusal(caller, message) == (200, -32001, "not_provided")
    caller.session = "0123456789abcdef"  # which the server never gave
    assert refusal(caller, LIST) == (200, -32001, "not_provided")


def test_a_ping_needs_no_token(world: World, serve: Open) -> None:
    caller = serve(world)
    # The SDK's own answer to a ping outside of a session: it was let through.
    assert "attestation" not in caller.send(request("ping", id=3)).text
    caller.open(world.initialize(world.held()))
    assert caller.send(request("ping", id=3)).result == {}


@pytest.mark.parametrize(
    ("spoil", "code", "reason"),
    [
        (lambda world, held: world.impostor(), -32002, "signature"),
        (lambda world, held: world.held(audience="https://other.example"), -32002, "audience"),
        (lambda world, held: HeldToken("a.b.c", None, 0), -32002, "malformed"),
        (lambda world, held: HeldToken(held.token, None, 0), -32002, "proof"),
        (lambda world, held: HeldToken(held.token, SecretKey.generate(), 0), -32002, "proof"),
    ],
    ids=["forged", "of another server", "malformed", "stolen", "proven by another key"],
)
def test_a_bad_token_is_refused(
    world: World, serve: Open, spoil: Any, code: int, reason: str
) -> None:
    caller = serve(world)
    held = world.held()
    assert refusal(caller, world.initialize(spoil(world, held))) == (200, code, reason)
    assert "result" in caller.open(world.initialize(held)).message


def test_a_proof_is_of_one_message(world: World, serve: Open) -> None:
    caller = serve(world)
    message = world.initialize(world.held())
    other = {
        **message,
        "params": {**message["params"], "clientInfo": {"name": "b", "version": "1"}},
    }
    assert refusal(caller, other) == (200, -32002, "proof")
    assert "result" in caller.open(message).message
    assert refusal(caller, message) == (200, -32004, "replay")


def test_an_untrusted_issuer_is_refused(world: World, serve: Open) -> None:
    caller = serve(world)
    world.deny()
    assert refusal(caller, world.initialize(world.held())) == (200, -32005, "untrusted_issuer")


def test_a_second_handshake_is_judged_anew(world: World, serve: Open) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    session = caller.session
    assert "result" in caller.send(CALL).message
    assert "result" in caller.open(world.initialize(world.held())).message
    assert caller.session == session
    assert "result" in caller.send(CALL).message


@pytest.mark.parametrize(
    ("second", "reason"),
    [(lambda world: world.impostor(), "signature"), (lambda world: None, "not_provided")],
    ids=["forged", "missing"],
)
def test_a_second_handshake_that_fails_ends_the_session(
    world: World, serve: Open, second: Any, reason: str
) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    assert refusal(caller, world.initialize(second(world)))[2] == reason
    assert refusal(caller, CALL) == (200, -32003, "expired")
    assert "result" in caller.open(world.initialize(world.held())).message
    assert "result" in caller.send(CALL).message


def test_a_session_is_taken_over_by_no_other_subject(serve: Open) -> None:
    """Whose caller could have the server send again what it sent to the first."""
    world = World({"policy": "optional"})
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    assert refusal(caller, world.initialize(world.held(version="other")))[2] == "binding"
    assert refusal(caller, world.initialize())[2] == "binding"
    assert refusal(caller, CALL)[2] == "expired"
    assert caller.client.get(caller.url, headers=caller.headers({})).status_code == 401
    caller.session = None
    assert "result" in caller.open(world.initialize(world.held(version="other"))).message


def test_a_session_outlives_its_token(world: World, serve: Open) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    world.clock.now += 3599
    assert "result" in caller.send(CALL).message
    world.clock.now += 1
    assert refusal(caller, CALL) == (200, -32003, "expired")
    assert "result" in caller.open(world.initialize(world.held())).message


def test_a_session_may_end_with_its_token(world: World, serve: Open) -> None:
    caller = serve(world, session_lifetime="token")
    caller.open(world.initialize(world.held()))
    world.clock.now += 290
    assert "result" in caller.send(CALL).message
    world.clock.now += 10
    assert refusal(caller, CALL) == (200, -32003, "expired")


@pytest.mark.parametrize(
    ("denied", "reason"),
    [({}, "untrusted_issuer"), ({"denied_key_ids": ["key-1"]}, "kid")],
    ids=["issuer", "kid"],
)
def test_a_denial_ends_a_session(
    world: World, serve: Open, denied: dict[str, Any], reason: str
) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    assert "result" in caller.send(CALL).message
    world.clock.now += 1000  # when the token is long over
    world.deny(**denied)
    assert refusal(caller, CALL)[2] == reason


def test_a_session_that_is_over_stays_so(world: World, serve: Open) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    world.deny()
    assert refusal(caller, CALL)[2] == "untrusted_issuer"
    world.verifier.trusted_issuers = [world.trust]
    assert refusal(caller, CALL)[2] == "untrusted_issuer"
    assert "result" in caller.open(world.initialize(world.held())).message


def test_a_closed_session_is_forgotten(world: World, serve: Open) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    assert caller.client.delete(caller.url, headers=caller.headers({})).status_code == 200
    assert refusal(caller, CALL) == (200, -32001, "not_provided")


def test_get_and_delete_need_a_session(world: World, serve: Open) -> None:
    caller = serve(world)
    for verb in ("GET", "DELETE"):
        response = caller.client.request(verb, caller.url, headers=caller.headers({}))
        assert response.status_code == 400
        assert response.json()["error"]["code"] == -32021
        assert response.headers["www-authenticate"] == 'AgentAttestation error="not_provided"'


@pytest.mark.parametrize("name", ["mcp-session-id", "last-event-id", "mcp-attestation-proof"])
def test_a_header_that_stands_twice_is_refused(world: World, serve: Open, name: str) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    session = caller.session or ""
    twice = [*caller.headers({}).items(), (name, session), (name, "other")]
    for verb in ("GET", "DELETE"):
        with caller.client.stream(verb, caller.url, headers=twice) as response:
            assert response.status_code == 400
    if name == "mcp-session-id":
        answer = caller.client.post(caller.url, json=CALL, headers=twice)
        assert answer.status_code == 400
    assert "result" in caller.send(CALL).message


def test_without_a_session_only_requests_are_answered(world: World, serve: Open) -> None:
    caller = serve(world)
    for message in (
        request("notifications/initialized", id=None),
        {"jsonrpc": "2.0", "id": 1, "result": {}},
    ):
        answer = caller.send(message)
        assert (answer.status, answer.text) == (202, "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}', -32700),
        (b"{", -32700),
        (b"\xff", -32700),
    ],
    ids=["empty batch", "batch", "member twice", "no JSON", "no UTF-8"],
)
def test_what_is_no_message_is_refused(world: World, serve: Open, body: bytes, code: int) -> None:
    caller = serve(world)
    caller.open(world.initialize(world.held()))
    answer = caller.send(body)
    assert (answer.status, answer.code) == (400, code)
    assert answer.message["id"] is None


def test_a_body_is_bounded(world: World, serve: Open) -> None:
    caller = serve(world)
    padded = request("ping", {"padding": "a" * 4 * 1024 * 1024})
    assert caller.send(padded).status == 413


@pytest.mark.parametrize("policy", ["preferred", "optional"])
def test_an_optional_token_may_be_missing_but_not_bad(serve: Open, policy: str) -> None:
    world = World({"policy": policy})
    caller = serve(world)
    said = caller.open(world.initialize()).result["capabilities"]["experimental"][CAPABILITY]
    assert said["verification_status"] == "not_provided"
    assert caller.send(CALL).result["content"][0]["text"] == "None none"
    assert refusal(caller, world.initialize(world.impostor())) == (200, -32002, "signature")


def test_a_bad_token_may_be_let_in_and_is_told_apart(serve: Open) -> None:
    world = World({"policy": "preferred", "reject_invalid": False})
    caller = serve(world)
    said = caller.open(world.initialize(world.impostor())).result
    status = said["capabilities"]["experimental"][CAPABILITY]
    assert status["verification_status"] == "failed"
    assert status["error_code"] == -32002
    assert caller.send(CALL).result["content"][0]["text"] == "None none"
