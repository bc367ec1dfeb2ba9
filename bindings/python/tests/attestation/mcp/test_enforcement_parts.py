"""Parts of the enforcement, by themselves."""

import anyio
import pytest
from attested_world import ID, World
from callgate.attestation import AttestationContext
from callgate.attestation._carrier import without_carrier
from callgate.attestation.enforcement.http_sessions import HttpSessions
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.session import LegacySession


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
