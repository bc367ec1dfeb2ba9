"""What binds a caller to its execution, from the transport up."""

from __future__ import annotations

import ipaddress
import json
import os
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attest_path import ATTEST, AttestPath, body_of, execution, post
from authorities import authority as root_of
from callgate import CallgateError, SecretKey
from callgate.audit import Event
from callgate.audit.denial_sampler import DenialSampler
from callgate.gateway.attest.failures import FailedAttestations, TieFailed
from callgate.gateway.executions.tie_json import tie_of_json
from callgate.gateway.executions.ties import (
    Caller,
    CertificateTie,
    ContainerAddressTie,
    EnrolmentTie,
    KeyTie,
    NoTie,
    Tie,
    UidTie,
)
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.logging import JsonFormatter
from callgate.serving.peer import Peer, TrustedProxies, canonical_address, peer_of
from cryptography import x509
from cryptography.hazmat.primitives import hashes

pytestmark = pytest.mark.anyio
SECRET = "a secret of enough characters"
KEY, OTHER = "k" * 43, "o" * 43


def caller(key: str = KEY, **members: Any) -> Caller:
    peer = members.pop("peer", Peer())
    return Caller(key, peer, **members)


@pytest.mark.parametrize(
    ("tie", "good", "forged"),
    [
        (KeyTie(KEY), caller(), caller(OTHER)),
        (
            EnrolmentTie.of_secret(SECRET),
            caller(enrolment_secret=SECRET),
            caller(enrolment_secret=SECRET + "x"),
        ),
        (EnrolmentTie.of_secret(SECRET), caller(enrolment_secret=SECRET), caller()),
        (
            CertificateTie("c" * 43),
            caller(peer=Peer(certificate_thumbprint="c" * 43)),
            caller(peer=Peer(certificate_thumbprint="d" * 43)),
        ),
        (CertificateTie("c" * 43), caller(peer=Peer(certificate_thumbprint="c" * 43)), caller()),
        (UidTie(0), caller(peer=Peer(uid=0)), caller(peer=Peer(uid=1))),
        (UidTie(0), caller(peer=Peer(uid=0)), caller()),
        (
            ContainerAddressTie(),
            caller(peer=Peer("10.0.0.2"), container_addresses=frozenset({"10.0.0.2"})),
            caller(peer=Peer("10.0.0.3"), container_addresses=frozenset({"10.0.0.2"})),
        ),
        (
            ContainerAddressTie(),
            caller(peer=Peer("10.0.0.2"), container_addresses=frozenset({"10.0.0.2"})),
            caller(peer=Peer("10.0.0.2")),
        ),
        (
            ContainerAddressTie(),
            caller(peer=Peer("10.0.0.2"), container_addresses=frozenset({"10.0.0.2"})),
            caller(container_addresses=frozenset({"10.0.0.2"})),
        ),
    ],
)
def test_a_tie_holds_for_what_it_names_and_for_nothing_unknown(
    tie: Tie, good: Caller, forged: Caller
) -> None:
    assert tie.holds(good, {})
    assert not tie.holds(forged, {})


def test_an_enrolment_secret_is_spent_by_one_key() -> None:
    tie = EnrolmentTie.of_secret(SECRET)
    spent = {tie.secret_sha256: KEY}
    assert tie.holds(caller(KEY, enrolment_secret=SECRET), spent)
    assert not tie.holds(caller(OTHER, enrolment_secret=SECRET), spent)


def test_no_secret_stands_in_a_tie_or_in_what_prints_it() -> None:
    tie, secret = EnrolmentTie.generate()
    assert secret not in repr(tie) and tie.secret_sha256 not in repr(tie)
    assert secret not in str(tie.to_json())
    assert SECRET not in repr(caller(enrolment_secret=SECRET))


@pytest.mark.parametrize(
    "tie",
    [
        NoTie(),
        ContainerAddressTie(),
        KeyTie(KEY),
        UidTie(1000),
        CertificateTie("c" * 43),
        EnrolmentTie.of_secret(SECRET),
    ],
)
def test_a_tie_is_read_back_as_it_was_written(tie: Tie) -> None:
    assert tie_of_json(tie.to_json()) == tie


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "None",
        {},
        {"uid": True},
        {"uid": -1},
        {"uid": "0"},
        {"uid": 2**32 - 1},
        {"key": "short"},
        {"key": KEY, "uid": 1},
        {"enrolment_secret_sha256": "00"},
        {"certificate": "00:11"},
        {"none": True},
        ["none"],
    ],
)
def test_what_is_no_tie_is_refused(value: object) -> None:
    with pytest.raises(CallgateError) as caught:
        tie_of_json(value)
    assert caught.value.code_name == "INVALID_ARGUMENT"
    with pytest.raises(CallgateError):
        EnrolmentTie.of_secret("short")


def test_a_certificate_may_be_named_as_openssl_prints_it() -> None:
    fingerprint = ":".join(["AB"] * 32)
    assert (
        CertificateTie.of_fingerprint(fingerprint).thumbprint
        == "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"
    )


async def attempt(path: AttestPath, key: SecretKey, **members: Any) -> str:
    try:
        await path.attest(key, **members)
    except Refusal as error:
        return error.code_name
    return "attested"


async def test_the_first_key_that_presents_a_secret_alone_may_present_it_again(
    tmp_path: Path, key: SecretKey
) -> None:
    tie = EnrolmentTie.of_secret(SECRET)
    made = AttestPath(tmp_path, [execution(tie=tie)])
    async with made.running() as path:
        wrong = await attempt(path, SecretKey.generate(), enrolment_secret="not the secret at all")
        none = await attempt(path, SecretKey.generate())
        assert wrong == none == "WORKLOAD_VERIFICATION_FAILED"
        assert await attempt(path, key, enrolment_secret=SECRET) == "attested"
        assert await attempt(path, key, enrolment_secret=SECRET) == "attested"
        other = await attempt(path, SecretKey.generate(), enrolment_secret=SECRET)
        assert other == "WORKLOAD_VERIFICATION_FAILED"
    # Neither the trail nor the journal has the secret.
    for file in (p for p in tmp_path.rglob("*") if p.is_file()):
        assert SECRET.encode() not in file.read_bytes()
    async with made.running() as path:  # A restart forgets nothing.
        assert await attempt(path, key, enrolment_secret=SECRET) == "attested"
        other = await attempt(path, SecretKey.generate(), enrolment_secret=SECRET)
        assert other == "WORKLOAD_VERIFICATION_FAILED"


async def test_a_refused_attestation_does_not_spend_the_secret(
    tmp_path: Path, key: SecretKey
) -> None:
    tie = EnrolmentTie.of_secret(SECRET)
    async with AttestPath(tmp_path, [execution(tie=tie)]).running() as path:
        lost = SecretKey.generate()
        outcome = await attempt(path, lost, scope="admin", enrolment_secret=SECRET)
        assert outcome == "SCOPE_NOT_FOUND"
        assert await attempt(path, key, enrolment_secret=SECRET) == "attested"


async def test_a_tie_that_fails_is_in_the_log_and_in_the_trail_and_not_in_the_answer(
    tmp_path: Path, key: SecretKey, caplog: pytest.LogCaptureFixture
) -> None:
    tie = EnrolmentTie.of_secret(SECRET)
    tried = "a secret that somebody tries"
    async with AttestPath(tmp_path, [execution(tie=tie)]).running() as path:
        for _ in range(50):
            with pytest.raises(Refusal) as caught:
                await path.attest(key, enrolment_secret=tried)
            assert caught.value.details is None
        await attempt(path, key, scope="admin", enrolment_secret=SECRET)
    events = path.events("AttestationFailed")
    failed = [event for event in events if event["code_name"] == "WORKLOAD_VERIFICATION_FAILED"]
    logged = [record for record in caplog.records if "is not the execution" in record.getMessage()]
    assert 1 <= len(failed) < 50 and 1 <= len(logged) < 50
    assert {event["cause"] for event in failed} == {"tie enrolment_secret"}
    line = JsonFormatter().format(logged[0])
    assert (
        json.loads(line).items()
        >= {
            "level": "warning",
            "workload": "w-1",
            "source": "static",
            "cause": "tie enrolment_secret",
            "peer": "192.0.2.1",
        }.items()
    )
    assert tried not in line and SECRET not in line and tie.secret_sha256 not in line


def test_ties_that_fail_stay_in_the_log_once_a_second_when_the_quota_of_the_trail_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 1000.0

    class Trail:
        sampler = DenialSampler(quota=1, monotonic=lambda: now)

        def __init__(self) -> None:
            self.posted: list[Event] = []

        async def record(
            self, event: Event, state: Sequence[Mapping[str, Any]] = (), *, ends: bool = False
        ) -> None:
            raise AssertionError("nobody waits for a line about who is not known")

        async def note(
            self,
            kind: str,
            fields: Mapping[str, Any],
            state: Sequence[Mapping[str, Any]] = (),
            *,
            ends: bool = False,
        ) -> None:
            raise AssertionError("nor for another")

        def post(self, event: Event) -> None:
            self.posted.append(event)

    trail = Trail()
    failures = FailedAttestations(trail, monotonic=lambda: now)

    def logged() -> int:
        return sum("is not the execution" in record.getMessage() for record in caplog.records)

    failed = TieFailed(execution(tie=KeyTie(KEY)))
    for second in range(1, 4):
        for _ in range(10):
            failures.failed(failed, None, Peer(), None)
        assert (logged(), len(trail.posted)) == (second, 1)
        now += 1
    failures.failed(Refusal("UNKNOWN_WORKLOAD"), None, Peer(), None)
    assert logged() == 3


# From the transport up.


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    executions = [
        execution("me", tie=UidTie(os.getuid())),
        execution("other", tie=UidTie(os.getuid() + 1)),
        execution("no tie"),
    ]
    async with AttestPath(tmp_path, executions).running() as made:
        yield made


async def test_a_unix_socket_says_who_is_at_its_other_end(
    path: AttestPath, tmp_path: Path, key: SecretKey
) -> None:
    file = tmp_path / "s"
    async with path.served(unix=file):
        transport = httpx2.AsyncHTTPTransport(uds=str(file))
        async with httpx2.AsyncClient(transport=transport, base_url="http://g") as client:
            status, reply = await post(client, ATTEST["B"], body_of(path.request(key, "me")))
            assert (status, reply["status"]) == (200, "attested")
            other = SecretKey.generate()
            status, reply = await post(client, ATTEST["B"], body_of(path.request(other, "other")))
            assert status == 401
            assert reply["error"]["name"] == "WORKLOAD_VERIFICATION_FAILED"


async def test_a_tcp_connection_has_no_uid_whatever_its_headers_say(
    path: AttestPath, key: SecretKey
) -> None:
    forged = {"x-uid": str(os.getuid()), "x-forwarded-for": "unix:", "forwarded": "for=unix"}
    async with path.served() as url, httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        status, reply = await post(client, ATTEST["A"], body_of(path.request(key, "me")), forged)
        assert (status, reply["error"]["name"]) == (401, "WORKLOAD_VERIFICATION_FAILED")


async def test_a_peers_address_is_the_transports_whatever_headers_say(
    path: AttestPath, key: SecretKey
) -> None:
    seen: list[Peer] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(peer_of(scope, path.proxies))
        await path.app(scope, receive, send)

    forged = {
        "x-forwarded-for": "10.1.1.1",
        "forwarded": "for=10.1.1.1",
        "x-real-ip": "10.1.1.1",
        "client-cert": ":AAAA:",
        "x-client-cert": "AAAA",
    }
    async with (
        path.served(app=app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        await post(client, ATTEST["A"], body_of(path.request(key, "no tie")), forged)
        path.proxies = TrustedProxies.of(["127.0.0.0/8"])
        await post(client, ATTEST["A"], body_of(path.request(key, "no tie")), forged)
    assert seen == [Peer("127.0.0.1"), Peer("10.1.1.1")]


def scope_of(peer: Peer | None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    raw = [(n.encode(), v.encode()) for n, v in (headers or {}).items()]
    scope: dict[str, Any] = {"type": "http", "headers": raw, "client": ("10.9.9.9", 1)}
    if peer is not None:
        scope["extensions"] = {"callgate.peer": peer}
    return scope


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),  # what the caller wrote itself stands before
        ("203.0.113.7, 192.0.2.9", "203.0.113.7"),  # a chain of trusted proxies
        ("192.0.2.9", None),
        ("203.0.113.7, unknown", None),
        ("", None),
        ("203.0.113.7:80", None),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
)
def test_a_trusted_proxy_names_the_last_caller_before_it(
    forwarded: str, address: str | None
) -> None:
    proxies = TrustedProxies.of(["192.0.2.0/24"])
    headers = {"x-forwarded-for": forwarded}
    assert peer_of(scope_of(Peer("192.0.2.1", None, "c"), headers), proxies) == Peer(address)
    # Anyone else names nobody.
    assert peer_of(scope_of(Peer("198.51.100.1"), headers), proxies) == Peer("198.51.100.1")


def test_a_trusted_proxy_vouches_for_certificates_only_where_that_is_configured() -> None:
    headers = {"client-cert": ":AAAA:", "x-forwarded-for": "203.0.113.7"}
    peer = Peer(uid=33)
    quiet = TrustedProxies.of([], [33])
    assert peer_of(scope_of(peer, headers), quiet) == Peer("203.0.113.7")
    vouching = TrustedProxies.of([], [33], client_certificate=True)
    assert peer_of(scope_of(peer, headers), vouching).certificate_thumbprint is not None
    for forged in (":AAAA", "AAAA", "::", ":A A:", ""):
        named = peer_of(scope_of(peer, {"client-cert": forged}), vouching)
        assert named.certificate_thumbprint is None
    assert peer_of(scope_of(peer, headers), vouching).uid is None


def test_behind_a_server_that_names_no_peer_everything_is_unknown() -> None:
    assert peer_of(scope_of(None, {"x-forwarded-for": "203.0.113.7"})) == Peer()


def test_one_address_has_one_spelling() -> None:
    assert canonical_address("::ffff:10.0.0.1") == "10.0.0.1"
    assert canonical_address("fe80::1%eth0") == "fe80::1"
    assert canonical_address("010.0.0.1") is None
    assert Peer("2001:db8:1:2:3::4").origin == Peer("2001:db8:1:2::5").origin
    assert Peer("192.0.2.1").origin != Peer("192.0.2.2").origin


# Client certificates, through a real handshake.


class Authority:
    """A certificate authority that the gateway trusts for clients, and clients for the gateway."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._root = root_of(name)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._root.pem)

    def issue(self, name: str) -> tuple[Path, bytes]:
        """A file with key and certificate for this host, and the certificate's DER."""
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        leaf = self._root.issue(name, names=[address], serves=True)
        file = self.folder / f"{self.name}-{name}.pem"
        file.write_bytes(leaf.key_pem + leaf.pem)
        return file, leaf.der

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue("server")[0])
        context.load_verify_locations(self.file)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def client_context(self, file: Path | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.file))
        if file is not None:
            context.load_cert_chain(file)
        return context


async def test_a_client_certificate_ties_when_the_handshake_verified_it(
    tmp_path: Path, key: SecretKey
) -> None:
    authority = Authority(tmp_path, "ours")
    file, der = authority.issue("agent")
    second, _ = authority.issue("second")
    fingerprint = x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256()).hex(":")
    tie = CertificateTie.of_fingerprint(fingerprint.upper())
    async with (
        AttestPath(tmp_path, [execution(tie=tie)]).running() as path,
        path.served(tls=authority.server_context()) as url,
    ):
        outcomes = []
        for certificate in (file, second, None):
            context = authority.client_context(certificate)
            async with httpx2.AsyncClient(base_url=url, verify=context, trust_env=False) as client:
                status, _ = await post(client, ATTEST["B"], body_of(path.request(key)))
                outcomes.append(status)
        assert outcomes == [200, 401, 401]
        # One of another authority ends the handshake, or at the latest the first read.
        strange, _ = Authority(tmp_path, "theirs").issue("agent")
        context = authority.client_context(strange)
        with pytest.raises(httpx2.TransportError):
            async with httpx2.AsyncClient(base_url=url, verify=context, trust_env=False) as client:
                await post(client, ATTEST["B"], body_of(path.request(key)))
