"""What a client sends, and what it makes of answers: the transport is in the test's hands."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from attested_world import AUDIENCE, ID, MODERN, World, request
from callgate import CallgateError
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.mcp_client import AgentConnection, AttestationUnsupported, TokenSource

CARRIER = "security.attestation"


class Transport:
    """The far end of a client's streams: what it sent, and what it is answered."""

    def __init__(
        self, read: Any, write: Any, sent: Any, answers: Any, connection: AgentConnection
    ) -> None:
        self.read, self.write, self.connection = read, write, connection
        self._sent, self._answers = sent, answers

    async def send(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Sends as the client; what the transport got of it."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.write.send, sdk.message_of(fields))
            sent = await self.sent()
        return sent

    async def sent(self) -> dict[str, Any]:
        with anyio.fail_after(20):
            return sdk.fields_of(await self._sent.receive())

    async def answer(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Answers as the server; what the client got of it."""
        await self._answers.send(sdk.message_of(fields))
        with anyio.fail_after(20):
            return sdk.fields_of(await self.read.receive())

    async def discovered(self, world: World, extensions: dict[str, Any]) -> None:
        sent = await self.send(world.modern("server/discover", id=0))
        assert ID not in sent["params"]["_meta"]
        result = {"supportedVersions": [MODERN], "capabilities": {"extensions": extensions}}
        await self.answer({"jsonrpc": "2.0", "id": 0, "result": result})


def with_transport(
    world: World,
    act: Callable[[Transport], Awaitable[None]],
    *,
    source: TokenSource | None = None,
    **options: Any,
) -> None:
    async def run() -> None:
        connection = AgentConnection(
            source or world.source(), AUDIENCE, clock=world.clock, **options
        )
        to_client, answers = anyio.create_memory_object_stream[Any](4)
        sending, sent = anyio.create_memory_object_stream[Any](4)
        async with to_client, answers, sending, sent:
            read, write = connection.streams(answers, sending)
            await act(Transport(read, write, sent, to_client, connection))

    anyio.run(run)


def carried(fields: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = fields["params"]["_meta"][ID]
    return meta


def refused(reason: str, code: int, id: int, extension: str = ID) -> dict[str, Any]:
    data = {"reason": reason, "extension": extension}
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "no", "data": data}}


def initialized(status: dict[str, Any] | None) -> dict[str, Any]:
    experimental = {} if status is None else {CARRIER: status}
    result = {
        "protocolVersion": "2025-06-18",
        "capabilities": {"experimental": experimental},
        "serverInfo": {"name": "s", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 1, "result": result}


WANTED = {ID: {"version": "0.1.0", "policy": "required"}}


def test_a_handshake_carries_a_new_bearer_each_time(world: World) -> None:
    async def act(transport: Transport) -> None:
        tokens = set()
        for id in (1, 2):
            sent = await transport.send(world.initialize(id=id))
            carrier = sent["params"]["capabilities"]["experimental"][CARRIER]
            assert set(carrier) == {"version", "token", "supported_algorithms", "attestation_types"}
            tokens.add(carrier["token"])
        assert len(tokens) == 2

    with_transport(world, act)


def test_with_a_key_a_handshake_carries_a_proof(world: World) -> None:
    async def act(transport: Transport) -> None:
        sent = await transport.send(world.initialize())
        carrier = sent["params"]["capabilities"]["experimental"][CARRIER]
        result = await world.verifier.verify(carrier["token"], now=world.clock())
        assert result.reason == "proof"
        assert carrier["proof"].count(".") == 2

    with_transport(world, act, source=world.source(proof_key=world.held().key))


def test_other_requests_of_a_session_carry_nothing(world: World) -> None:
    async def act(transport: Transport) -> None:
        for message in (request("tools/list", {}), request("notifications/initialized", id=None)):
            assert await transport.send(message) == message

    with_transport(world, act)


def test_what_the_server_said_of_the_handshake_is_kept(world: World) -> None:
    async def act(transport: Transport) -> None:
        status = {
            "policy": "required",
            "verification_status": "verified",
            "trust_level": "provider",
        }
        await transport.send(world.initialize())
        assert not transport.connection.verified
        await transport.answer(initialized(status))
        assert transport.connection.status == status
        assert transport.connection.verified

    with_transport(world, act)


def test_a_server_that_did_not_accept_it_is_left(world: World) -> None:
    async def act(transport: Transport) -> None:
        await transport.send(world.initialize())
        status = {"policy": "required", "verification_status": "failed", "error": "no"}
        assert "error" in await transport.answer(initialized(status))
        await transport.send(world.initialize())
        assert "result" in await transport.answer(initialized({**status, "policy": "preferred"}))
        assert not transport.connection.verified

    with_transport(world, act)


def test_a_server_without_required_support_is_left(world: World) -> None:
    async def left(transport: Transport) -> None:
        await transport.send(world.initialize())
        answer = await transport.answer(initialized(None))
        assert "require_server_support" in answer["error"]["message"]
        await transport.discovered(world, {})
        with pytest.raises(AttestationUnsupported):
            await transport.write.send(sdk.message_of(world.modern("tools/list", {})))

    async def kept(transport: Transport) -> None:
        await transport.send(world.initialize())
        assert "result" in await transport.answer(initialized(None))
        await transport.discovered(world, {})
        sent = await transport.send(world.modern("tools/list", {}, id=2))
        assert ID not in sent["params"]["_meta"]

    with_transport(world, left, require_server_support=True)
    with_transport(world, kept)


def test_each_message_of_the_modern_era_has_a_proof_of_its_own(world: World) -> None:
    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        first = carried(await transport.send(world.modern("tools/list", {}, id=2)))
        second = carried(await transport.send(world.modern("tools/list", {}, id=3)))
        cancelled = request("notifications/cancelled", {"requestId": 3}, id=None)
        third = carried(await transport.send(cancelled))
        assert first["token"] == second["token"] == third["token"]
        assert len({first["proof"], second["proof"], third["proof"]}) == 3

    with_transport(world, act)


def test_no_token_goes_out_before_the_server_was_asked(world: World) -> None:
    async def act(transport: Transport) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(transport.write.send, sdk.message_of(world.call("whoami", id=2)))
            asked = await transport.sent()
            assert asked["method"] == "server/discover"
            assert ID not in asked["params"]["_meta"]
            result = {"supportedVersions": [MODERN], "capabilities": {"extensions": WANTED}}
            answer = {"jsonrpc": "2.0", "id": asked["id"], "result": result}
            tasks.start_soon(transport.answer, answer)
            sent = await transport.sent()
            assert carried(sent)["token"]
            tasks.cancel_scope.cancel()

    with_transport(world, act)


def test_an_expired_token_is_renewed_and_the_request_sent_again(world: World) -> None:
    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        first = await transport.send(world.modern("tools/list", {}, id=2))
        again: list[dict[str, Any]] = []
        async with anyio.create_task_group() as tasks:

            async def repeated() -> None:
                again.append(await transport.sent())
                await transport._answers.send(sdk.message_of(refused("expired", -32011, 2)))

            tasks.start_soon(repeated)
            answer = await transport.answer(refused("expired", -32011, 2))
        assert again[0]["id"] == first["id"]
        assert carried(again[0])["token"] != carried(first)["token"]
        assert answer["error"]["data"]["reason"] == "expired"

    with_transport(world, act)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("call", refused("expired", -32011, 2)),
        ("list", refused("replay", -32012, 2)),
        ("list", {"jsonrpc": "2.0", "id": 2, "error": {"code": -32011, "message": "its own"}}),
        ("list", refused("expired", -32011, 2, extension="com.example/other")),
    ],
    ids=["a call of a tool", "another reason", "another error of this code", "another extension"],
)
def test_nothing_else_is_repeated(world: World, message: str, answer: dict[str, Any]) -> None:
    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        sent = (
            world.call("whoami", id=2)
            if message == "call"
            else world.modern("tools/list", {}, id=2)
        )
        await transport.send(sent)
        assert (await transport.answer(answer))["error"]["code"] == answer["error"]["code"]
        assert transport._sent.statistics().current_buffer_used == 0

    with_transport(world, act)


def test_a_call_after_an_expired_one_has_a_new_token(world: World) -> None:
    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        tokens = [carried(await transport.send(world.call("whoami", id=2)))["token"]]
        await transport.answer(refused("expired", -32011, 2))
        tokens.append(carried(await transport.send(world.call("whoami", id=3)))["token"])
        world.clock.now += 280  # so near its end it is not sent
        tokens.append(carried(await transport.send(world.call("whoami", id=4)))["token"])
        assert len(set(tokens)) == 3

    with_transport(world, act)


def test_a_token_is_renewed_once_for_all_that_it_was_sent_with(world: World) -> None:
    async def run() -> None:
        source = world.source()
        first = await source.reusable()
        source.renew(first)
        second = await source.reusable()
        source.renew(first)  # by the answer to another request
        assert await source.reusable() is second is not first

    anyio.run(run)


def test_a_number_that_readers_disagree_about_is_not_sent(world: World) -> None:
    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        message = world.call("whoami", id=2)
        message["params"]["arguments"] = {"n": 2**60 + 1}
        with pytest.raises(CallgateError) as caught:
            await transport.write.send(sdk.message_of(message))
        assert str(caught.value.where).startswith("byte ")

    with_transport(world, act)


def test_tokens_may_come_from_elsewhere(world: World) -> None:
    key = world.held().key

    async def issue(confirmation_key: Any) -> str:
        from attested_world import IDENTITY

        return world.provider.create_token(
            IDENTITY, AUDIENCE, confirmation_key=confirmation_key, now=world.clock()
        )

    async def act(transport: Transport) -> None:
        await transport.discovered(world, WANTED)
        sent = await transport.send(world.modern("tools/list", {}, id=2))
        assert carried(sent)["token"]

    with_transport(world, act, source=TokenSource(issue, proof_key=key, clock=world.clock))
    unreadable = TokenSource(lambda key: "no token", clock=world.clock)
    with pytest.raises(CallgateError, match="compact JWS"):
        anyio.run(unreadable.reusable)
    with pytest.raises(TypeError, match="str"):
        number: Any = 1
        anyio.run(TokenSource(lambda key: number).for_handshake)
