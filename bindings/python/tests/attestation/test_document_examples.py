"""Programs written for the public package run with their import line changed."""

import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from callgate.attestation import TrustLevel
from document_examples import (
    CREATING,
    GIVEN,
    LOWER_LEVEL,
    OBSERVING,
    VERIFYING,
    compiled,
    undefined,
)
from issuing import run


def perform(example: str, **given: Any) -> dict[str, Any]:
    assert given.keys() == GIVEN[example]
    result: dict[str, Any] = run(compiled(example, given)())
    return result


@pytest.mark.parametrize("example", GIVEN, ids=lambda text: text.split()[1])
def test_the_programs_get_the_names_that_they_leave_undefined(example: str) -> None:
    assert undefined(example) == GIVEN[example]


def verifying(made: dict[str, Any]) -> dict[str, Any]:
    with pytest.warns(UserWarning, match="no audience"):
        return perform(VERIFYING, keypair=made["keypair"], token=made["token"])


def test_a_token_is_created_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    found = verifying(perform(CREATING))
    assert found["result"].trust_level is TrustLevel.PROVIDER
    assert capsys.readouterr().out.splitlines() == [
        "Verified agent: spiffe://anthropic.com/model/claude-sonnet-4-20250514",
        "Trust level: provider",
    ]


def test_a_handshake_is_verified_in_middleware() -> None:
    made = perform(CREATING)
    verifier = verifying(made)["verifier"]
    given = {"provider": made["provider"], "identity": made["identity"], "verifier": verifier}
    session = SimpleNamespace()
    first = perform(LOWER_LEVEL, **given, request_params={}, session=session)
    assert first["error"]["code"] == -32001
    assert not hasattr(session, "attestation")
    agent = perform(LOWER_LEVEL, **given, request_params={"capabilities": {}}, session=session)
    assert agent["error"]["code"] == -32001
    attesting = {"capabilities": capabilities_of(made)}
    done = perform(LOWER_LEVEL, **given, request_params=attesting, session=session)
    assert done["result"].should_proceed
    assert session.attestation.verified


def capabilities_of(made: dict[str, Any]) -> Any:
    from callgate.attestation import AttestingAgent

    agent = AttestingAgent(provider=made["provider"], identity=made["identity"])
    return agent.inject_into_capabilities({}, audience="https://mcp-server.example.com")


def test_verifications_are_counted_traced_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    from callgate.attestation import register_event_handler, unregister_event_handler

    made = perform(CREATING)
    verifier = verifying(made)["verifier"]
    alerted: list[tuple[str, str]] = []
    handlers: list[Any] = []

    def register(handler: Any) -> None:
        handlers.append(handler)
        register_event_handler(handler)

    given = {
        "verifier": verifier,
        "token": made["token"],
        "alert_security_team": lambda issuer, jti: alerted.append((issuer, jti)),
        "register_event_handler": register,
    }
    try:
        first = perform(OBSERVING, **given)
        assert first["result"].reason == "replay"
        before = len(alerted)
        perform(OBSERVING, **given)
        assert len(alerted) == before + 1
        assert alerted[-1][0] == "https://api.anthropic.com"
    finally:
        for handler in handlers:
            unregister_event_handler(handler)
    printed = capsys.readouterr().out
    assert re.search(r"^attestation_verification_total \d+", printed, re.MULTILINE)


def command(*arguments: str) -> str:
    run_module = [sys.executable, "-m", "callgate.attestation", *arguments]
    done = subprocess.run(run_module, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_line_takes_the_same_options() -> None:
    assert "my-key-2025" in command("keygen", "--kid", "my-key-2025")
    issuing = ["--issuer", "https://api.anthropic.com", "--audience", "https://my-server.com"]
    full = command("generate", *issuing, "--model-version", "claude-sonnet-4", "--output", "full")
    token = re.search(r"ey\S+\.\S+\.\S+", full)
    assert token is not None
    assert "claude-sonnet-4" in command("inspect", token[0])
    assert "8 of 8 attacks blocked" in command("attack")
