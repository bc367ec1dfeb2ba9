"""Requests of 2026-07-28 over HTTP: each carries its token and a proof of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from attested_world import AUDIENCE, ID, ON_FIRST_LINE, SUBJECT, World, request
from callgate import SecretKey
from callgate.attestation.signing.source import HeldToken
from http_caller import HttpCaller
from live_server import served
from tool_server import tool_server

Open = Callable[..., HttpCaller]
second_line = pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")


def refusal(caller: HttpCaller, message: dict[str, Any]) -> tuple[int, int, str]:
    answer = caller.send(message)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["www-authenticate"] == f'AgentAttestation error="{answer.reason}"'
    assert answer.message["id"] == message["id"]
    return answer.status, answer.code, answer.reason


@second_line
def test_discover_says_what_is_wanted(world: World, serve: Open) -> None:
    found = serve(world).send(world.modern("server/discover")).result
    assert found["capabilities"]["extensions"][ID] == {
        "version": "0.1.0",
        "policy": "required",
        "algorithms": ["EdDSA"],
        "proof": "required",
        "audience": AUDIENCE,
    }


@second_line
def test_a_token_is_good_for_many_requests(world: World, serve: Open) -> None:
    caller, held = serve(world), world.held()
    for _ in range(3):
        said = caller.send(world.call("whoami", held)).result
        assert said["content"][0]["text"] == f"{SUBJECT} provider"
    listed = caller.send(world.modern("tools/list", {}, held)).result
    assert [tool["name"] for tool in listed["tools"]] == ["whoami", "audit", "secret"]


@pytest.mark.parametrize(
    ("spoil", "refused"),
    [
        (lambda world, held: None, (400, -32021, "not_provided")),
        (lambda world, held: world.impostor(), (401, -32010, "signature")),
        (lambda world, held: world.held(audience="https://other"), (401, -32014, "audience")),
        (lambda world, held: HeldToken("a.b.c", held.key, 0), (401, -32010, "malformed")),
        (lambda world, held: world.bearer(), (401, -32016, "proof")),
        (lambda world, held: HeldToken(held.token, None, 0), (401, -32016, "proof")),
        (
            lambda world, held: HeldToken(held.token, SecretKey.generate(), 0),
            (401, -32016, "proof"),
        ),
    ],
    ids=["missing", "forged", "other audience", "malformed", "bearer", "stolen", "other key"],
)
def test_a_bad_attestation_is_refused(
    world: World, serve: Open, spoil: Any, refused: tuple[int, int, str]
) -> None:
    caller = serve(world)
    assert refusal(caller, world.call("whoami", spoil(world, world.held()))) == refused


@pytest.mark.parametrize(
    "carrier",
    ["text", 1, [], {"token": 1}, {"token": "a.b.c", "proof": 1}],
    ids=["text", "number", "array", "token is a number", "proof is a number"],
)
def test_a_carrier_of_another_shape_is_malformed(world: World, serve: Open, carrier: Any) -> None:
    message = world.call("whoami")
    message["params"]["_meta"][ID] = carrier
    assert refusal(serve(world), message) == (401, -32010, "malformed")


def test_a_null_carrier_is_a_missing_one(world: World, serve: Open) -> None:
    message = world.call("whoami")
    message["params"]["_meta"][ID] = None
    assert refusal(serve(world), message) == (400, -32021, "not_provided")


def test_a_proof_is_good_for_one_request(world: World, serve: Open) -> None:
    caller, held = serve(world), world.held()
    message = world.call("whoami", held)
    caller.send(message)
    assert refusal(caller, message) == (401, -32012, "replay")
    assert refusal(caller, {**message, "id": 99}) == (401, -32012, "replay")


@pytest.mark.parametrize("moved", ["arguments", "name", "method", "meta"])
def test_a_moved_proof_is_refused(world: World, serve: Open, moved: str) -> None:
    caller = serve(world)
    message = world.call("whoami", world.held())
    params = message["params"]
    if moved == "arguments":
        params["arguments"] = {"path": "/etc/passwd"}
    elif moved == "name":
        params["name"] = "secret"
    elif moved == "method":
        message["method"] = "tools/list"
    else:
        params["_meta"]["progressToken"] = 1
    assert refusal(caller, message) == (401, -32016, "proof")


def test_a_proof_made_too_long_ago_is_refused(world: World, serve: Open) -> None:
    caller, held = serve(world), world.held()
    message = world.call("whoami", held)
    world.clock.now += 61
    assert refusal(caller, message) == (401, -32016, "proof")


def test_an_expired_token_is_expired(world: World, serve: Open) -> None:
    caller, held = serve(world), world.held()
    world.clock.now += 400
    assert refusal(caller, world.call("whoami", held)) == (401, -32011, "expired")


def test_a_number_that_readers_disagree_about_is_not_proven(world: World, serve: Open) -> None:
    message = world.call("whoami", world.held())
    message["params"]["arguments"] = {"n": 2**60 + 1}
    assert refusal(serve(world), message) == (401, -32016, "proof")


def test_denied_issuers_and_keys_are_refused(world: World, serve: Open) -> None:
    caller, held = serve(world), world.held()
    world.deny(denied_key_ids=["key-1"])
    assert refusal(caller, world.call("whoami", held))[2] == "kid"
    world.deny()
    assert refusal(caller, world.call("whoami", held)) == (401, -32013, "untrusted_issuer")


@second_line
def test_a_notification_without_a_proof_is_dropped(world: World) -> None:
    server = tool_server(world)
    cancelled = ("notifications/cancelled", {"requestId": 1})
    with served(server.streamable_http_app()) as url:
        caller, proven = HttpCaller(url), world.modern(*cancelled, world.held(), id=None)
        answers = [
            caller.send(proven),
            caller.send(proven),
            caller.send(world.modern(*cancelled, id=None)),
        ]
        caller.close()
    assert [(answer.status, answer.text) for answer in answers] == [(202, "")] * 3
    assert server.dropped_messages == 2


@second_line
def test_a_verifier_without_an_audience_serves_no_modern_era(serve: Open) -> None:
    with pytest.warns(UserWarning, match="no audience"):
        world = World({"audience": None})
    caller = serve(world)
    assert refusal(caller, world.call("whoami", world.held())) == (401, -32016, "proof")
    assert "result" in caller.open(world.initialize(world.bearer())).message


@second_line
def test_other_requests_of_the_era_are_judged_too(world: World, serve: Open) -> None:
    caller = serve(world)
    for method in ("resources/list", "prompts/list", "completion/complete", "no/such"):
        assert refusal(caller, world.modern(method)) == (400, -32021, "not_provided")
    assert caller.send(world.modern("no/such", {}, world.held())).code == -32601


def test_a_session_is_no_way_around_a_proof(world: World, serve: Open) -> None:
    """A request of the modern era in a session of the legacy era is judged by itself, and has to be
    of the session's caller."""
    caller, held = serve(world), world.held()
    caller.open(world.initialize(held))
    assert refusal(caller, world.call("whoami")) == (400, -32021, "not_provided")
    assert refusal(caller, world.call("whoami", world.held())) == (401, -32014, "binding")
    assert "attestation" not in caller.send(world.call("whoami", held)).text


def test_paths_beside_the_server_are_judged_too(world: World, serve: Open) -> None:
    caller = serve(world)
    for path in ("/", "/mcp/", "/other"):
        url = caller.url.removesuffix("/mcp") + path
        answer = caller.client.post(url, json=request("tools/list"))
        assert answer.json()["error"]["data"]["reason"] == "not_provided"
    assert caller.client.put(caller.url).status_code == 405
