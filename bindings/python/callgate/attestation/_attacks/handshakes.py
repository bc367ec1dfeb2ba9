"""Handshakes whose token or capability is not what it should be, and what refusals must not do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, Final

from callgate import CallgateError, SecretKey
from callgate.attestation import _engine
from callgate.attestation._attacks.case import (
    Attempt,
    Case,
    acceptance,
    judged_accepted,
    judged_refused,
    refusal,
)
from callgate.attestation._attacks.world import NOW, OTHER_SERVER, World
from callgate.attestation._capability import ServerAttestationCapability
from callgate.attestation._middleware import AttestationMiddleware
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY
from callgate.attestation._result import VerificationResult
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.observability import get_metrics

_GROUP: Final = "handshake"


async def _initialize(verifier: AttestationVerifier, capabilities: Any) -> VerificationResult:
    middleware = AttestationMiddleware(verifier)
    params = {"protocolVersion": "2025-11-25", "capabilities": capabilities}
    return (await middleware.process_initialize(params, now=NOW)).verification


async def _absent(world: World) -> Sequence[Attempt]:
    forms: list[Any] = [
        {},
        {"experimental": None},
        {"experimental": {}},
        {"experimental": {ATTESTATION_CAPABILITY_KEY: None}},
    ]
    results = [await _initialize(world.verifier(), form) for form in forms]
    return [judged_refused(result, "not_provided") for result in results]


async def _misshapen(world: World) -> Sequence[Attempt]:
    forms: list[Any] = [
        "token",
        [],
        1,
        {"token": 1},
        {"token": ""},
        {"token": {"payload": "", "signatures": []}},
        {"token": "a.b.c", "proof": 1},
    ]
    attempts = []
    for form in forms:
        capabilities = {"experimental": {ATTESTATION_CAPABILITY_KEY: form}}
        result = await _initialize(world.verifier(), capabilities)
        attempts.append(judged_refused(result, "malformed"))
    return attempts


async def _second_initialize(world: World) -> Sequence[Attempt]:
    """A caller that was verified begins again with a forged token, then without one."""
    verifier = world.verifier()
    forged = world.signed(key=SecretKey.generate())
    members: list[Any] = [{"token": world.genuine()}, {"token": forged}, None]
    results = [
        await _initialize(verifier, {"experimental": {ATTESTATION_CAPABILITY_KEY: member}})
        for member in members
    ]
    return [
        judged_accepted(results[0]),
        judged_refused(results[1], "signature"),
        judged_refused(results[2], "not_provided"),
    ]


async def _label_injection(world: World) -> Sequence[Attempt]:
    """An issuer that would begin a sample of its own where labels are not escaped."""
    token = world.signed(claims=world.claims(iss='"} 1\nattestation_forged_total 1\n#{x="'))
    refusal_of_it = await refusal(world.verifier(), token, "untrusted_issuer")
    shown = get_metrics().to_prometheus()
    silent = "attestation_forged" not in shown
    return [refusal_of_it, Attempt("nothing of it in metrics", f"shown: {not silent}", silent)]


async def _no_engine(world: World) -> Sequence[Attempt]:
    """In a process in which the engine, and with it all cryptography, cannot be imported."""
    del world
    program = "import sys; sys.modules['callgate._native'] = None; import callgate.attestation"
    command = [sys.executable, "-c", program]
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    _, told = await process.communicate()
    failed = process.returncode == 1 and b"callgate._native" in told
    return [Attempt("no import", "no import" if failed else "imported", failed)]


async def _weaker_policy(world: World) -> Sequence[Attempt]:
    attempts = []
    for policy in ("preferred", "optional"):
        capability = ServerAttestationCapability(policy=policy)
        try:
            AttestationMiddleware(world.verifier(), capability)
        except CallgateError:
            attempts.append(Attempt("refused at construction", "refused at construction", True))
        else:
            attempts.append(Attempt("refused at construction", "taken", False))
    return attempts


async def _forged_where_preferred(world: World) -> Sequence[Attempt]:
    attempts = []
    for policy in ("preferred", "optional"):
        verifier = world.verifier(policy=policy)
        forged = world.signed(key=SecretKey.generate())
        attempts.append(await refusal(verifier, forged, "signature"))
        none = await verifier.verify(None, now=NOW)
        passed = none.admitted and not none.verified and none.reason == "not_provided"
        attempts.append(
            Attempt("no token: admitted, not verified", f"admitted: {none.admitted}", passed)
        )
    return attempts


async def _forwarded(world: World) -> Sequence[Attempt]:
    token = world.genuine()
    return [
        await acceptance(world.verifier(), token),
        await refusal(world.verifier(audience=OTHER_SERVER), token, "audience"),
    ]


async def _tells_nothing(world: World) -> Sequence[Attempt]:
    secret = "tell-no-one-of-this"
    tokens = [
        world.signed(claims=world.claims(iss=f"https://{secret}.example")),
        world.signed(header={"kid": secret}),
        world.signed(claims=world.claims(jti=secret, aud=OTHER_SERVER)),
    ]
    attempts = []
    for token in tokens:
        result = await world.verifier().verify(token, now=NOW)
        told = f"{result!r} {result.error} {result.where} {result.verdict!r}"
        silent = secret not in told and token not in told
        attempts.append(Attempt("nothing of the token told", f"told: {not silent}", silent))
    return attempts


async def _no_message(world: World) -> Sequence[Attempt]:
    del world
    attempts = []
    for text in (b"[]", b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', b'{"id":1,"id":2}', b"{"):
        try:
            _engine.read_attested_message(text)
        except CallgateError:
            attempts.append(Attempt("refused unread", "refused unread", True))
        else:
            attempts.append(Attempt("refused unread", "read", False))
    return attempts


HANDSHAKES: Final[tuple[Case, ...]] = (
    Case(_GROUP, "no attestation, or null where it would stand", _absent),
    Case(_GROUP, "a capability or token of another type", _misshapen),
    Case(_GROUP, "a second initialize with a forged token, or with none", _second_initialize),
    Case(_GROUP, "a capability whose policy is weaker than the verifier's", _weaker_policy),
    Case(_GROUP, "a forged token where attestation is not required", _forged_where_preferred),
    Case(_GROUP, "a token that a server forwards to another", _forwarded),
    Case(_GROUP, "text of a token in errors and logs", _tells_nothing),
    Case(_GROUP, "an issuer that injects samples into metrics", _label_injection),
    Case(_GROUP, "an installation without its cryptography", _no_engine),
    Case(_GROUP, "batches, and what is no JSON-RPC message", _no_message),
)
