"""Containers as executions: asked through the ``docker`` library, on a socket that answers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from attest_path import AttestPath
from callgate import CallgateError, SecretKey, verify_token
from callgate.gateway.executions.ties import ContainerAddressTie, EnrolmentTie, NoTie
from callgate.gateway.executions.verifiers.docker import ContainerRule, DockerVerifier
from callgate.gateway.sessions.revocation import UNVERIFIED_SECONDS
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer
from docker_engine import DockerEngine, docker_engine

pytestmark = pytest.mark.anyio
ID, OTHER = "8a9f7b3c" * 8, "0123abcd" * 8
LABELS = {"callgate.context": "research"}
SCOPES = frozenset({"research", "reading"})
INSIDE = Peer(address="172.17.0.2")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DockerEngine]:
    with docker_engine(tmp_path) as made:
        made.run(ID, labels=LABELS)
        yield made


@pytest.fixture
async def verifier(engine: DockerEngine) -> AsyncIterator[DockerVerifier]:
    rules = [
        ContainerRule(label="callgate.context=research", scopes=SCOPES),
        ContainerRule(label="trusted", scopes=frozenset({"admin"}), tie=NoTie()),
    ]
    made = DockerVerifier(rules, base_url=engine.base_url, timeout=2)
    yield made
    made.close()


@pytest.fixture
async def path(tmp_path: Path, verifier: DockerVerifier) -> AsyncIterator[AttestPath]:
    folder = tmp_path / "state"
    folder.mkdir()
    async with AttestPath(folder, docker=verifier).running() as made:
        yield made


async def test_a_running_container_attests_from_its_own_address(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key, f"docker://{ID[:12]}", peer=INSIDE)
    claims = verify_token(
        attested.security_token, path.issuer.public_keys, now=path.time.wall, audience="agents"
    )
    # The whole id, so that two spellings are not two executions.
    assert claims["sub"] == ID
    assert claims["wid"] == f"docker://{ID}"
    assert (await path.attest(key, ID, peer=INSIDE)).session_id == attested.session_id


@pytest.mark.parametrize(
    ("peer", "outcome"),
    [
        (Peer(address="172.17.0.3"), "WORKLOAD_VERIFICATION_FAILED"),
        (Peer(address="127.0.0.1"), "WORKLOAD_VERIFICATION_FAILED"),
        (Peer(uid=0), "WORKLOAD_VERIFICATION_FAILED"),
        (Peer(), "WORKLOAD_VERIFICATION_FAILED"),
    ],
)
async def test_from_elsewhere_nobody_is_the_container(
    path: AttestPath, key: SecretKey, peer: Peer, outcome: str
) -> None:
    with pytest.raises(Refusal) as caught:
        await path.attest(key, ID, peer=peer)
    assert caught.value.code_name == outcome


async def test_a_container_without_addresses_of_its_own_has_no_such_tie(
    path: AttestPath, engine: DockerEngine, key: SecretKey
) -> None:
    engine.run(OTHER, labels=LABELS, addresses=("",))  # on the host's network
    for peer in (Peer(), Peer(address="127.0.0.1"), INSIDE):
        with pytest.raises(Refusal, match="identity"):
            await path.attest(key, OTHER, peer=peer)


@pytest.mark.parametrize(
    "workload_id",
    [
        "agent",  # a name
        ID[:11],
        ID.upper(),
        ID + "0",
        f"docker://{ID}/../{OTHER}",
        f"{ID[:12]}/json?x=",
        f" {ID}",
        f"containerd://{ID}",
        "",
        "f" * 64,
    ],
)
async def test_only_ids_name_containers(
    path: AttestPath, engine: DockerEngine, key: SecretKey, workload_id: str
) -> None:
    with pytest.raises(Refusal) as caught:
        await path.attest(key, workload_id, peer=INSIDE)
    assert caught.value.code_name == "UNKNOWN_WORKLOAD"
    assert not [asked for asked in engine.asked if "agent" in asked or ".." in asked]


async def test_a_container_whose_name_looks_like_anothers_id_is_not_that_container(
    path: AttestPath, engine: DockerEngine, key: SecretKey
) -> None:
    engine.run(OTHER, labels={"trusted": ""}, name=ID[:12])
    with pytest.raises(Refusal) as caught:
        await path.attest(key, ID[:12], "admin", peer=INSIDE)
    assert caught.value.code_name == "UNKNOWN_WORKLOAD"


async def test_a_container_without_a_rule_or_that_does_not_run_is_no_execution(
    verifier: DockerVerifier, engine: DockerEngine
) -> None:
    assert await verifier.find(ID) is not None
    engine.run(OTHER, labels={"callgate.context": "admin"})
    assert await verifier.find(OTHER) is None
    engine.stop(ID)
    assert await verifier.find(ID) is None


async def test_the_first_rule_that_matches_is_the_containers_entry(
    verifier: DockerVerifier, engine: DockerEngine
) -> None:
    engine.run(OTHER, labels={"trusted": "yes", **LABELS})
    found = await verifier.find(OTHER)
    assert found is not None
    assert (found.scopes, found.tie) == (SCOPES, ContainerAddressTie())
    assert found.addresses == {"172.17.0.2"}


@pytest.mark.parametrize("broken", [b'{"message":"boom"}', b"garbage", b""])
async def test_an_engine_in_trouble_verifies_nobody(
    path: AttestPath, engine: DockerEngine, key: SecretKey, broken: bytes
) -> None:
    engine.broken = broken
    with pytest.raises(Refusal) as caught:
        await path.attest(key, ID, peer=INSIDE)
    assert caught.value.code_name == "WORKLOAD_VERIFICATION_FAILED"
    engine.broken = None
    await path.attest(key, ID, peer=INSIDE)  # and it is asked again


@pytest.mark.parametrize("missing", ["Id", "State", "Config", "NetworkSettings"])
async def test_an_answer_of_another_form_verifies_nobody(
    verifier: DockerVerifier, engine: DockerEngine, missing: str
) -> None:
    del engine.containers[ID][missing]
    with pytest.raises(Refusal) as caught:
        await verifier.find(ID)
    assert caught.value.code_name == "WORKLOAD_VERIFICATION_FAILED"


# The library drops the socket of a connection that failed without closing it.
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
def test_no_engine_at_all_verifies_nobody(tmp_path: Path) -> None:
    rule = ContainerRule(label="x", scopes=SCOPES)

    async def ask() -> str:
        url = f"unix://{tmp_path}/nothing"
        with contextlib.closing(DockerVerifier([rule], base_url=url, timeout=1)) as verifier:
            try:
                await verifier.find(ID)
            except Refusal as error:
                return error.code_name
        return "found"

    assert asyncio.run(ask()) == "WORKLOAD_VERIFICATION_FAILED"
    gc.collect()


async def test_a_container_that_is_gone_ends_its_sessions(
    path: AttestPath, engine: DockerEngine, key: SecretKey
) -> None:
    attested = await path.attest(key, ID, peer=INSIDE)
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "open"
    engine.stop(ID)
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "ended"


async def test_a_container_that_was_started_again_is_another_execution(
    path: AttestPath, engine: DockerEngine, key: SecretKey
) -> None:
    attested = await path.attest(key, ID, peer=INSIDE)
    engine.run(ID, labels=LABELS, started_at="2026-02-23T11:00:00Z")
    renewed = await path.attest(key, ID, peer=INSIDE)
    assert renewed.session_id != attested.session_id
    assert path.state_of(attested.session_id) == "ended"


async def test_an_engine_that_stays_silent_ends_sessions_after_half_a_minute(
    path: AttestPath, engine: DockerEngine, key: SecretKey
) -> None:
    attested = await path.attest(key, ID, peer=INSIDE)
    engine.broken = b"{}"
    for _ in range(2):
        await path.attestation.revocation.review()
        assert path.state_of(attested.session_id) == "open"
        path.time.pass_(UNVERIFIED_SECONDS / 2)
    path.time.pass_(1)
    await path.attestation.revocation.review()
    assert path.state_of(attested.session_id) == "ended"


async def test_a_revoked_container_stays_out_until_it_is_reinstated(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key, ID, peer=INSIDE)
    await path.attestation.revocation.revoke_session(attested.session_id, "test")
    with pytest.raises(Refusal):
        await path.attest(key, ID, peer=INSIDE)
    path.registry.reinstate(ID)
    await path.attest(key, ID, peer=INSIDE)


async def test_a_container_is_revoked_by_its_whole_id_however_it_is_spelt(
    path: AttestPath, key: SecretKey
) -> None:
    """A part of an id revoked nothing, and said that it did."""
    assert path.registry.whole_id(ID) == path.registry.whole_id(f"docker://{ID}") == ID
    for part in (ID[:12], f"docker://{ID[:63]}"):
        with pytest.raises(CallgateError, match="whole id"):
            path.registry.whole_id(part)
    assert path.registry.whole_id("exec-1") == "exec-1"


@pytest.mark.parametrize(
    "members",
    [{"label": ""}, {"label": "=x"}, {"label": "x", "tie": EnrolmentTie.generate()[0]}],
)
def test_a_rule_that_could_not_be_meant_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(CallgateError):
        ContainerRule(scopes=SCOPES, **members)
