"""Messages whose token, proof or carrier is not what it should be."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from callgate import CallgateError, SecretKey
from callgate._json import encode
from callgate.attestation import _engine
from callgate.attestation._attacks.case import (
    Attempt,
    Case,
    acceptance,
    judged_accepted,
    judged_refused,
    refusal,
)
from callgate.attestation._attacks.world import NOW, OTHER_SERVER, SERVER, World
from callgate.attestation._capability import ServerAttestationCapability
from callgate.attestation._middleware import AttestationMiddleware
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, ATTESTATION_EXTENSION
from callgate.attestation._result import VerificationResult
from callgate.attestation._trust import ANY_AUDIENCE
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.observability import get_metrics

_HANDSHAKE: Final = "handshake"
_PROOF: Final = "proof"
_POLICIES: Final = ("required", "preferred", "optional")
_VERSION: Final = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
CALL: Final[dict[str, Any]] = {"name": "pay", "arguments": {"amount": 10}, "_meta": _VERSION}


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


async def _no_audience(world: World) -> Sequence[Attempt]:
    verifier = world.verifier(audience=ANY_AUDIENCE)
    request = modern(world, world.confirmed())
    attempts = [await _judged(verifier, request, "proof audience")]
    try:
        world.verifier(audience=ANY_AUDIENCE, require_proof=True)
    except CallgateError:
        attempts.append(Attempt("refused at construction", "refused at construction", True))
    else:
        attempts.append(Attempt("refused at construction", "taken", False))
    return attempts


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


def proof(
    world: World,
    token: str,
    params: Mapping[str, Any] = CALL,
    *,
    method: str = "tools/call",
    audience: str = SERVER,
    key: SecretKey | None = None,
    now: int = NOW,
) -> str:
    """A proof of the agent for this request."""
    digest = _engine.attestation_request_hash(encode(dict(params)), "modern")
    signer = key or world.agent_key
    return _engine.issue_request_proof(token, audience, method, digest, signer, now * 1000)


def modern(
    world: World,
    token: str,
    params: Mapping[str, Any] = CALL,
    *,
    method: str = "tools/call",
    proof_text: str | None = None,
) -> _engine.AttestedMessage:
    """A request of protocol version 2026-07-28 as a server reads it."""
    del world
    carrier = {"token": token} if proof_text is None else {"token": token, "proof": proof_text}
    meta = {**params.get("_meta", {}), ATTESTATION_EXTENSION: carrier}
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    return _engine.read_attested_message(encode(request))


async def _judged(
    verifier: AttestationVerifier, message: _engine.AttestedMessage, reasons: str | None
) -> Attempt:
    result = await verifier.verify_message(message, now=NOW)
    return judged_accepted(result) if reasons is None else judged_refused(result, reasons)


async def _again_with_another_proof(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.confirmed()
    used = proof(world, token)
    return [
        await _judged(verifier, modern(world, token, proof_text=used), None),
        await _judged(verifier, modern(world, token, proof_text=used), "replay"),
        await _judged(verifier, modern(world, token, proof_text=proof(world, token)), None),
    ]


async def _stolen(world: World) -> Sequence[Attempt]:
    """The thief has the token alone, in both eras and under every policy."""
    token, attempts = world.confirmed(), []
    by_thief = proof(world, token, key=SecretKey.generate())
    for policy in _POLICIES:
        verifier = world.verifier(policy=policy)
        attempts += [
            await refusal(verifier, token, "proof"),
            await _judged(verifier, modern(world, token), "proof"),
            await _judged(verifier, modern(world, token, proof_text=by_thief), "proof"),
        ]
    return attempts


async def _bearer(world: World) -> Sequence[Attempt]:
    token = world.genuine()
    with_proof = modern(world, token, proof_text=proof(world, token))
    return [
        await _judged(world.verifier(), modern(world, token), "proof"),
        await _judged(world.verifier(), with_proof, "proof"),
    ]


async def _moved(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.confirmed()
    more = {**CALL, "arguments": {"amount": 10_000}}
    traced = {**CALL, "_meta": {**_VERSION, "progressToken": 1}}
    of_this = proof(world, token)
    return [
        await _judged(verifier, modern(world, token, more, proof_text=of_this), "proof"),
        await _judged(verifier, modern(world, token, traced, proof_text=of_this), "proof"),
        await _judged(
            verifier, modern(world, token, method="prompts/get", proof_text=of_this), "proof"
        ),
        await _judged(verifier, modern(world, token, proof_text=of_this), None),
    ]


async def _of_another(world: World) -> Sequence[Attempt]:
    verifier, token, other = world.verifier(), world.confirmed(), world.confirmed()
    proofs = [
        proof(world, token, audience=OTHER_SERVER),
        proof(world, other),
        proof(world, token, now=NOW - 61),
        proof(world, token, now=NOW + 31),
        token,
        "",
        "a.b.c",
    ]
    return [
        await _judged(verifier, modern(world, token, proof_text=text), "proof malformed")
        for text in proofs
    ]


async def _unprovable(world: World) -> Sequence[Attempt]:
    """Two readers of 1e400 or of 2^53 + 1 may read two numbers."""
    attempts = []
    for number in ("1e400", "9007199254740993"):
        params = b'{"name":"pay","arguments":{"amount":%s}}' % number.encode()
        try:
            _engine.attestation_request_hash(params, "modern")
        except CallgateError:
            attempts.append(Attempt("refused by the client", "refused by the client", True))
        else:
            attempts.append(Attempt("refused by the client", "hashed", False))
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


MESSAGES: Final[tuple[Case, ...]] = (
    Case(_HANDSHAKE, "no attestation, or null where it would stand", _absent),
    Case(_HANDSHAKE, "a capability or token of another type", _misshapen),
    Case(_HANDSHAKE, "a second initialize with a forged token, or with none", _second_initialize),
    Case(_HANDSHAKE, "a capability whose policy is weaker than the verifier's", _weaker_policy),
    Case(_HANDSHAKE, "a forged token where attestation is not required", _forged_where_preferred),
    Case(_HANDSHAKE, "a token that a server forwards to another", _forwarded),
    Case(_HANDSHAKE, "a server that names no audience", _no_audience),
    Case(_HANDSHAKE, "text of a token in errors and logs", _tells_nothing),
    Case(_HANDSHAKE, "an issuer that injects samples into metrics", _label_injection),
    Case(_HANDSHAKE, "an installation without its cryptography", _no_engine),
    Case(_HANDSHAKE, "batches, and what is no JSON-RPC message", _no_message),
    Case(_PROOF, "a token again with a used proof, then with a new one", _again_with_another_proof),
    Case(_PROOF, "a stolen token without its key, in both eras", _stolen),
    Case(_PROOF, "a token without cnf in protocol version 2026-07-28", _bearer),
    Case(_PROOF, "a proof moved to other arguments, _meta or method", _moved),
    Case(_PROOF, "a proof for another server or token, of another time, or none", _of_another),
    Case(_PROOF, "a number that readers disagree about", _unprovable),
)
