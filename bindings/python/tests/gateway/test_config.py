"""Configurations: strict, every fault at once with its place, overridden by the environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from callgate.gateway.config import (
    ConfigError,
    ExecutionList,
    GatewayConfig,
    config_schema,
    load_config,
    load_model,
    parse_config,
)
from pydantic import ValidationError

BASE = Path("/etc/callgate")
SECRETS = {"ADMIN": "an-operator's-credential", "TOKEN": "s3cret-token-of-an-upstream"}
MINIMAL = """\
state: state
policy: contexts.yaml
issuer: {key: issuer.pem}
admin: {credential: "env:ADMIN"}
"""


def parse(text: str, **environ: str) -> GatewayConfig:
    return parse_config(text.encode(), "gateway.yaml", BASE, {**SECRETS, **environ})


def faults(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, **environ)
    return [str(fault) for fault in caught.value.faults]


def test_a_minimal_configuration_listens_on_loopback_only() -> None:
    config = parse(MINIMAL)
    assert config.listen.is_loopback
    assert config.admin.address == "127.0.0.1"
    assert not config.development
    assert config.executions.accept_untied is False


def test_relative_paths_are_looked_up_beside_the_file() -> None:
    config = parse(MINIMAL)
    assert config.policy == BASE / "contexts.yaml"
    assert config.issuer.key == BASE / "issuer.pem"
    assert config.audit_directory == BASE / "state" / "audit"


def test_a_configuration_cannot_be_changed() -> None:
    config = parse(MINIMAL)
    with pytest.raises(ValidationError):
        config.state = Path("/elsewhere")
    with pytest.raises(ValidationError):
        config.listen.port = 1


def test_every_fault_is_reported_at_once_with_its_line_and_column() -> None:
    text = """\
state: state
policy: contexts.yaml
issuer:
  key: issuer.pem
  token_seconds: "60"
admin: {credential: "env:ABSENT", prot: 4}
listen:
  address: 0.0.0.0
  prt: 1
upstreams:
  Bad: {command: [a]}
  both: {command: [a], url: "http://x", cd: 3}
executions:
  docker:
    rules:
      - {label: a, scopes: [b], tie: {kye: x}}
      - {label: a, scopes: [b], tie: {key: x, uid: 1}}
"""
    assert sorted(faults(text)) == sorted(
        [
            "gateway.yaml:5:18: issuer.token_seconds: it should be a valid integer",
            "gateway.yaml:6:21: admin.credential: the environment has no variable ABSENT",
            "gateway.yaml:6:35: unknown key admin.prot: did you mean port?",
            "gateway.yaml:8:3: listen: 0.0.0.0 is not a loopback address: expected tls, or "
            "trusted_proxies that end it",
            "gateway.yaml:9:3: unknown key listen.prt: did you mean port?",
            "gateway.yaml:11:3: expected another name than 'Bad': pattern "
            "'^[a-z][a-z0-9_-]{0,63}$'",
            "gateway.yaml:12:9: upstreams.both: expected either command or url",
            "gateway.yaml:12:41: unknown key upstreams.both.cd",
            "gateway.yaml:16:39: unknown key executions.docker.rules.0.tie.kye",
            "gateway.yaml:17:38: executions.docker.rules.1.tie: expected one of key, "
            "enrolment_secret, enrolment_secret_sha256, certificate, uid, entity, spiffe, "
            "attestation, all",
        ]
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("state: a\nstate: b\n", "gateway.yaml:2:1: a second key 'state'"),
        ("state: &a x\n", "gateway.yaml:1:8: expected no anchor, alias or tag"),
        ("state: !!str x\n", "gateway.yaml:1:8: expected no anchor, alias or tag"),
        ("state: [\n", "gateway.yaml:2:1: "),
        ("state: \xff", "gateway.yaml:1:"),
        ("? [a]\n: b\n", "gateway.yaml:1:3: expected a string as key"),
        ("- a\n", "gateway.yaml:1:1: "),
        ("[" * 40 + "]" * 40, "gateway.yaml:1:33: nested deeper than 32"),
    ],
)
def test_what_is_no_configuration_is_refused_at_its_place(text: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(text)), faults(text)


def test_a_missing_key_is_named() -> None:
    assert faults("state: a\n") == [
        "gateway.yaml:1:1: expected a key policy",
        "gateway.yaml:1:1: expected a key issuer",
        "gateway.yaml:1:1: expected a key admin",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'listen: {port: "8700"}',
        "listen: {port: 8700.5}",
        "listen: {port: true}",
        "listen: {port: 70000}",
        "listen: {header_seconds: 0}",
        "listen: {address: example.org}",
        "listen: {address: null}",
        "listen: {trusted_proxies: {end_tls: true}}",
        "listen: {tls: {certificate: a, key: b, client_certificate: required}}",
        "listen: {tls: {certificate: a, key: b, minimum_version: 1.3}}",
        'listen: {tls: {certificate: a, key: b, minimum_version: "1.1"}}',
        'development: "true"',
        "clock: {window_seconds: 301}",
        "upstreams: {a: {url: http://example.org, environment: {A: b}}}",
    ],
)
def test_values_are_what_they_say_and_nothing_near_it(text: str) -> None:
    assert faults(MINIMAL + text)


@pytest.mark.parametrize(
    "listen",
    [
        "{address: 127.0.0.1}",
        "{address: localhost}",
        '{address: "::1"}',
        "{address: null, unix: agents.sock}",
        "{address: 0.0.0.0, tls: {certificate: a, key: b}}",
        "{address: 0.0.0.0, trusted_proxies: {networks: [10.0.0.0/8], end_tls: true}}",
    ],
)
def test_beyond_loopback_there_is_tls(listen: str) -> None:
    parse(f"{MINIMAL}listen: {listen}\n")


def test_development_settings_stay_on_loopback() -> None:
    listen = "listen: {address: 0.0.0.0, tls: {certificate: a, key: b}}\n"
    assert faults(MINIMAL + listen + "development: true\n") == [
        "gateway.yaml:1:1: development settings on 0.0.0.0: expected a loopback address"
    ]


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.1", '"::"'])
def test_operators_connect_locally(address: str) -> None:
    admin = f'{{credential: "env:ADMIN", address: {address}}}'
    text = MINIMAL.replace('{credential: "env:ADMIN"}', admin)
    assert "not a loopback address" in faults(text)[0]


def test_variables_override_keys_and_their_values_are_yaml() -> None:
    config = parse(
        MINIMAL + "listen: {port: 1}\n",
        CALLGATE_CONFIG__LISTEN__PORT="8443",
        CALLGATE_CONFIG__AUDIT__REDACT_TOOLS="[a, b]",
        CALLGATE_CONFIG__UPSTREAMS="{time: {command: [mcp-server-time]}}",
        CALLGATE_CONFIG__CLOCK__WINDOW_SECONDS="20",
    )
    assert config.listen.port == 8443
    assert config.audit.redact_tools == ("a", "b")
    assert config.upstreams["time"].command == ("mcp-server-time",)
    assert config.clock.window_seconds == 20


def test_a_variable_that_names_no_key_is_a_fault_of_that_variable() -> None:
    found = faults(
        MINIMAL,
        CALLGATE_CONFIG__LISTEN__PROT="1",
        CALLGATE_CONFIG__STATE__X="1",
        CALLGATE_CONFIG__LISTEN__PORT="many",
        CALLGATE_CONFIG__="1",
        CALLGATE_CONFIG__LISTEN__="1",
        CALLGATE_CONFIG__CLOCK="{window_seconds: 1, window_seconds: 2}",
    )
    assert [fault.partition(":")[0] for fault in sorted(found)] == [
        "CALLGATE_CONFIG__",
        "CALLGATE_CONFIG__CLOCK",
        "CALLGATE_CONFIG__LISTEN__",
        "CALLGATE_CONFIG__LISTEN__PORT",
        "CALLGATE_CONFIG__LISTEN__PROT",
        "CALLGATE_CONFIG__STATE__X",
    ]


def test_variables_that_an_orchestrator_sets_for_a_service_are_no_overrides() -> None:
    config = parse(MINIMAL, CALLGATE_PORT="tcp://10.0.0.1:80", CALLGATE_SERVICE_HOST="10.0.0.1")
    assert config == parse(MINIMAL)


def test_secrets_are_references_and_never_shown() -> None:
    text = MINIMAL + (
        "upstreams: {a: {url: https://example.org/mcp, headers: {Authorization: env:TOKEN}}}\n"
    )
    config = parse(text)
    assert config.admin.credential.reveal() == SECRETS["ADMIN"]
    assert config.upstreams["a"].headers["Authorization"].reveal() == SECRETS["TOKEN"]
    for shown in (repr(config), str(config), repr(config.model_dump())):
        assert SECRETS["ADMIN"] not in shown
        assert SECRETS["TOKEN"] not in shown


def test_a_secret_that_is_written_out_is_refused_and_not_repeated() -> None:
    (fault,) = faults(MINIMAL.replace("env:ADMIN", "hunter2-hunter2-hunter2"))
    assert "env:NAME or file:PATH" in fault
    assert "hunter2" not in fault


def test_a_short_credential_is_refused() -> None:
    (fault,) = faults(MINIMAL, ADMIN="short")
    assert "fewer than 16 characters" in fault
    assert "short" not in fault.replace("gateway", "")


def test_a_file_beside_is_read_by_the_same_rules(tmp_path: Path) -> None:
    file = tmp_path / "executions.yaml"
    file.write_text("- workload_id: a\n  scope: [b]\n- {workload_id: b, scopes: [c], tie: uid}\n")
    with pytest.raises(ConfigError) as caught:
        load_model(ExecutionList, file, {})
    assert [str(fault).removeprefix(str(file)) for fault in caught.value.faults] == [
        ":1:3: expected a key 0.scopes",
        ":2:3: unknown key 0.scope",
        ":3:38: 1.tie: it should be 'container_address' or 'none'",
    ]


def test_a_file_that_is_absent_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        load_config(Path("/nowhere/gateway.yaml"), {})


def test_editors_accept_what_is_accepted_and_refuse_what_is_refused() -> None:
    validator = jsonschema.Draft202012Validator(config_schema())
    validator.check_schema(config_schema())
    good: dict[str, Any] = yaml.safe_load(MINIMAL)
    validator.validate(good)
    bad: list[dict[str, Any]] = [
        {**good, "lisen": {}},
        {**good, "listen": {"prt": 1}},
        {**good, "listen": {"port": "1"}},
        {**good, "admin": {"credential": "hunter2"}},
        {**good, "upstreams": {"a": {"comand": ["x"]}}},
    ]
    for document in bad:
        assert not validator.is_valid(document), document


def test_a_tool_of_no_upstream_is_a_fault_with_its_place() -> None:
    (fault,) = faults(MINIMAL + "tools: {names: {a.b: {upstream: absent, tool: c}}}\n")
    assert fault == "gateway.yaml:5:33: tools.names.a.b.upstream: no upstream is named 'absent'"


def test_every_key_is_documented() -> None:
    schema = config_schema()
    sections = [schema, *schema["$defs"].values()]
    undocumented = [
        f"{section.get('title')}.{name}"
        for section in sections
        for name, value in section.get("properties", {}).items()
        if not value.get("description")
    ]
    assert undocumented == []
    assert all(section.get("description") for section in sections if "properties" in section)


def test_the_schema_that_is_shipped_is_the_models() -> None:
    from importlib import resources

    shipped = resources.files("callgate.gateway") / "config" / "gateway.schema.json"
    assert json.loads(shipped.read_text("utf-8")) == config_schema()
