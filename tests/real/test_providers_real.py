"""The credentials of agents from a real Vault and a real SPIRE, judged by the engine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from callgate.registry.agent import AgentSettings, CredentialError, Credentials, VaultSettings
from callgate.registry.agent.providers.spire import SpireProvider
from callgate.registry.agent.providers.vault import VaultProvider
from callgate.registry.demo.certificates import DER
from callgate.trust import TrustSnapshot, Verdict
from spire_servers import TRUST_DOMAIN, SpireServers
from vault_process import ROLE, TOKEN, VaultProcess

pytestmark = pytest.mark.anyio


def verdict_of(credentials: Credentials, snapshot: TrustSnapshot) -> Verdict:
    return snapshot.verify([one.public_bytes(DER) for one in credentials.chain])


@pytest.mark.parametrize("issue", [False, True])
async def test_vault_gives_a_chain_that_leads_to_its_root(vault: VaultProcess, issue: bool) -> None:
    role = VaultSettings(vault.address, ROLE, TOKEN, ttl="1h", issue=issue)
    settings = AgentSettings(mode="strict", provider="vault", vault=role, http_host="localhost")
    provider = VaultProvider(settings, "weather-1")
    await provider.start(lambda: None)
    try:
        verdict = verdict_of(provider.current, TrustSnapshot({"acme": [vault.root]}))
        assert (verdict.entity, verdict.reason) == ("acme", None)
        before = provider.current
        await provider.refresh()
        assert provider.current.chain[0] != before.chain[0]
    finally:
        await provider.stop()


async def test_a_wrong_token_of_vault_is_refused_and_not_shown(vault: VaultProcess) -> None:
    role = VaultSettings(vault.address, ROLE, "wrong-token")
    settings = AgentSettings(mode="strict", provider="vault", vault=role, http_host="localhost")
    with pytest.raises(CredentialError) as caught:
        await VaultProvider(settings, "weather-1").start(lambda: None)
    assert "wrong-token" not in str(caught.value)


async def test_svids_of_a_minute_are_followed(spire_servers: SpireServers) -> None:
    entry = spire_servers.register("agent")
    changed = asyncio.Event()
    settings = AgentSettings(
        mode="strict", provider="spire", spire_socket=Path(spire_servers.socket)
    )
    provider = SpireProvider(settings)
    try:
        await provider.start(changed.set)
        first = provider.current
        bundles = {TRUST_DOMAIN: first.authorities}
        while provider.current.chain[0] == first.chain[0]:
            changed.clear()
            await asyncio.wait_for(changed.wait(), 120)
        for credentials in (first, provider.current):
            verdict = verdict_of(credentials, TrustSnapshot({}, bundles=bundles))
            assert verdict.spiffe_id == f"spiffe://{TRUST_DOMAIN}/agent", verdict
    finally:
        await provider.stop()
        spire_servers.remove(entry)
