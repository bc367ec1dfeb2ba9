"""Client-Cert and Client-Cert-Chain of trusted proxies, judged by ``listen.trust``."""

from __future__ import annotations

import base64
import contextlib
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authorities import Issued, authority
from callgate import SecretKey
from trust_world import ACME, GLOBEX, SERVERS, Agent, World, agent_of, write_world

MIDDLE = ACME.issue("Acme issuing", ca=True)
BELOW = MIDDLE.issue("below", serves=True)
CALLER = "192.0.2.7"
PROXY, OTHER = "127.0.0.1", "127.0.0.2"


def write_proxied(folder: Path, **listen: Any) -> World:
    """TLS ends at a proxy on this machine, or at the gateway."""
    ties = {"of-acme": {"entity": "acme"}, "of-globex": {"entity": "globex"}}
    proxies = {"networks": [PROXY], "client_certificate": True}
    return write_world(folder, ties, listen={"trusted_proxies": proxies, **listen})


@pytest.fixture(scope="module", params=["TLS to the gateway", "plain HTTP to the gateway"])
def world(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    plain = {"tls": None} if request.param.startswith("plain") else {}
    made = write_proxied(tmp_path_factory.mktemp("proxied"), **plain)
    with made.running():
        yield made


def certificate(der: bytes) -> str:
    return f":{base64.b64encode(der).decode()}:"


def passed(leaf: Issued, *above: Issued) -> list[tuple[str, str]]:
    """The headers of a proxy, for a caller that presented this chain."""
    chain = ", ".join(certificate(one.der) for one in above)
    found = [("X-Forwarded-For", CALLER), ("Client-Cert", certificate(leaf.der))]
    return [*found, ("Client-Cert-Chain", chain)] if above else found


@contextlib.contextmanager
def through(
    world: World,
    headers: Sequence[tuple[str, str]],
    *,
    source: str = PROXY,
    own: Issued | None = None,
) -> Iterator[Agent]:
    """A caller whose requests come from an address, with these headers."""
    assert world.gateway is not None
    context = ssl.create_default_context(cadata=SERVERS.pem.decode())
    if own is not None:
        file = world.folder / f"{own.sha256}.pem"
        file.write_bytes(own.key_pem + own.pem)
        context.load_cert_chain(file)
    transport = httpx2.HTTPTransport(verify=context, local_address=source)
    with httpx2.Client(
        base_url=world.gateway.url, transport=transport, headers=list(headers), timeout=60
    ) as client:
        yield Agent(client, SecretKey.generate())


def test_a_chain_that_a_proxy_passes_on_is_judged(world: World) -> None:
    leaf = agent_of(ACME)
    with through(world, passed(leaf)) as agent:
        status, _ = agent.attest("of-acme")
        assert status == 200
        assert agent.refusal("of-globex") == ("WORKLOAD_VERIFICATION_FAILED", None)
    opened = world.wait_for("AttestationSucceeded", certificate_sha256=leaf.sha256)
    said = (opened["entity"], opened["subject_source"], opened["peer"])
    assert said == ("acme", "proxy_certificate", CALLER)


def test_an_intermediate_comes_in_the_chain_or_is_missing(world: World) -> None:
    with through(world, passed(BELOW, MIDDLE)) as agent:
        assert agent.attest("of-acme")[0] == 200
    with through(world, passed(BELOW)) as agent:
        assert agent.refusal("of-acme")[1] == "trust.untrusted"
    lines = [*passed(BELOW, GLOBEX), ("Client-Cert-Chain", certificate(MIDDLE.der))]
    with through(world, lines) as agent:
        assert agent.attest("of-acme")[0] == 200


def test_a_chain_that_is_not_trusted_is_refused_with_its_reason(world: World) -> None:
    stranger = agent_of(authority("Acme CA"))
    with through(world, passed(stranger)) as agent:
        assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", "trust.untrusted")
    with through(world, passed(ACME)) as agent:
        assert agent.refusal("of-acme")[1] == "trust.ca_leaf"
    with through(world, passed(agent_of(ACME), *[GLOBEX] * 8)) as agent:
        assert agent.refusal("of-acme")[1] == "trust.chain_too_long"


def test_headers_of_an_unlisted_peer_are_not_looked_at(world: World) -> None:
    leaf, stranger = agent_of(ACME), agent_of(authority("Acme CA"))
    for headers in (passed(leaf), passed(stranger)):
        with through(world, headers, source=OTHER) as agent:
            # Nothing of them is known, not even that one of the chains is not trusted.
            assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", None)
    with through(world, passed(leaf)) as agent:
        assert agent.attest("of-acme")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Client-Cert-Chain", certificate(agent_of(ACME).der))],
        [*passed(agent_of(ACME)), ("Client-Cert", certificate(agent_of(ACME).der))],
        [("Client-Cert", f'"{certificate(agent_of(ACME).der)}"')],
        [("Client-Cert", certificate(agent_of(ACME).der)[1:])],
        [("Client-Cert", certificate(agent_of(ACME).der) + ";a=b")],
        [("Client-Cert", f"{certificate(agent_of(ACME).der)},{certificate(ACME.der)}")],
        [*passed(agent_of(ACME)), ("Client-Cert-Chain", ":@@:")],
        [*passed(agent_of(ACME)), ("Client-Cert-Chain", f"{certificate(MIDDLE.der)},")],
    ],
    ids=[
        "none",
        "chain without a leaf",
        "two leaves",
        "a string",
        "no first colon",
        "a parameter",
        "a list",
        "a chain that is no base64",
        "a chain that ends in a comma",
    ],
)
def test_what_is_missing_repeated_or_malformed_is_no_certificate(
    world: World, headers: list[tuple[str, str]]
) -> None:
    with through(world, headers) as agent:
        assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", None)


def test_a_proxys_own_certificate_is_not_its_callers(tmp_path: Path) -> None:
    own = agent_of(ACME, "proxy")
    made = write_proxied(tmp_path)
    with made.running():
        with through(made, [("X-Forwarded-For", CALLER)], own=own) as agent:
            assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", None)
        with through(made, passed(agent_of(GLOBEX)), own=own) as agent:
            assert agent.attest("of-globex")[0] == 200
            assert agent.refusal("of-acme")[0] == "WORKLOAD_VERIFICATION_FAILED"


def test_sessions_of_an_entity_that_is_gone_end(tmp_path: Path) -> None:
    made = write_proxied(tmp_path, tls=None)
    with made.running() as gateway:
        with (
            through(made, passed(agent_of(ACME))) as gone,
            through(made, passed(agent_of(GLOBEX))) as kept,
        ):
            assert gone.attest("of-acme")[0] == 200
            assert kept.attest("of-globex")[0] == 200
            (made.trust / "entities" / "acme.pem").unlink()
            ended = made.wait_for("SessionRevoked", entity="acme")
            assert ended["cause"] == "trust.untrusted"
            assert gone.refusal("of-acme")[1] == "trust.untrusted"
            # The connection is the proxy's, and others' requests come through it.
            assert kept.attest("of-globex")[0] == 200
        assert not [one for one in made.events("SessionRevoked") if one["entity"] == "globex"]
        assert gateway.stop() == 0
