"""Proof of possession: the attested key signs what it asks for, once."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attest_path import PEER, AttestPath, base64_of, execution
from callgate import CallgateError, SecretKey
from callgate.gateway.attest.proof import Proof, SeenProofs, proof_message
from callgate.gateway.wire.refusal import Refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    executions = [execution(), execution("strict", require_proof=True), execution("other")]
    async with AttestPath(tmp_path, executions).running() as made:
        yield made


async def outcome(path: AttestPath, request: Any) -> str:
    try:
        await path.attestation.attest(request, PEER)
    except CallgateError as error:
        return error.code_name
    return "attested"


def test_what_is_signed_is_the_rfc_8785_form() -> None:
    message = proof_message(public_key="k=", scope="ré", timestamp=5, workload_id='w"')
    expected = '{"public_key":"k=","scope":"ré","timestamp":5,"workload_id":"w\\""}'
    assert message == expected.encode()


async def test_an_execution_may_require_a_proof(path: AttestPath, key: SecretKey) -> None:
    assert await outcome(path, path.request(key, "strict")) == "KEY_REFUSED"
    assert await outcome(path, path.request(key, "strict", proof=True)) == "attested"
    # Renewal needs another one.
    assert await outcome(path, path.request(key, "strict")) == "KEY_REFUSED"


async def test_a_proof_by_another_key_or_of_something_else_is_refused(
    path: AttestPath, key: SecretKey
) -> None:
    good = path.request(key, proof=True)
    other = path.request(SecretKey.generate(), proof=True)
    for forged in (
        {"proof": other.proof},
        {"workload_id": "other"},
        {"scope": "reading"},
        {"proof_timestamp": (good.proof_timestamp or 0) + 1},
        {"public_key": other.public_key},
    ):
        # Also where no proof is required: one that is wrong is a lie.
        request = replace(good, **forged)
        assert await outcome(path, request) == "KEY_REFUSED", forged
    assert await outcome(path, good) == "attested"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + "\n",
        lambda text: text.rstrip("="),
        lambda text: text + "=",
        lambda text: text[:-3] + chr(ord(text[-3]) ^ 1) + "==",
        lambda text: base64.urlsafe_b64encode(base64.b64decode(text)).decode() + " ",
        lambda text: base64.b64decode(text).hex(),
        lambda text: "",
        lambda text: "é" * 88,
        lambda text: base64_of(base64.b64decode(text)[:63]),
        lambda text: base64_of(base64.b64decode(text) + b"\0"),
    ],
)
async def test_a_proof_has_one_spelling(path: AttestPath, key: SecretKey, spoil: Any) -> None:
    good = path.request(key, proof=True)
    assert good.proof is not None
    assert await outcome(path, replace(good, proof=spoil(good.proof))) == "KEY_REFUSED"


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, "attested"), (30, "attested"), (-30, "attested"), (31, "stale"), (-31, "stale")],
)
async def test_a_proof_is_fresh_for_30_seconds_either_way(
    path: AttestPath, key: SecretKey, age: int, expected: str
) -> None:
    request = path.request(key, proof=True, proof_timestamp=int(path.time.wall) - age)
    result = await outcome(path, request)
    assert result == ("REPLAY_DETECTED" if expected == "stale" else expected)


@pytest.mark.parametrize("timestamp", [0, -1, 2**53 - 1])
async def test_a_timestamp_of_another_age_is_stale(
    path: AttestPath, key: SecretKey, timestamp: int
) -> None:
    request = path.request(key, proof=True, proof_timestamp=timestamp)
    assert await outcome(path, request) == "REPLAY_DETECTED"


@pytest.mark.parametrize("timestamp", [2**53, -(10**30)])
async def test_a_timestamp_that_readers_disagree_about_cannot_be_signed(
    path: AttestPath, key: SecretKey, timestamp: int
) -> None:
    request = replace(path.request(key), proof=base64_of(bytes(64)), proof_timestamp=timestamp)
    assert await outcome(path, request) == "KEY_REFUSED"


async def test_a_proof_counts_once_and_not_again_after_a_restart(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        request = path.request(key, proof=True)
        assert await outcome(path, request) == "attested"
        assert await outcome(path, request) == "REPLAY_DETECTED"
    async with made.running() as path:
        assert await outcome(path, request) == "REPLAY_DETECTED"
        path.time.pass_(1)
        assert await outcome(path, path.request(key, proof=True)) == "attested"


async def test_a_future_proof_is_remembered_until_it_is_stale(
    path: AttestPath, key: SecretKey
) -> None:
    request = path.request(key, proof=True, proof_timestamp=int(path.time.wall) + 30)
    assert await outcome(path, request) == "attested"
    path.time.pass_(59)
    assert await outcome(path, request) == "REPLAY_DETECTED"
    path.time.pass_(2)
    assert await outcome(path, request) == "REPLAY_DETECTED"


def proof(timestamp: int, signature: bytes = b"s") -> Proof:
    return Proof(signature, timestamp, b"")


def test_a_clock_that_goes_back_makes_nothing_fresh_again(key: SecretKey) -> None:
    seen = SeenProofs()
    seen.use(key.public_key, proof(1000), 1000)
    seen.use(key.public_key, proof(1100, b"t"), 1100)  # and drops the first
    with pytest.raises(Refusal):
        seen.use(key.public_key, proof(1000), 1000)


def test_the_memory_of_proofs_is_bounded_and_full_means_refused(key: SecretKey) -> None:
    seen = SeenProofs(max_proofs=2)
    for signature in (b"a", b"b"):
        seen.use(key.public_key, proof(1000, signature), 1000)
    with pytest.raises(Refusal) as caught:
        seen.use(key.public_key, proof(1000, b"c"), 1000)
    assert caught.value.code_name == "LEDGER_FULL"
    seen.use(key.public_key, proof(1031, b"c"), 1031)
    assert len(seen.snapshot()) == 1
