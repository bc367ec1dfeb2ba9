"""Messages around the handshake: before it, after it, and in the session of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from callgate._json import encode
from callgate.attestation._attacks.case import Attempt, Case
from callgate.attestation._attacks.proofs import CALL, proof
from callgate.attestation._attacks.world import IDENTITY, ISSUER, KID, NOW, SERVER, World
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, ATTESTATION_EXTENSION
from callgate.attestation._provider import AttestationProvider
from callgate.attestation._trust import IssuerTrust
from callgate.attestation.enforcement.guards import Guards, tool_guard
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.outcome import Outcome, Passed, Refused
from callgate.attestation.enforcement.session import LegacySession

_GROUP: Final = "session"


class Server:
    """The gate of a server that requires attestation, one connection, and the time."""

    def __init__(self, world: World, *guards: Any, **options: Any) -> None:
        self.now: float = NOW
        self.verifier = world.verifier()
        self.judge = Judge(self.verifier, guards=Guards(guards), clock=lambda: self.now, **options)
        self.session: LegacySession | None = None

    async def send(self, method: str, params: Any = None, *, notify: bool = False) -> str:
        """What became of it: passed, dropped, or refused with its reason."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        message |= {} if params is None else {"params": params}
        message |= {} if notify else {"id": 1}
        judged = await self.judge.judge(encode(message), self.session)
        if judged.is_handshake:
            self.session = judged.opens
        return _told(judged.outcome)

    async def initialize(self, token: str | None) -> str:
        """A handshake with this token."""
        member = None if token is None else {"token": token}
        capabilities = {"experimental": {ATTESTATION_CAPABILITY_KEY: member}}
        return await self.send("initialize", {"capabilities": capabilities})


def _told(outcome: Outcome) -> str:
    if isinstance(outcome, Passed):
        return "passed"
    return f"refused ({outcome.reason})" if isinstance(outcome, Refused) else "dropped"


def _attempt(expected: str, observed: str) -> Attempt:
    return Attempt(expected, observed, expected == observed)


async def _without_a_handshake(world: World) -> Sequence[Attempt]:
    server = Server(world)
    refused = "refused (not_provided)"
    methods = ("tools/list", "tools/call", "resources/read", "prompts/get", "completion/complete")
    return [
        *[_attempt(refused, await server.send(method, {"name": "pay"})) for method in methods],
        _attempt(refused, await server.send("tools/call", dict(CALL))),
        _attempt(refused, await server.initialize(None)),
        _attempt("passed", await server.send("ping")),
        _attempt("passed", await server.send("server/discover")),
    ]


async def _unproven_notification(world: World) -> Sequence[Attempt]:
    server = Server(world)
    alone = await server.send("notifications/cancelled", {"requestId": 1}, notify=True)
    modern = await server.send("notifications/cancelled", dict(CALL), notify=True)
    return [_attempt("dropped", alone), _attempt("dropped", modern)]


async def _second_handshake(world: World) -> Sequence[Attempt]:
    """A handshake that fails leaves nothing of the caller that was verified before."""
    server = Server(world)
    first = await server.initialize(world.genuine())
    call = await server.send("tools/call", {"name": "pay"})
    again = await server.initialize(world.resigned(bytes(64)))
    after = await server.send("tools/call", {"name": "pay"})
    return [
        _attempt("passed", first),
        _attempt("passed", call),
        _attempt("refused (signature)", again),
        _attempt("refused (not_provided)", after),
    ]


async def _denied_in_mid_session(world: World) -> Sequence[Attempt]:
    server = Server(world)
    first = await server.initialize(world.genuine())
    before = await server.send("tools/list")
    keys = {KID: world.keypair.public_key}
    server.verifier.trusted_issuers = [IssuerTrust(ISSUER, keys=keys, denied_key_ids=[KID])]
    denied = await server.send("tools/list")
    server.verifier.trusted_issuers = [IssuerTrust(ISSUER, keys=keys)]
    after = await server.send("tools/list")
    return [
        _attempt("passed", first),
        _attempt("passed", before),
        _attempt("refused (kid)", denied),
        _attempt("refused (kid)", after),  # what is over stays so
    ]


async def _over_its_time(world: World) -> Sequence[Attempt]:
    attempts = []
    for lifetime, lives, over in ((3600.0, 3599, 3600), ("token", 294, 295)):
        server = Server(world, session_lifetime=lifetime)
        attempts.append(_attempt("passed", await server.initialize(world.genuine())))
        server.now = NOW + lives
        attempts.append(_attempt("passed", await server.send("tools/list")))
        server.now = NOW + over
        attempts.append(_attempt("refused (expired)", await server.send("tools/list")))
    return attempts


async def _session_of_another(world: World) -> Sequence[Attempt]:
    """Another agent, with a token and a proof of its own, in a session that it found."""
    server = Server(world)
    opened = await server.initialize(world.genuine())
    other = AttestationProvider(ISSUER, world.keypair, trust_domain="other.example")
    key = world.agent_key.public_key
    token = other.create_token(IDENTITY, SERVER, confirmation_key=key, now=NOW)
    carrier = {"token": token, "proof": proof(world, token)}
    meta = {**CALL["_meta"], ATTESTATION_EXTENSION: carrier}
    inside = await server.send("tools/call", {**CALL, "_meta": meta})
    return [_attempt("passed", opened), _attempt("refused (binding)", inside)]


async def _guarded_tool(world: World) -> Sequence[Attempt]:
    server = Server(world, tool_guard("provider", "https://other.example", tools=["pay"]))
    opened = await server.initialize(world.genuine())
    guarded = await server.send("tools/call", {"name": "pay"})
    free = await server.send("tools/call", {"name": "read"})
    nameless = await server.send("tools/call", {"name": ["pay"]})
    context = None if server.session is None else server.session.context
    listed = server.judge.guards.listed(context, [{"name": "pay"}, {"name": "read"}])
    return [
        _attempt("passed", opened),
        _attempt("refused (policy)", guarded),
        _attempt("passed", free),
        _attempt("refused (policy)", nameless),
        _attempt("listed: read", f"listed: {' '.join(tool['name'] for tool in listed)}"),
    ]


SESSIONS: Final[tuple[Case, ...]] = (
    Case(_GROUP, "methods without a handshake or a token", _without_a_handshake),
    Case(_GROUP, "notifications without a token", _unproven_notification),
    Case(_GROUP, "a call after a second handshake that failed", _second_handshake),
    Case(
        _GROUP, "a session whose key was denied since, then trusted again", _denied_in_mid_session
    ),
    Case(_GROUP, "a session that is over its time", _over_its_time),
    Case(_GROUP, "the session of another agent", _session_of_another),
    Case(_GROUP, "a tool that the caller may not call, by other names too", _guarded_tool),
)
