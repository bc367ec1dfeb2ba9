"""The backend spire against a real SPIRE: bundles that change, entries that go, agents that die."""

from __future__ import annotations

import anyio
import anyio.to_thread
import pytest
from callgate.registry.demo.certificates import DER, Authority
from callgate.trust import TrustSnapshot
from callgate.trust.backends.followed import FollowedSource, Patience
from callgate.trust.backends.spire import spire
from heard import Heard
from spiffe import WorkloadApiClient
from spire_servers import TRUST_DOMAIN, SpireServers

pytestmark = pytest.mark.anyio
AGENT = f"spiffe://{TRUST_DOMAIN}/agent"

OTHER = Authority("other")
PATIENT = Patience(first_answer=30.0, first_retry=0.1, last_retry=0.5)


def source_of(servers: SpireServers, patience: Patience = PATIENT) -> FollowedSource:
    return spire(servers.socket, patience=patience)


async def test_a_process_without_entry_waits_for_one(spire_servers: SpireServers) -> None:
    async with Heard(source_of(spire_servers)) as heard:
        assert heard.now.status == "unavailable"
        assert "PERMISSION_DENIED" in (heard.now.detail or "")
        entry = await anyio.to_thread.run_sync(spire_servers.register)
        state = await heard.becomes("live")
        assert len(state.bundles[TRUST_DOMAIN]) == 1
        assert state.problems == ()
        spire_servers.remove(entry)
        state = await heard.becomes("unavailable")
        assert state.bundles == {}


async def test_a_federated_domain_comes_and_goes(spire_servers: SpireServers) -> None:
    spire_servers.set_bundle("other.example", OTHER.pem)
    entry = spire_servers.register(federates_with="other.example")
    try:
        async with Heard(source_of(spire_servers)) as heard:
            state = await heard.until(lambda state: "other.example" in state.bundles)
            assert state.bundles["other.example"] == (OTHER.der,)
            spire_servers.delete_bundle("other.example")
            state = await heard.until(lambda state: "other.example" not in state.bundles)
            assert state.bundles.keys() == {TRUST_DOMAIN}
            assert state.status == "live"
    finally:
        spire_servers.remove(entry)


async def test_a_new_authority_of_the_domain_is_added(spire_servers: SpireServers) -> None:
    entry = spire_servers.register()
    try:
        async with Heard(source_of(spire_servers)) as heard:
            # The entry of another test may go at this moment, and all bundles with it.
            state = await heard.until(lambda state: TRUST_DOMAIN in state.bundles)
            before = state.bundles[TRUST_DOMAIN]
            spire_servers.ask("localauthority", "x509", "prepare")
            state = await heard.until(lambda state: len(state.bundles.get(TRUST_DOMAIN, ())) == 2)
            assert set(before) < set(state.bundles[TRUST_DOMAIN])
    finally:
        spire_servers.remove(entry)


async def test_svids_that_rotate_are_trusted_by_the_bundle(spire_servers: SpireServers) -> None:
    entry = spire_servers.register("agent")
    try:
        async with Heard(source_of(spire_servers)) as heard:
            await heard.becomes("live")
            seen = set[int]()
            with WorkloadApiClient(f"unix:{spire_servers.socket}", default_timeout=30) as client:
                while len(seen) < 2:
                    # The agent forgets the entries of other tests some seconds later.
                    found = [
                        one for one in client.fetch_x509_svids() if str(one.spiffe_id) == AGENT
                    ]
                    if not found:
                        await anyio.sleep(1)
                        continue
                    svid = found[0]
                    seen.add(svid.leaf.serial_number)
                    chain = [certificate.public_bytes(DER) for certificate in svid.cert_chain]
                    verdict = TrustSnapshot({}, bundles=heard.now.bundles).verify(chain)
                    assert verdict.trusted, verdict
                    assert verdict.spiffe_id == AGENT
                    await anyio.sleep(5)
    finally:
        spire_servers.remove(entry)


async def test_a_killed_agent_is_heard_again(spire_servers: SpireServers) -> None:
    entry = spire_servers.register()
    try:
        async with Heard(source_of(spire_servers)) as heard:
            await heard.becomes("live")
            spire_servers.kill_agent()
            state = await heard.becomes("stale")
            assert state.bundles.keys() == {TRUST_DOMAIN}
            await anyio.to_thread.run_sync(spire_servers.start_agent)
            await heard.becomes("live")
    finally:
        spire_servers.remove(entry)
