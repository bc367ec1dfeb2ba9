"""GET and DELETE of a session carry a proof where the verifier requires proofs."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest
from attested_world import AUDIENCE, World, request
from callgate.attestation._carrier import http_request_hash
from callgate.attestation.mcp_client import AgentConnection
from callgate.attestation.signing.source import HeldToken
from http_caller import HttpCaller
from tool_server import Events

Open = Callable[..., HttpCaller]
HEADER = "mcp-attestation-proof"


@pytest.fixture
def proving() -> World:
    return World({"require_proof": True})


def opened(world: World, serve: Open, **options: Any) -> tuple[HttpCaller, HeldToken]:
    caller, held = serve(world, **options), world.held()
    assert "result" in caller.open(world.initialize(held)).message
    return caller, held


def status(caller: HttpCaller, verb: str, proof: str | None, **headers: str) -> int:
    sent = {**caller.headers({}), **headers} | ({} if proof is None else {HEADER: proof})
    with caller.client.stream(verb, caller.url, headers=sent) as response:
        return response.status_code


def proof_of(world: World, caller: HttpCaller, held: HeldToken, verb: str, **ids: Any) -> str:
    hashed = http_request_hash(ids.get("session", caller.session), ids.get("last_event_id"))
    return world.signer.proof(held, f"http:{verb}", hashed)


def test_a_proof_opens_the_stream_and_ends_the_session(proving: World, serve: Open) -> None:
    caller, held = opened(proving, serve)
    assert status(caller, "GET", proof_of(proving, caller, held, "GET")) == 200
    assert status(caller, "DELETE", proof_of(proving, caller, held, "DELETE")) == 200


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
def test_the_session_id_alone_is_worth_nothing(proving: World, serve: Open, verb: str) -> None:
    caller, held = opened(proving, serve)
    other = {"GET": "DELETE", "DELETE": "GET"}[verb]
    assert status(caller, verb, None) == 401
    assert status(caller, verb, "a.b.c") == 401
    assert status(caller, verb, proof_of(proving, caller, held, other)) == 401
    assert status(caller, verb, proof_of(proving, caller, held, verb, session="other")) == 401
    assert status(caller, verb, proof_of(proving, caller, proving.held(), verb)) == 401
    proof = proof_of(proving, caller, held, verb)
    assert status(caller, verb, proof) == 200
    assert status(caller, verb, proof) in (400, 401)  # used; after DELETE the session is gone


def test_a_proof_is_of_one_place_in_the_stream(proving: World, serve: Open) -> None:
    caller, held = opened(proving, serve, http={"event_store": Events()})
    proof = proof_of(proving, caller, held, "GET", last_event_id="1")
    assert status(caller, "GET", proof, **{"last-event-id": "2"}) == 401
    assert status(caller, "GET", proof) == 401
    assert status(caller, "GET", proof, **{"last-event-id": "1"}) == 200


def test_without_require_proof_the_session_is_enough(world: World, serve: Open) -> None:
    caller, _ = opened(world, serve)
    assert status(caller, "GET", None) == 200
    assert status(caller, "DELETE", None) == 200


def test_a_bearer_opens_no_session(proving: World, serve: Open) -> None:
    caller = serve(proving)
    assert caller.send(proving.initialize(proving.bearer())).reason == "proof"


def test_the_clients_hook_signs_what_its_transport_sends(proving: World, serve: Open) -> None:
    caller = serve(proving)
    source = proving.source(proof_key=proving.held().key)
    connection = AgentConnection(source, AUDIENCE, clock=proving.clock)

    async def run() -> list[int]:
        send, receive = anyio.create_memory_object_stream[Any](1)
        held = connection._gate.session_token = await source.for_handshake()
        caller.open(proving.initialize(held))
        hooks: dict[str, Any] = {"request": [connection.sign_http]}
        async with send, receive, httpx2.AsyncClient(event_hooks=hooks) as client:
            headers = caller.headers({})
            posted = await client.post(caller.url, json=request("ping"), headers=headers)
            deleted = await client.delete(caller.url, headers=headers)
            return [posted.status_code, deleted.status_code]

    assert anyio.run(run) == [200, 200]
