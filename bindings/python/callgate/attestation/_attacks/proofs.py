"""Proofs of possession that are absent, used, moved to another request, or made by another key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from callgate import CallgateError, SecretKey
from callgate._json import encode
from callgate.attestation import _engine
from callgate.attestation._attacks.case import (
    Attempt,
    Case,
    judged_accepted,
    judged_refused,
    refusal,
)
from callgate.attestation._attacks.world import NOW, OTHER_SERVER, SERVER, World
from callgate.attestation._names import ATTESTATION_EXTENSION
from callgate.attestation._trust import ANY_AUDIENCE
from callgate.attestation._verifier import AttestationVerifier

_GROUP: Final = "proof"
_POLICIES: Final = ("required", "preferred", "optional")
_VERSION: Final = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
CALL: Final[dict[str, Any]] = {"name": "pay", "arguments": {"amount": 10}, "_meta": _VERSION}


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


def _modern(
    token: str,
    params: Mapping[str, Any] = CALL,
    *,
    method: str = "tools/call",
    proof_text: str | None = None,
) -> _engine.AttestedMessage:
    """A request of protocol version 2026-07-28 as a server reads it."""
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
        await _judged(verifier, _modern(token, proof_text=used), None),
        await _judged(verifier, _modern(token, proof_text=used), "replay"),
        await _judged(verifier, _modern(token, proof_text=proof(world, token)), None),
    ]


async def _stolen(world: World) -> Sequence[Attempt]:
    """The thief has the token alone, in both eras and under every policy."""
    token, attempts = world.confirmed(), []
    by_thief = proof(world, token, key=SecretKey.generate())
    for policy in _POLICIES:
        verifier = world.verifier(policy=policy)
        attempts += [
            await refusal(verifier, token, "proof"),
            await _judged(verifier, _modern(token), "proof"),
            await _judged(verifier, _modern(token, proof_text=by_thief), "proof"),
        ]
    return attempts


async def _bearer(world: World) -> Sequence[Attempt]:
    token = world.genuine()
    with_proof = _modern(token, proof_text=proof(world, token))
    return [
        await _judged(world.verifier(), _modern(token), "proof"),
        await _judged(world.verifier(), with_proof, "proof"),
    ]


async def _moved(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.confirmed()
    more = {**CALL, "arguments": {"amount": 10_000}}
    traced = {**CALL, "_meta": {**_VERSION, "progressToken": 1}}
    of_this = proof(world, token)
    return [
        await _judged(verifier, _modern(token, more, proof_text=of_this), "proof"),
        await _judged(verifier, _modern(token, traced, proof_text=of_this), "proof"),
        await _judged(verifier, _modern(token, method="prompts/get", proof_text=of_this), "proof"),
        await _judged(verifier, _modern(token, proof_text=of_this), None),
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
        await _judged(verifier, _modern(token, proof_text=text), "proof malformed")
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


async def _no_audience(world: World) -> Sequence[Attempt]:
    verifier = world.verifier(audience=ANY_AUDIENCE)
    request = _modern(world.confirmed())
    attempts = [await _judged(verifier, request, "proof audience")]
    try:
        world.verifier(audience=ANY_AUDIENCE, require_proof=True)
    except CallgateError:
        attempts.append(Attempt("refused at construction", "refused at construction", True))
    else:
        attempts.append(Attempt("refused at construction", "taken", False))
    return attempts


PROOFS: Final[tuple[Case, ...]] = (
    Case(_GROUP, "a token again with a used proof, then with a new one", _again_with_another_proof),
    Case(_GROUP, "a stolen token without its key, in both eras", _stolen),
    Case(_GROUP, "a token without cnf in protocol version 2026-07-28", _bearer),
    Case(_GROUP, "a proof moved to other arguments, _meta or method", _moved),
    Case(_GROUP, "a proof for another server or token, of another time, or none", _of_another),
    Case(_GROUP, "a number that readers disagree about", _unprovable),
    Case(_GROUP, "a server that names no audience", _no_audience),
)
