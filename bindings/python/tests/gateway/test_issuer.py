"""Tokens: who signs them, which keys vouch for them, and for how long."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attest_path import AttestPath, Time, execution
from callgate import CallgateError, PublicKey, SecretKey, TokenError, verify_token
from callgate.gateway.issuer import issuer as issuer_module
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.issuer.signers.local import LocalSigner
from callgate.gateway.wire.refusal import Refusal

pytestmark = pytest.mark.anyio
DAY = 86_400


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    async with AttestPath(tmp_path, [execution()]).running() as made:
        yield made


def allows(path: AttestPath, key: SecretKey, token: str) -> str | None:
    """None: the call is allowed."""
    return path.gate.authorize(path.call(key, token), now=path.time.wall).code_name


# Key files.


def keygen(folder: Path, *options: str) -> Path:
    file = folder / "issuer.key"
    command = [sys.executable, "-m", "callgate.cli", "keygen", "--out", str(file), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return file


@pytest.mark.parametrize("form", ["pem", "jwk"])
async def test_a_key_that_keygen_made_signs(tmp_path: Path, form: str) -> None:
    file = keygen(tmp_path, "--format", form)
    signer = LocalSigner.from_file(file)
    signature = await signer.sign(b"input")
    assert signer.public_keys[signer.key_id].verify(signature, b"input")
    assert signer.key_id == signer.public_keys[signer.key_id].thumbprint
    signer.close()
    with pytest.raises(Refusal) as caught:
        await signer.sign(b"input")
    assert caught.value.code_name == "SIGNER_UNAVAILABLE"


# Tokens.


async def issue(issuer: Issuer, key: SecretKey, time: Time, **members: Any) -> str:
    issued = await issuer.issue(
        subject="w-1",
        scope="research",
        session_id="s-1",
        key=key.public_key,
        now=time.wall,
        **members,
    )
    return issued.security_token


async def test_a_token_says_who_for_whom_and_with_which_key(key: SecretKey) -> None:
    time, signer = Time(), LocalSigner(SecretKey.generate(), key_id="2026-a")
    issuer = Issuer(signer, name="here", audience="agents", lifetime=600, wall=time.now)
    token = await issue(issuer, key, time, wid="docker://8a9f")
    claims = verify_token(token, issuer.jwks(), now=time.wall, issuer="here", audience="agents")
    assert dict(claims) == {
        "iss": "here",
        "aud": "agents",
        "sub": "w-1",
        "scp": "research",
        "jti": "s-1",
        "wid": "docker://8a9f",
        "iat": int(time.wall),
        "exp": int(time.wall) + 600,
        "cnf": {"jkt": key.public_key.thumbprint},
    }
    assert claims.key_id == "2026-a"
    with pytest.raises(TokenError):
        verify_token(token, issuer.jwks(), now=time.wall, issuer="there")
    with pytest.raises(TokenError):
        verify_token(token, issuer.jwks(), now=time.wall, audience="others")


async def test_a_token_lasts_as_long_as_the_issuer_says_or_shorter(key: SecretKey) -> None:
    time = Time()
    issuer = Issuer(LocalSigner(SecretKey.generate()), lifetime=600, wall=time.now)
    for asked, given in ((None, 600), (99.9, 99), (601, 600), (10**9, 600)):
        token = await issue(issuer, key, time, lifetime=asked)
        claims = verify_token(token, issuer.public_keys, now=time.wall, audience="callgate")
        assert claims["exp"] - claims["iat"] == given


@pytest.mark.parametrize("lifetime", [0, -1, DAY + 1, True])
def test_an_issuer_gives_no_token_for_more_than_a_day(lifetime: int) -> None:
    with pytest.raises(CallgateError):
        Issuer(LocalSigner(SecretKey.generate()), lifetime=lifetime)


async def test_a59_tokens_of_another_issuer_or_audience_open_nothing(
    path: AttestPath, key: SecretKey
) -> None:
    for name, audience in (("callgate-test", "others"), ("other", "agents")):
        other = Issuer(
            LocalSigner(path.issuer_key), name=name, audience=audience, wall=path.time.now
        )
        token = await issue(other, key, path.time)
        with pytest.raises(CallgateError) as caught:
            path.gate.open_session(token, key.public_key, now=path.time.wall)
        assert caught.value.code_name == "INVALID_TOKEN"


async def test_the_public_keys_are_published_and_only_those(path: AttestPath) -> None:
    transport = httpx2.ASGITransport(path.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://g") as client:
        response = await client.get("/.well-known/jwks.json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jwk-set+json"
    (jwk,) = response.json()["keys"]
    assert set(jwk) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (
        PublicKey.from_jwk({n: jwk[n] for n in ("kty", "crv", "x")}) == path.issuer_key.public_key
    )


# Signers that fail.


class Remote:
    """A key service in this process, which can fail in the ways that one does."""

    def __init__(self, key: SecretKey) -> None:
        self.key = key
        self.key_id = "remote"
        self.fault: str | None = None

    @property
    def public_keys(self) -> Mapping[str, PublicKey]:
        return {self.key_id: self.key.public_key}

    async def sign(self, signing_input: bytes) -> bytes:
        if self.fault == "down":
            raise Refusal("SIGNER_UNAVAILABLE")
        if self.fault == "hangs":
            await asyncio.Event().wait()
        if self.fault == "another key":
            return SecretKey.generate().sign(signing_input)
        if self.fault == "nonsense":
            return b"nonsense"
        return self.key.sign(signing_input)


@pytest.mark.parametrize("fault", ["down", "hangs", "another key", "nonsense"])
async def test_without_its_signer_nobody_attests_and_sessions_go_on(
    tmp_path: Path, key: SecretKey, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_module, "SIGN_TIMEOUT", 0.05)
    signer = Remote(SecretKey.generate())
    async with AttestPath(tmp_path, [execution()], signer=signer).running() as path:
        attested = await path.attest(key)
        signer.fault = fault
        for fresh in (key, SecretKey.generate()):
            with pytest.raises(Refusal) as caught:
                await path.attest(fresh)
            assert caught.value.code_name == "SIGNER_UNAVAILABLE"
        assert allows(path, key, attested.security_token) is None
        assert len(path.attestation.sessions.live_of("w-1")) == 1
        signer.fault = None
        assert (await path.attest(key)).session_id == attested.session_id


# Rotation.


async def test_a_key_that_was_replaced_vouches_for_its_tokens_for_a_day(
    path: AttestPath, key: SecretKey
) -> None:
    before = await path.attest(key)
    path.issuer.replace(LocalSigner(SecretKey.generate()))
    assert len(path.issuer.jwks()["keys"]) == 2
    assert allows(path, key, before.security_token) is None
    after = await path.attest(key)
    assert after.session_id == before.session_id
    assert allows(path, key, after.security_token) is None
    path.time.pass_(DAY - 1)
    assert len(path.issuer.public_keys) == 2
    path.time.pass_(1)
    await path.attestation.revocation.review()
    assert len(path.issuer.public_keys) == 1


async def test_a_compromised_key_vouches_for_nothing_at_once(
    path: AttestPath, key: SecretKey
) -> None:
    before = await path.attest(key)
    old = LocalSigner(path.issuer_key).key_id
    path.issuer.replace(LocalSigner(SecretKey.generate()), compromised=[old])
    assert allows(path, key, before.security_token) == "INVALID_TOKEN"
    assert [jwk["kid"] for jwk in path.issuer.jwks()["keys"]] != [old]
    # The agent attests again, and its session goes on.
    after = await path.attest(key)
    assert after.session_id == before.session_id
    assert allows(path, key, after.security_token) is None


async def test_what_was_marked_as_compromised_once_is_never_trusted_again(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    old, new = made.issuer_key, SecretKey.generate()
    async with made.running() as path:
        before = await path.attest(key)
        path.issuer.replace(LocalSigner(new), compromised=[LocalSigner(old).key_id])
        # A configuration that forgot the mark.
        records = path.issuer.replace(LocalSigner(new))
        await path.audit.note("reload", {}, state=records)
        assert allows(path, key, before.security_token) == "INVALID_TOKEN"
    made.issuer_key = new
    async with made.running() as path:
        assert list(path.issuer.public_keys) == [LocalSigner(new).key_id]
        assert allows(path, key, before.security_token) == "INVALID_TOKEN"
        with pytest.raises(CallgateError):
            path.issuer.replace(LocalSigner(old))
    made.issuer_key = old
    with pytest.raises(CallgateError, match="compromised"):
        async with made.running():
            pass


def test_a_change_that_cannot_be_meant_changes_nothing() -> None:
    first, time = SecretKey.generate(), Time()
    told: list[Any] = []
    issuer = Issuer(LocalSigner(first, key_id="a"), wall=time.now, on_keys=told.append)
    second = LocalSigner(SecretKey.generate(), key_id="a")
    with pytest.raises(CallgateError):
        issuer.replace(second)  # another key under the same kid
    with pytest.raises(CallgateError):
        issuer.replace(LocalSigner(SecretKey.generate(), key_id="b"), compromised=["b"])
    with pytest.raises(CallgateError):
        LocalSigner(first, key_id="a", retired={"a": first.public_key})
    assert list(issuer.public_keys) == ["a"]
    assert not told


async def test_a_key_that_was_replaced_between_two_lives_is_trusted_in_the_second(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
    made.issuer_key = SecretKey.generate()
    async with made.running() as path:
        assert allows(path, key, attested.security_token) is None
        await path.attest(key)
    path.time.pass_(DAY)
    async with made.running() as path:
        assert len(path.issuer.public_keys) == 1


async def test_a_key_that_signs_from_the_first_attestation_on_is_in_the_journal(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution()]).running() as path:
        kid = path.issuer.replace(LocalSigner(SecretKey.generate()))[0]["kid"]
        await path.attest(key)
    lines = (tmp_path / "journal").read_text().splitlines()
    batches = [json.loads(line)["batch"] for line in lines]
    records = [record for batch in batches for record in batch.get("records", [])]
    assert kid in [record["kid"] for record in records if record["kind"] == "issuer_key"]
