"""Parts of the enforcement, by themselves."""

import hashlib
from typing import Any

import anyio
import pytest
from attested_world import ID, World
from callgate.attestation import AttestationContext
from callgate.attestation import _sdk_line as sdk
from callgate.attestation._carrier import http_request_hash, without_carrier
from callgate.attestation.enforcement.http_sessions import HttpSessions
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.responses import Response, serve_while_verified
from callgate.attestation.enforcement.session import LegacySession
from callgate.attestation.enforcement.streams import StreamGate


def session(world: World, lifetime: float) -> LegacySession:
    async def verified() -> AttestationContext:
        return AttestationContext(
            await world.verifier.verify(world.bearer().token, now=world.clock())
        )

    return LegacySession(anyio.run(verified), None, now=world.clock(), lifetime=lifetime)


def test_sessions_are_bounded_and_those_that_are_over_make_room(world: World) -> None:
    sessions = HttpSessions(Judge(world.verifier, clock=world.clock), max_sessions=2)
    short, long = session(world, 10), session(world, 20)
    sessions.put("short", short)
    assert sessions.has_room()
    sessions.put("long", long)
    assert not sessions.has_room()
    world.clock.now += 11
    assert sessions.get("short") is short  # whose client is told that it is over
    assert sessions.has_room()
    assert (sessions.get("short"), sessions.get("long")) == (None, long)
    sessions.remove("long")
    assert sessions.get("long") is None
    assert sessions.get(None) is None


def test_a_client_hears_of_its_own_session_alone(world: World) -> None:
    async def run() -> None:
        to_gate, read = anyio.create_memory_object_stream[Any](4)
        write, heard = anyio.create_memory_object_stream[Any](4)
        gate = StreamGate(Judge(world.verifier, clock=world.clock), read, write)

        async def reaches(fields: dict[str, Any]) -> bool:
            await gate.to_client(sdk.message_of({"jsonrpc": "2.0", **fields}))
            reached = heard.statistics().current_buffer_used == 1
            if reached:
                heard.receive_nowait()
            return reached

        changed = {"method": "notifications/tools/list_changed"}
        meta = {"io.modelcontextprotocol/subscriptionId": 5}
        async with to_gate, read, write, heard:
            assert not await reaches(changed)
            await to_gate.send(sdk.message_of(world.initialize(world.held())))
            await gate.next_for_server()
            assert await reaches(changed)
            assert await reaches({"id": 1, "result": {}})
            assert not await reaches({"id": 1, "result": {}})  # which was answered
            assert not await reaches({**changed, "params": {"_meta": meta}})  # of no stream of its
            world.clock.now += 3600
            assert not await reaches(changed)

    anyio.run(run)


def test_nothing_of_a_stream_goes_out_after_a_denial(world: World) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"before", "more_body": True})
        world.deny()
        await send({"type": "http.response.body", "body": b"after", "more_body": True})

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def run() -> None:
        judge = Judge(world.verifier, clock=world.clock)
        result = await world.verifier.verify(world.bearer().token, now=world.clock())
        context = AttestationContext(result)
        await serve_while_verified(app, {}, receive, Response(send), judge, context, b"5")

    anyio.run(run)
    bodies = [event["body"] for event in sent if event["type"] == "http.response.body"]
    assert bodies[0] == b"before"
    assert b"untrusted_issuer" in bodies[1]
    assert (len(bodies), sent[-1]["more_body"]) == (2, False)


def test_what_a_proof_of_get_covers_is_what_the_request_has() -> None:
    def digest(text: bytes) -> bytes:
        return hashlib.sha256(text).digest()

    assert http_request_hash("s", "7") == digest(b'{"last_event_id":"7","session":"s"}')
    assert http_request_hash("s", None) == digest(b'{"session":"s"}')
    assert http_request_hash(None, None) == digest(b"{}")


def test_a_server_sees_neither_token_nor_proof(world: World) -> None:
    held = world.held()
    for message in (
        world.initialize(held),
        world.call("whoami", held),
        world.modern("notifications/cancelled", {"requestId": 1}, held, id=None),
    ):
        assert held.token in str(message)
        assert held.token not in str(without_carrier(message))
    assert without_carrier(world.initialize(held)) == {
        **(bare := world.initialize()),
        "params": {**bare["params"], "capabilities": {"experimental": {}}},
    }
    assert without_carrier(world.call("whoami", held)) == world.call("whoami")


@pytest.mark.parametrize("params", [None, [], {}, {"_meta": None}, {"_meta": {"a": 1}}, {ID: 1}])
def test_what_carries_nothing_stays_as_it_is(params: object) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    assert without_carrier(message) == message
    assert without_carrier({**message, "method": "initialize"}) == {
        **message,
        "method": "initialize",
    }
