"""What is read again while the gateway runs."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.smcp import SMCPError
from gateway_process import (
    TOOL,
    GatewayProcess,
    audit_lines,
    code_of_call,
    replace,
    running,
    session,
    wait_until,
    write_executions,
    write_gateway,
    write_secret,
)

DENYING = "- name: clock\n  capabilities: []\n- name: nothing\n  capabilities: []\n"


def test_a_policy_that_is_renamed_into_place_holds_for_sessions_that_run(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        assert code_of_call(client) is None
        replace(tmp_path / "contexts.yaml", DENYING)
        line = gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"
        compared = gateway.wait_for_log("policies compared")
        assert compared["changes"][0]["became"] == "denied"
        assert compared["changes"][0]["tool_pattern"] == TOOL
    replaced, changed = [line for line in audit_lines(tmp_path) if line["kind"] == "reload"]
    assert replaced["fields"]["what"] == "policy"
    assert replaced["fields"]["old_digest"] == line["old_digest"] != line["new_digest"]
    assert changed["fields"]["what"] == "policy_changes"
    assert changed["fields"]["new_digest"] == line["new_digest"]
    assert changed["fields"]["changes"][0]["became"] == "denied"


def test_sighup_reads_at_once_what_would_have_to_rest(tmp_path: Path) -> None:
    reload = {"settle_seconds": 3600, "check_seconds": 0.05}
    with running(write_gateway(tmp_path, reload=reload)) as gateway, session(gateway) as client:
        (tmp_path / "contexts.yaml").write_text(DENYING)
        assert code_of_call(client) is None
        gateway.signal(signal.SIGHUP)
        gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"


def test_a_bad_policy_keeps_the_old_one_and_says_so(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        replace(tmp_path / "contexts.yaml", "- name: clock\n  capabilites: []\n")
        line = gateway.wait_for_log("reload refused, the old one stays")
        assert line["kind"] == "policy"
        assert "contexts.yaml:2:3" in line["reason"]
        assert code_of_call(client) is None
        # Mended, it is taken.
        replace(tmp_path / "contexts.yaml", DENYING)
        gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"


def test_an_execution_that_loses_a_scope_loses_its_sessions(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        assert code_of_call(client) is None
        write_executions(tmp_path, "nothing")
        gateway.wait_for_log("executions replaced")
        wait_until(lambda: code_of_call(client) is not None)
        with pytest.raises(SMCPError) as caught:
            session(gateway)
    assert caught.value.code_name == "SCOPE_NOT_FOUND"


def test_an_issuer_key_that_is_replaced_leaves_running_sessions_alone(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        (before,) = _key_ids(gateway)
        with SecretKey.generate() as key:
            write_secret(tmp_path / "next.pem", key.to_pem())
            (tmp_path / "next.pem").replace(tmp_path / "issuer.pem")
            after = key.public_key.thumbprint
        gateway.wait_for_log("issuer keys replaced")
        assert set(_key_ids(gateway)) == {before, after}
        assert code_of_call(client) is None
        with session(gateway) as newer:
            assert code_of_call(newer) is None
        # A compromised key is trusted no more, at once.
        config = json.loads((tmp_path / "gateway.yaml").read_text())
        config["issuer"]["compromised"] = [before]
        replace(tmp_path / "gateway.yaml", json.dumps(config))
        gateway.wait_for_log("issuer keys replaced", 2)
        assert _key_ids(gateway) == [after]


def _key_ids(gateway: GatewayProcess) -> list[str]:
    with gateway.agent() as agent:
        return [key["kid"] for key in agent.get("/.well-known/jwks.json").json()["keys"]]
