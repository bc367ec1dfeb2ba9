"""`callgate serve --check`, and what a start warns of."""

from __future__ import annotations

import json
from pathlib import Path

from callgate.gateway.process import serve_command
from gateway_process import (
    WORKLOAD,
    refused,
    replace,
    running,
    write_executions,
    write_gateway,
)


def test_check_reads_every_file_and_reports_all_faults(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    assert refused("--check", "--config", str(config)) == (0, "")
    (tmp_path / "contexts.yaml").write_text("- name: clock\n  capabilities: none\n")
    (tmp_path / "issuer.pem").chmod(0o644)
    (tmp_path / "executions.yaml").write_text("- workload_id: a\n  scope: [b]\n")
    code, error = refused("--check", "--config", str(config))
    assert code == 2
    for place in ("contexts.yaml:2:", "issuer.pem: ", "executions.yaml:2:3: unknown key"):
        assert place in error
    assert not (tmp_path / "state").exists()


def test_check_reads_the_audits_keys_and_the_files_of_upstreams(tmp_path: Path) -> None:
    upstream = {"url": "https://127.0.0.1:9/mcp", "ca": "absent-ca.pem"}
    audit = {"key": "absent-audit.pem", "previous_key": "absent-previous.pem"}
    config = write_gateway(tmp_path, audit=audit, upstreams={"remote": upstream})
    code, error = refused("--check", "--config", str(config))
    assert code == 2
    for place in ("absent-audit.pem: ", "absent-previous.pem: ", "upstreams/remote: "):
        assert place in error
    assert not (tmp_path / "state").exists()


def test_a_scope_that_no_context_has_is_warned_of(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    write_executions(tmp_path, "clock", "absent")
    text = f'execution "{WORKLOAD}": no context is named "absent"'
    checked = serve_command.check(config, {})
    assert checked.data["warnings"] == [text]
    assert checked.lines[-1] == f"warning: {text}"
    with running(config) as gateway:
        gateway.wait_for_log(text)


def test_a_server_whose_program_is_not_there_is_warned_of(tmp_path: Path) -> None:
    config = write_gateway(tmp_path, upstreams={"clock": {"command": ["mcp-server-tim"]}})
    text = 'upstream clock: there is no program "mcp-server-tim"'
    assert serve_command.check(config, {}).data["warnings"] == [text]


def test_a_policy_without_a_context_that_is_granted_is_warned_of_when_it_is_read_again(
    tmp_path: Path,
) -> None:
    with running(write_gateway(tmp_path)) as gateway:
        replace(tmp_path / "contexts.yaml", "name: another\ncapabilities: []\n")
        gateway.wait_for_log(f'execution "{WORKLOAD}": no context is named "clock"')


def test_check_finds_two_executions_of_one_id(tmp_path: Path) -> None:
    config = write_gateway(tmp_path / "g")
    entry = {"workload_id": WORKLOAD, "scopes": ["clock"], "tie": "none"}
    replace(tmp_path / "g" / "executions.yaml", json.dumps([entry, entry]))
    code, error = refused("--check", "--config", str(config))
    assert code != 0
    assert "two entries have the same workload_id" in error


def test_an_entry_without_a_tie_must_say_so(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    (tmp_path / "executions.yaml").write_text("- {workload_id: a, scopes: [clock]}\n")
    code, error = refused("--config", str(config))
    assert code == 2
    assert "expected a tie" in error
