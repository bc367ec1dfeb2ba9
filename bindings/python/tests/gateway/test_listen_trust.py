"""listen.trust: client certificates that the trust backends judge, over real TLS and real files."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authorities import authority
from callgate import SecretKey
from cli_command import run
from gateway_process import refused, wait_until
from trust_world import ACME, GLOBEX, World, agent_of, write_world

A_MINUTE = datetime.timedelta(minutes=1)
PINNED = agent_of(ACME, "pinned")
KEY = SecretKey.generate()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway whose trust no test changes."""
    ties: dict[str, Any] = {
        "of-acme": {"entity": "acme"},
        "of-globex": {"entity": "globex"},
        "pinned": {"certificate": PINNED.sha256},
        "both": {"all": [{"entity": "acme"}, {"key": KEY.public_key.thumbprint}]},
        "keyed": {"key": KEY.public_key.thumbprint},
    }
    world = write_world(tmp_path_factory.mktemp("trust"), ties)
    with world.running():
        yield world


def test_an_entitys_agents_attest_under_its_tie_and_others_do_not(shared: World) -> None:
    theirs = agent_of(GLOBEX)
    with shared.agent(agent_of(ACME)) as ours, shared.agent(theirs) as stranger:
        status, reply = ours.attest("of-acme")
        assert (status, reply["status"]) == (200, "attested")
        assert stranger.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", None)
        assert stranger.attest("of-globex")[0] == 200
    failed = shared.wait_for("AttestationFailed", certificate_sha256=theirs.sha256)
    assert (failed["cause"], failed["entity"]) == ("tie entity", "globex")


@pytest.mark.parametrize("how", ["expired", "unknown", "same name"])
def test_a_certificate_that_is_not_trusted_now_is_none_and_says_why(
    shared: World, how: str
) -> None:
    certificates = {
        "expired": (agent_of(ACME, ends=-A_MINUTE), "trust.expired"),
        "unknown": (agent_of(authority("Elsewhere")), "trust.untrusted"),
        "same name": (agent_of(authority("Acme CA")), "trust.untrusted"),
    }
    certificate, cause = certificates[how]
    with shared.agent(certificate) as agent:
        assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", cause)


def test_without_a_certificate_no_entity_is_believed(shared: World) -> None:
    with shared.agent() as agent:
        assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", None)


def test_a_tie_to_a_certificate_needs_one_that_is_trusted(shared: World, tmp_path: Path) -> None:
    with shared.agent(PINNED) as agent, shared.agent(agent_of(ACME, "other")) as other:
        assert agent.attest("pinned")[0] == 200
        assert other.refusal("pinned")[0] == "WORKLOAD_VERIFICATION_FAILED"
    expired = agent_of(ACME, "expired", ends=-A_MINUTE)
    world = write_world(tmp_path / "g", {"pinned": {"certificate": expired.sha256}})
    with world.running(), world.agent(expired) as agent:
        assert agent.refusal("pinned") == ("WORKLOAD_VERIFICATION_FAILED", "trust.expired")


def test_combined_ties_must_all_hold(shared: World) -> None:
    certificate = agent_of(ACME)
    with (
        shared.agent(certificate, key=KEY) as both,
        shared.agent(certificate) as other_key,
        shared.agent(agent_of(GLOBEX), key=KEY) as other_entity,
    ):
        assert other_key.refusal("both")[0] == "WORKLOAD_VERIFICATION_FAILED"
        assert other_entity.refusal("both")[0] == "WORKLOAD_VERIFICATION_FAILED"
        assert both.attest("both")[0] == 200


def test_a_session_is_renewed_by_its_own_subject_alone(shared: World) -> None:
    certificate = agent_of(ACME)
    with shared.agent(certificate) as first, shared.agent(certificate) as again:
        assert first.attest("of-acme")[0] == 200
        again.key = first.key
        assert again.attest("of-acme")[0] == 200
        with shared.agent(agent_of(ACME, "second"), key=first.key) as second:
            assert second.refusal("of-acme")[0] == "KEY_REFUSED"


def test_no_token_outlives_the_certificate(shared: World) -> None:
    short = agent_of(ACME, "short", ends=datetime.timedelta(seconds=120))
    with shared.agent(short) as agent:
        status, reply = agent.attest("of-acme")
    assert status == 200
    expires = datetime.datetime.fromisoformat(reply["expires_at"].replace("Z", "+00:00"))
    assert expires <= short.certificate.not_valid_after_utc


def test_the_trail_names_entity_and_certificate_of_every_call(
    shared: World, tmp_path: Path
) -> None:
    certificate = agent_of(ACME, "audited")
    (tmp_path / "until").touch()
    with shared.agent(certificate) as agent:
        agent.attest("of-acme")
        assert agent.call(tmp_path / "began", tmp_path / "until") is None
    names = {
        "entity": "acme",
        "certificate_sha256": certificate.sha256,
        "subject": f"acme/{certificate.sha256}",
        "subject_source": "certificate",
    }
    shared.wait_for("AttestationSucceeded", **names)
    assert "spiffe_id" not in shared.wait_for("ToolCallAuthorized", **names)
    audit = shared.folder / "state" / "audit"
    found = run("audit", "query", "--entity", "acme", "--event", "ToolCallAuthorized", audit)
    assert "entity=acme" in found.stdout
    none = run("audit", "query", "--entity", "globex", "--event", "ToolCallAuthorized", audit)
    assert none.stdout == ""


def test_a_revoked_entitys_sessions_end_and_others_go_on(tmp_path: Path) -> None:
    world = write_world(
        tmp_path / "g", {"of-acme": {"entity": "acme"}, "of-globex": {"entity": "globex"}}
    )
    began, until = tmp_path / "began", tmp_path / "until"
    certificate = agent_of(ACME)
    with world.running(), world.agent(certificate) as ours, world.agent(agent_of(GLOBEX)) as theirs:
        assert ours.attest("of-acme")[0] == 200
        assert theirs.attest("of-globex")[0] == 200
        outcome: list[object] = []

        def stream() -> None:
            try:
                outcome.append(ours.call(began, until))
            except httpx2.TransportError as error:
                outcome.append(error)

        streaming = threading.Thread(target=stream)
        streaming.start()
        wait_until(began.exists)
        done = run("entity", "revoke", "acme", "--trust-dir", world.trust, "--force")
        assert done.returncode == 0, done.stderr
        streaming.join(30)
        # The connection was cut, though the tool goes on.
        assert isinstance(outcome[0], httpx2.TransportError), outcome
        ended = world.wait_for("SessionRevoked", certificate_sha256=certificate.sha256)
        assert (ended["cause"], ended["entity"]) == ("trust.revoked", "acme")
        until.touch()
        # Who signs without the certificate does not get through either.
        with world.agent(key=ours.key) as bare:
            bare.token = ours.token
            assert bare.call(began, until) == "SESSION_INACTIVE"
        # Its chain alone leads nowhere now.
        assert ours.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", "trust.untrusted")
        assert theirs.call(began, until) is None
    assert [one["entity"] for one in world.events("SessionRevoked")] == ["acme"]


def test_a_revocation_while_the_gateway_was_down_ends_the_session(tmp_path: Path) -> None:
    world = write_world(
        tmp_path / "g", {"of-acme": {"entity": "acme"}, "of-globex": {"entity": "globex"}}
    )
    until = tmp_path / "until"
    until.touch()
    with world.running() as gateway:
        with world.agent(agent_of(ACME)) as ours, world.agent(agent_of(GLOBEX)) as theirs:
            assert ours.attest("of-acme")[0] == 200
            assert theirs.attest("of-globex")[0] == 200
        gateway.process.kill()
        gateway.process.wait()
    assert run("entity", "revoke", "acme", "--trust-dir", world.trust, "--force").returncode == 0
    with world.running():
        with world.agent(key=ours.key) as bare, world.agent(key=theirs.key) as others:
            bare.token, others.token = ours.token, theirs.token
            assert bare.call(tmp_path / "began", until) == "SESSION_INACTIVE"
            assert others.call(tmp_path / "began", until) is None
        ended = world.wait_for("SessionRevoked", entity="acme")
        assert ended["cause"] == "trust.revoked"


def test_a_trust_directory_that_is_gone_ends_what_rests_on_it(tmp_path: Path) -> None:
    world = write_world(tmp_path / "g", {"of-acme": {"entity": "acme"}})
    with world.running(), world.agent(agent_of(ACME)) as agent:
        assert agent.attest("of-acme")[0] == 200
        world.trust.rename(tmp_path / "away")
        assert world.wait_for("SessionRevoked")["cause"] == "trust.unavailable"
        assert agent.refusal("of-acme") == ("WORKLOAD_VERIFICATION_FAILED", "trust.unavailable")
        (tmp_path / "away").rename(world.trust)
        wait_until(lambda: agent.attest("of-acme")[0] == 200)


def test_a_listener_may_require_a_trusted_certificate(tmp_path: Path) -> None:
    world = write_world(tmp_path / "g", {"open": {"entity": "acme"}}, trust={"required": True})
    with world.running(), world.agent() as bare, world.agent(agent_of(ACME)) as agent:
        reply = bare.client.get("/healthz")
        assert reply.status_code == 401
        assert reply.json()["error"]["details"]["cause"] == "trust.no_chain"
        assert agent.client.get("/healthz").status_code == 200
        assert agent.attest("open")[0] == 200


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"tls": None}, "needs tls"),
        (
            {
                "tls": {
                    "certificate": "server.crt",
                    "key": "server.key",
                    "client_ca": "server.crt",
                    "client_certificate": "optional",
                }
            },
            "with listen.trust its backends say which authorities",
        ),
        ({"trust": {"backend": []}}, "at least 1"),
        ({"trust": {"backend": ["filestore"]}}, "filestore needs a folder"),
        (
            {
                "tls": None,
                "trusted_proxies": {"networks": ["10.0.0.0/8"], "client_certificate": True},
                "trust": {"backend": ["filestore"], "dir": "trust", "required": True},
            },
            "without it no connection has a certificate",
        ),
    ],
)
def test_settings_that_contradict_each_other_do_not_start(
    tmp_path: Path, changes: dict[str, Any], text: str
) -> None:
    world = write_world(tmp_path / "g", {"of-acme": {"entity": "acme"}}, listen=changes)
    status, error = refused("--check", "--config", str(world.config))
    assert status == 2
    assert text in error


def test_a_tie_that_needs_trust_needs_it_configured(tmp_path: Path) -> None:
    for tie in ({"entity": "acme"}, {"all": [{"uid": 1}, {"spiffe": "spiffe://mesh.example/a"}]}):
        world = write_world(tmp_path / "g", {"tied": tie}, listen={"trust": None})
        status, error = refused("--check", "--config", str(world.config))
        assert status == 2
        assert "configure listen.trust" in error


def test_a_tie_to_an_entity_that_no_backend_has_is_warned_of(tmp_path: Path) -> None:
    ties = {"right": {"entity": "acme"}, "wrong": {"entity": "acmee"}}
    world = write_world(tmp_path / "misspelt", ties)
    text = 'execution "wrong": no trust backend has the entity "acmee": did you mean acme?'
    done = run("serve", "--check", "--config", world.config)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"warning: {text}"
    assert done.stdout.count("no trust backend has") == 1
    with world.running() as gateway:
        gateway.wait_for_log(text)


def test_a_check_names_the_entities(tmp_path: Path) -> None:
    world = write_world(tmp_path / "g", {"of-acme": {"entity": "acme"}})
    done = run("serve", "--check", "--config", world.config)
    assert done.returncode == 0, done.stderr
    assert "entities: ['acme', 'globex']" in done.stdout
