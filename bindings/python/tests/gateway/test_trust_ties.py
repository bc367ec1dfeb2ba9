"""Ties to an entity and to a SPIFFE ID, alone and combined with others."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from attest_path import ATTEST, AttestPath, body_of, execution, post, refused
from authorities import Issued, authority, issued
from callgate import CallgateError, SecretKey
from callgate.gateway.executions.all_tie import AllTie, failed_kind
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.tie_json import check_needs, tie_of_json
from callgate.gateway.executions.ties import Caller, EnrolmentTie, KeyTie, NoTie, UidTie
from callgate.gateway.executions.trust_ties import EntityTie, SpiffeTie
from callgate.gateway.issuer.signers.local import LocalSigner
from callgate.gateway.sessions.attested_sessions import AttestedSession
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject
from callgate.serving.tls.trust_tls import TrustTls
from callgate.trust import TrustSnapshot, TrustSource, Verdict
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from gateway_process import write_secret

pytestmark = pytest.mark.anyio
KEY = "k" * 43
DOMAIN = "mesh.example"
ID = f"spiffe://{DOMAIN}/ns/prod/agent"
SERVERS, BUNDLE, OTHER = authority("Servers"), authority("Mesh"), authority("Other")


def caller(*, entity: str | None = None, spiffe_id: str | None = None, uid: int = 1) -> Caller:
    subject = None
    if entity is not None:
        source = "certificate" if spiffe_id is None else "svid"
        subject = Subject("name", source, spiffe_id=spiffe_id, entity=entity)  # type: ignore[arg-type]
    return Caller(KEY, Peer(uid=uid, subject=subject))


def test_an_entity_tie_holds_for_that_entity_alone() -> None:
    tie = EntityTie("acme")
    assert tie.holds(caller(entity="acme"), {})
    for entity in ("Acme", "acme2", "globex", None):
        assert not tie.holds(caller(entity=entity), {})


@pytest.mark.parametrize(
    ("tie", "good", "others"),
    [
        (ID, [ID], [f"{ID}/x", ID[:-1], ID.upper(), f"spiffe://{DOMAIN}/ns/prod"]),
        (
            f"spiffe://{DOMAIN}/ns/prod/*",
            [ID, f"{ID}/deeper"],
            [f"spiffe://{DOMAIN}/ns/prod", f"spiffe://{DOMAIN}/ns/production/a"],
        ),
        (f"spiffe://{DOMAIN}/*", [ID], ["spiffe://mesh.example.org/ns", "spiffe://mesh/example"]),
    ],
)
def test_a_spiffe_tie_holds_for_its_id_or_those_below(
    tie: str, good: list[str], others: list[str]
) -> None:
    for spiffe_id in good:
        assert SpiffeTie(tie).holds(caller(entity=DOMAIN, spiffe_id=spiffe_id), {})
    for spiffe_id in others:
        assert not SpiffeTie(tie).holds(caller(entity=DOMAIN, spiffe_id=spiffe_id), {})
    # An entity's certificate may say what it likes: no ID of it was verified.
    assert not SpiffeTie(tie).holds(caller(entity="acme"), {})
    assert not SpiffeTie(tie).holds(caller(), {})


@pytest.mark.parametrize(
    "text",
    [
        *("", "*", "spiffe://*", "spiffe://mesh.example", "spiffe://mesh.example/", "https://a/b"),
        *("spiffe://Mesh.example/a", "spiffe://mesh.example/a*", "spiffe://mesh.example/*/a"),
        *("spiffe://mesh.example/a//b", "spiffe://mesh.example/../b", "spiffe://mesh.example/a/.."),
        *(
            "spiffe://mesh.example/a?b",
            "spiffe://user@mesh.example/a",
            "spiffe://mesh.example/a%2f",
        ),
        f"spiffe://mesh.example/{'a' * 2048}",
    ],
)
def test_what_is_no_spiffe_id_is_no_tie(text: str) -> None:
    with pytest.raises(CallgateError):
        SpiffeTie(text)


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "-a", "a b", "a" * 256])
def test_what_no_entity_is_called_is_no_tie(name: str) -> None:
    with pytest.raises(CallgateError):
        EntityTie(name)


def test_all_holds_when_each_part_does() -> None:
    tie = AllTie((EntityTie("acme"), UidTie(1)))
    assert tie.kind == "entity+uid"
    assert tie.holds(caller(entity="acme"), {})
    assert not tie.holds(caller(entity="acme", uid=2), {})
    assert failed_kind(tie, caller(entity="acme", uid=2), {}) == "uid"
    assert failed_kind(tie, caller(entity="globex"), {}) == "entity"


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (UidTie(1),),
        (UidTie(1), UidTie(2)),
        (UidTie(1), NoTie()),
        (KeyTie(KEY), AllTie((UidTie(1), EntityTie("acme")))),
    ],
)
def test_all_takes_two_or_more_kinds_that_bind(parts: tuple[UidTie, ...]) -> None:
    with pytest.raises(CallgateError):
        AllTie(parts)


def test_ties_come_back_from_the_journal() -> None:
    secret = EnrolmentTie.of_secret("a secret of enough characters")
    for tie in (EntityTie("acme"), SpiffeTie(f"{ID}/*"), AllTie((secret, SpiffeTie(ID)))):
        assert tie_of_json(tie.to_json()) == tie


def test_a_tie_to_trust_needs_a_judge() -> None:
    for tie in (EntityTie("acme"), SpiffeTie(ID), AllTie((UidTie(1), EntityTie("acme")))):
        check_needs(tie, trust=True, attestation=False)
        with pytest.raises(CallgateError, match="configure listen"):
            check_needs(tie, trust=False, attestation=True)
    check_needs(UidTie(1), trust=False, attestation=False)


def test_an_operator_registers_no_tie_that_nothing_can_judge() -> None:
    entry = execution("tied", tie=EntityTie("acme"), lifetime=60.0)
    with pytest.raises(CallgateError, match="configure listen"):
        ExecutionRegistry().register(entry)
    registered, _ = ExecutionRegistry(judges_certificates=True).register(entry)
    assert registered.tie == entry.tie


def test_a_session_comes_back_with_its_subject() -> None:
    subject = Subject(ID, "svid", ID, DOMAIN, "a" * 64, "b" * 64, 1_900_000_000.0)
    session = AttestedSession(
        id="s",
        workload_id="w",
        scope="research",
        key=KEY,
        identity="static",
        expires_at=1.0,
        subject=subject,
        chain=(b"leaf", b"ca"),
        path_spki_sha256=("c" * 64,),
    )
    assert AttestedSession.of_record(session.to_record()) == session
    old = {name: session.to_record()[name] for name in ("id", "workload_id", "scope", "key")}
    before = AttestedSession.of_record({**old, "kind": "session", "identity": "", "expires_at": 1})
    assert (before.subject, before.chain) == (None, ())


class Bundles:
    """A judge over a bundle of the trust domain and an entity."""

    generation = 1

    def __init__(self) -> None:
        spire = TrustSource("spire", bundles={DOMAIN: (BUNDLE.der,)})
        files = TrustSource("filestore", entities={"other": (OTHER.pem,)})
        self.snapshot = TrustSnapshot.of_sources([spire, files])

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        return self.snapshot.verify(chain)


def svid(spiffe_id: str, by: Issued = BUNDLE) -> Issued:
    return issued("svid", by=by, names=[x509.UniformResourceIdentifier(spiffe_id)], serves=True)


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    executions = [
        execution("exact", tie=SpiffeTie(ID)),
        execution("below", tie=SpiffeTie(f"spiffe://{DOMAIN}/ns/prod/*")),
        execution("domain", tie=EntityTie(DOMAIN)),
    ]
    async with AttestPath(tmp_path, executions, judge=Bundles()).running() as made:
        yield made


async def attested(
    path: AttestPath, url: str, folder: Path, certificate: Issued, workload: str, key: SecretKey
) -> tuple[int, str | None]:
    file = folder / f"{certificate.sha256}.pem"
    file.write_bytes(certificate.key_pem + certificate.pem)
    context = ssl.create_default_context(cadata=SERVERS.pem.decode())
    context.load_cert_chain(file)
    context.check_hostname = False
    async with httpx2.AsyncClient(base_url=url, verify=context, trust_env=False) as client:
        status, reply = await post(client, ATTEST["B"], body_of(path.request(key, workload)))
    error = reply.get("error", {})
    return status, error.get("name")


class RevokesMeanwhile(LocalSigner):
    """Signs after the judge has lost its bundle."""

    def __init__(self, key: SecretKey, judge: Bundles) -> None:
        super().__init__(key)
        self._judge = judge

    async def sign(self, signing_input: bytes) -> bytes:
        self._judge.snapshot = TrustSnapshot({})
        return await super().sign(signing_input)


async def test_a_certificate_revoked_while_its_token_is_signed_opens_no_session(
    tmp_path: Path, key: SecretKey
) -> None:
    judge = Bundles()
    chain = (svid(ID).der,)
    verdict = judge.judge(chain)
    peer = Peer("192.0.2.1", chain=chain, verdict=verdict, subject=Subject.of_verdict(verdict))
    tied = execution(tie=SpiffeTie(ID))
    signer = RevokesMeanwhile(SecretKey.generate(), judge)
    async with AttestPath(tmp_path, [tied], judge=judge, signer=signer).running() as path:
        refusal = await refused(path, key, peer=peer)
        assert refusal.code_name == "WORKLOAD_VERIFICATION_FAILED"
        assert len(path.attestation.sessions) == 0


async def test_an_svid_ties_by_the_id_that_its_domain_verified(
    path: AttestPath, tmp_path: Path
) -> None:
    server = issued("g", by=SERVERS, purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    (tmp_path / "g.crt").write_bytes(server.pem)
    write_secret(tmp_path / "g.key", server.key_pem.decode())
    assert path.judge is not None
    tls = TrustTls(certificate=tmp_path / "g.crt", key=tmp_path / "g.key", judge=path.judge)
    key, other = SecretKey.generate(), SecretKey.generate()
    renewed, failed = svid(ID), "WORKLOAD_VERIFICATION_FAILED"
    async with path.served(trust=tls) as url:
        assert await attested(path, url, tmp_path, svid(ID), "exact", key) == (200, None)
        # A renewed SVID is the same caller, one of another ID is not.
        assert await attested(path, url, tmp_path, renewed, "exact", key) == (200, None)
        sibling = svid(f"spiffe://{DOMAIN}/ns/prod/other")
        assert await attested(path, url, tmp_path, sibling, "exact", other) == (401, failed)
        assert await attested(path, url, tmp_path, sibling, "below", other) == (200, None)
        # Signed by an entity, which may not speak for the domain.
        forged = svid(ID, by=OTHER)
        outsider = SecretKey.generate()
        for workload in ("exact", "below", "domain"):
            assert await attested(path, url, tmp_path, forged, workload, outsider) == (401, failed)
    (renewal,) = path.events("SecurityTokenRefreshed")
    assert (renewal["subject"], renewal["subject_source"], renewal["entity"]) == (
        ID,
        "svid",
        DOMAIN,
    )
    assert (renewal["spiffe_id"], renewal["certificate_sha256"]) == (ID, renewed.sha256)
    assert {one["cause"] for one in path.events("AttestationFailed")} <= {
        "tie spiffe",
        "trust.wrong_trust_domain",
    }
