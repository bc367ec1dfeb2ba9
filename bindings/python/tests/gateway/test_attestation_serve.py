"""Ties to attestation tokens in a gateway that runs: sessions, what is told of them, reloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attested_gateway import NAMED, AttestedGateway
from callgate.attestation.core import KeyPair
from callgate.smcp import Ed25519Key, SMCPClient, SMCPError
from gateway_process import (
    WORKLOAD,
    GatewayProcess,
    audit_lines,
    code_of_call,
    running,
    wait_until,
)

FAILED = "WORKLOAD_VERIFICATION_FAILED"


@pytest.fixture
def files(tmp_path: Path) -> AttestedGateway:
    return AttestedGateway(tmp_path)


@pytest.fixture
def gateway(files: AttestedGateway) -> Iterator[GatewayProcess]:
    with running(files.config) as gateway:
        yield gateway


def client_of(
    gateway: GatewayProcess, token: str | Callable[[], str] | None, key: Ed25519Key | None = None
) -> SMCPClient:
    return SMCPClient(gateway.url, WORKLOAD, "clock", key=key, attestation_token=token)


def refusal(gateway: GatewayProcess, token: str | None) -> tuple[str | None, object]:
    with client_of(gateway, token) as client, pytest.raises(SMCPError) as caught:
        client.attest()
    return caught.value.code_name, (caught.value.details or {}).get("cause")


def test_each_attestation_of_the_sdk_takes_another_token(
    files: AttestedGateway, gateway: GatewayProcess
) -> None:
    sent: list[str] = []

    def next_token() -> str:
        sent.append(files.token())
        return sent[-1]

    with client_of(gateway, next_token) as client:
        client.attest()
        assert code_of_call(client) is None
        client.attest()
        assert code_of_call(client) is None
    assert len(set(sent)) == 2
    assert refusal(gateway, sent[0]) == (FAILED, "attestation.replay")
    assert refusal(gateway, None) == (FAILED, "attestation.not_provided")
    for_another = files.token(audience="https://other.example")
    assert refusal(gateway, for_another) == (FAILED, "attestation.audience")


def test_operators_and_the_audit_trail_see_who_attested(
    files: AttestedGateway, gateway: GatewayProcess
) -> None:
    token = files.token()
    with client_of(gateway, token) as client:
        client.attest()
        assert code_of_call(client) is None
        with gateway.operator() as operator:
            (session,) = operator.get("/admin/v1/sessions").json()["sessions"]
    assert NAMED.items() <= session.items()
    assert session["subject_source"] == "attestation"
    assert gateway.stop() == 0
    lines = audit_lines(files.folder)
    named = {line["fields"]["event"] for line in lines if NAMED.items() <= line["fields"].items()}
    assert {"AttestationSucceeded", "ToolCallAuthorized"} <= named
    assert token not in json.dumps([lines, gateway.log])


def test_denying_its_key_ends_a_session(files: AttestedGateway, gateway: GatewayProcess) -> None:
    with client_of(gateway, files.token()) as client:
        client.attest()
        assert code_of_call(client) is None
        files.deny(denied_key_ids=[files.keypair.kid])
        gateway.wait_for_log("issuers of attestation tokens replaced")
        wait_until(lambda: code_of_call(client) is not None)
        with gateway.operator() as operator:
            (session,) = operator.get("/admin/v1/sessions").json()["sessions"]
        assert session["state"] == "ended"
    assert refusal(gateway, files.token()) == (FAILED, "attestation.kid")


def test_keys_of_the_file_are_taken_and_dropped_while_it_runs(
    files: AttestedGateway, gateway: GatewayProcess
) -> None:
    added = KeyPair.generate("2026-12")
    assert refusal(gateway, files.token(added)) == (FAILED, "attestation.kid")
    files.publish(added)
    with client_of(gateway, lambda: files.token(added)) as client:
        client.attest()
        assert code_of_call(client) is None
    assert refusal(gateway, files.token()) == (FAILED, "attestation.kid")


def test_a_token_with_a_key_serves_its_holder_alone(
    files: AttestedGateway, gateway: GatewayProcess
) -> None:
    with Ed25519Key.generate() as holder, Ed25519Key.generate() as thief:
        token = files.token(confirmation_key=holder.public_key)
        with client_of(gateway, token, thief) as client, pytest.raises(SMCPError) as caught:
            client.attest()
        assert (caught.value.details or {})["cause"] == "attestation.proof"
        with client_of(gateway, token, holder) as client:
            client.attest()
            assert code_of_call(client) is None


def test_what_was_verified_and_refused_is_counted(
    files: AttestedGateway, gateway: GatewayProcess
) -> None:
    token = files.token()
    with client_of(gateway, token) as client:
        client.attest()
    assert refusal(gateway, token) == (FAILED, "attestation.replay")
    forged = files.token(KeyPair.generate(files.keypair.kid))
    assert refusal(gateway, forged) == (FAILED, "attestation.signature")
    with gateway.operator() as operator:
        lines = operator.get("/metrics").text.splitlines()
    expected = {
        "attestation_verification_total 3.0",
        "attestation_verification_success_total 2.0",
        'attestation_refusals_total{reason="signature"} 1.0',
        'attestation_issuer_replays_total{issuer="https://agents.example"} 1.0',
    }
    assert expected <= set(lines)
    assert token not in "".join(lines)
