"""Credentials from Vault: the key stays here, the token goes to one place, answers are checked."""

from __future__ import annotations

import asyncio
import datetime
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from callgate.registry.agent import AgentSettings, CredentialError, VaultSettings
from callgate.registry.agent.providers.renewal import Renewal
from callgate.registry.agent.providers.vault import VaultProvider
from callgate.registry.demo.certificates import Authority
from callgate.registry.demo.vault_server import (
    TOKEN,
    Answer,
    Request,
    VaultServer,
    answered,
    sans_of,
)

pytestmark = pytest.mark.anyio

MESH = Authority("mesh")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[VaultServer]:
    with VaultServer(tmp_path, MESH) as server:
        yield server


def settings_for(vault: VaultServer, tmp_path: Path, **changes: object) -> AgentSettings:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(MESH.pem)
    role = VaultSettings(vault.url, "pki_int/issue/mesh-agent", TOKEN, ca=ca)
    vault_settings = replace(role, **changes)  # type: ignore[arg-type]
    return AgentSettings(
        mode="strict", provider="vault", vault=vault_settings, http_host="127.0.0.1"
    )


async def fetched(settings: AgentSettings, agent_id: str = "weather-1") -> VaultProvider:
    provider = VaultProvider(settings, agent_id)
    await provider.start(lambda: None)
    await provider.stop()
    return provider


async def test_the_key_does_not_travel(vault: VaultServer, tmp_path: Path) -> None:
    provider = await fetched(settings_for(vault, tmp_path))
    (request,) = vault.requests
    assert request.path == "/v1/pki_int/sign/mesh-agent"
    assert request.token == TOKEN
    assert request.body["common_name"] == "weather-1.mcp-mesh.local"
    assert request.body["ip_sans"] == "127.0.0.1"
    assert request.body["ttl"] == "24h"
    assert "CERTIFICATE REQUEST" in request.body["csr"]
    assert b"PRIVATE KEY" in provider.current.key_pem
    assert provider.current.authorities == (MESH.der,)


async def test_issue_is_asked_where_it_is_configured(vault: VaultServer, tmp_path: Path) -> None:
    provider = await fetched(settings_for(vault, tmp_path, issue=True))
    (request,) = vault.requests
    assert request.path == "/v1/pki_int/issue/mesh-agent"
    assert "csr" not in request.body
    assert provider.current.spiffe_id is None


async def test_a_host_name_is_asked_for_as_a_name(vault: VaultServer, tmp_path: Path) -> None:
    settings = replace(settings_for(vault, tmp_path), http_host="agent.example")
    await fetched(settings)
    assert vault.requests[0].body["alt_names"] == "agent.example"
    assert "ip_sans" not in vault.requests[0].body


def wrong_key(request: Request) -> Answer:
    dns, addresses = sans_of(request.body)
    return answered(MESH.issue(dns=dns, addresses=addresses).pem, MESH)


def wrong_names(request: Request) -> Answer:
    other = {**request.body, "ip_sans": "192.0.2.1"}
    return VaultServer(Path(), MESH).signed(replace(request, body=other))


def an_authority(request: Request) -> Answer:
    return answered(MESH.pem, MESH)


def html(request: Request) -> Answer:
    return 200, {"content-type": "text/html"}, b"<html>hvs.something</html>"


def no_data(request: Request) -> Answer:
    return 200, {}, b'{"data": null}'


def no_chain(request: Request) -> Answer:
    return 200, {}, b'{"data": {"certificate": "x"}}'


def deep(request: Request) -> Answer:
    return 200, {}, b"[" * 100_000


def endless(request: Request) -> Answer:
    return 200, {}, b" " * (2 << 20)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (wrong_key, "do not belong together"),
        (wrong_names, "not for 127.0.0.1"),
        (an_authority, "an authority's"),
        (html, "not one of Vault's"),
        (no_data, "not one of Vault's"),
        (no_chain, "neither ca_chain nor issuing_ca"),
        (deep, "not one of Vault's"),
        (endless, "longer than 1 MiB"),
        (lambda _: (403, {}, b'{"errors": ["hvs.echoed"]}'), "CALLGATE_AGENT_VAULT_ISSUE"),
        (lambda _: (404, {}, b"{}"), "MCP_MESH_VAULT_PKI_PATH"),
        (lambda _: (503, {}, b"hvs.echoed"), "answered 503"),
    ],
)
async def test_an_answer_that_is_wrong_is_refused(
    vault: VaultServer, tmp_path: Path, answer: object, said: str
) -> None:
    vault.answer = answer  # type: ignore[assignment]
    with pytest.raises(CredentialError, match=said) as caught:
        await fetched(settings_for(vault, tmp_path))
    chained = caught.value.__cause__
    assert "hvs." not in f"{caught.value} {caught.value!r} {chained!r}"


async def test_the_token_goes_to_no_other_origin(vault: VaultServer, tmp_path: Path) -> None:
    with VaultServer(tmp_path, MESH) as standby:
        standby.answer = lambda request: (307, {"location": vault.url + request.path}, b"")
        with pytest.raises(CredentialError, match="MCP_MESH_VAULT_ADDR"):
            await fetched(settings_for(standby, tmp_path))
    assert vault.requests == []


async def test_a_redirect_of_the_same_origin_is_followed(
    vault: VaultServer, tmp_path: Path
) -> None:
    def once(request: Request) -> Answer:
        if request.path.startswith("/v1/"):
            return 307, {"location": "/v2" + request.path}, b""
        return vault.signed(request)

    vault.answer = once
    await fetched(settings_for(vault, tmp_path))
    vault.answer = lambda request: (307, {"location": request.path}, b"")
    with pytest.raises(CredentialError, match="redirected more than 3 times"):
        await fetched(settings_for(vault, tmp_path))


async def test_a_vault_of_another_authority_gets_no_token(
    vault: VaultServer, tmp_path: Path
) -> None:
    settings = settings_for(vault, tmp_path)
    (tmp_path / "ca.pem").write_bytes(Authority("other").pem)
    with pytest.raises(CredentialError, match="cannot be reached"):
        await fetched(settings)
    assert vault.requests == []


async def test_a_path_that_is_no_role_is_an_error(vault: VaultServer, tmp_path: Path) -> None:
    for path in ("pki_int", "pki/roles/x", "pki/issue/", "../issue/x", "pki/issue/../x"):
        with pytest.raises(CredentialError) as caught:
            VaultProvider(settings_for(vault, tmp_path, pki_path=path), "weather-1")
        assert caught.value.where == "MCP_MESH_VAULT_PKI_PATH"


async def test_a_name_that_no_certificate_holds_is_an_error(
    vault: VaultServer, tmp_path: Path
) -> None:
    with pytest.raises(CredentialError, match="longer than 64"):
        VaultProvider(settings_for(vault, tmp_path), "w" * 60)


async def test_renewal_is_due_between_half_and_two_thirds(
    vault: VaultServer, tmp_path: Path
) -> None:
    provider = VaultProvider(settings_for(vault, tmp_path), "weather-1")
    await provider.start(lambda: None)
    due = []
    for _ in range(10):
        now = time.time()
        await provider.refresh()
        # Certificates have whole seconds, and the request itself takes a while.
        due.append((provider._renewal._due - now) / (provider.current.not_after - now))
    await provider.stop()
    assert all(0.49 <= one <= 0.68 for one in due)
    assert len(set(due)) > 1


async def test_what_expires_at_once_is_not_fetched_in_a_loop(
    vault: VaultServer, tmp_path: Path
) -> None:
    def short(request: Request) -> Answer:
        own = MESH.issue(lifetime=datetime.timedelta(seconds=2), addresses=["127.0.0.1"])
        return answered(own.pem, MESH, key=own.key_pem)

    vault.answer = short
    provider = VaultProvider(settings_for(vault, tmp_path, issue=True), "weather-1")
    now = time.time()
    await provider.start(lambda: None)
    await provider.stop()
    assert provider._renewal._due >= now + 1


async def test_a_failed_renewal_keeps_the_old_until_it_ends(
    vault: VaultServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    provider = VaultProvider(settings_for(vault, tmp_path), "weather-1")
    await provider.start(lambda: None)
    try:
        before = provider.current
        vault.answer = lambda _: (503, {}, b"")
        with caplog.at_level(logging.WARNING):
            provider._renewal._due = 0
            with pytest.raises(CredentialError):
                await provider.refresh()
        assert provider.current is before
    finally:
        await provider.stop()


async def test_a_renewed_certificate_is_told(tmp_path: Path) -> None:
    with VaultServer(tmp_path, MESH) as vault:

        def hasty(request: Request) -> Answer:
            own = MESH.issue(lifetime=datetime.timedelta(seconds=3), addresses=["127.0.0.1"])
            return answered(own.pem, MESH, key=own.key_pem)

        vault.answer = hasty
        provider = VaultProvider(settings_for(vault, tmp_path, issue=True), "weather-1")
        renewed = asyncio.Event()
        await provider.start(renewed.set)
        try:
            await asyncio.wait_for(renewed.wait(), 20)
        finally:
            await provider.stop()
    assert len(vault.requests) >= 2


def test_nothing_fetched_is_no_credential() -> None:
    async def never() -> None: ...

    with pytest.raises(CredentialError, match="no credentials were fetched"):
        _ = Renewal(never, "Vault").current  # type: ignore[arg-type]
