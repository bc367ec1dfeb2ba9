"""The registry's configuration: the mesh's variables, YAML, and what must not start."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from callgate.registry.config import ConfigError, RegistryConfig, config_schema, load_config

STRICT = {
    "MCP_MESH_TLS_MODE": "strict",
    "MCP_MESH_TLS_CERT": "/etc/mesh/registry.pem",
    "MCP_MESH_TLS_KEY": "/etc/mesh/registry-key.pem",
    "MCP_MESH_TRUST_BACKEND": "spire, filestore,",
    "MCP_MESH_TRUST_DIR": "/etc/mesh/trust",
}


def faults(environ: dict[str, str], text: str = "", folder: Path | None = None) -> list[str]:
    path = None
    if folder is not None:
        path = folder / "registry.yaml"
        path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ)
    return [str(fault) for fault in caught.value.faults]


def test_without_anything_it_is_the_public_default() -> None:
    config = load_config(None, {})
    assert (config.host, config.port, config.tls.mode) == ("127.0.0.1", 8000, "off")
    assert (config.health.check_interval, config.health.timeout_threshold) == (10, 20)
    assert (config.retention, config.sweep_interval, config.admin.port) == (3600, 300, 0)
    assert config.k8s.label_selector == "mcp-mesh.io/trust=entity-ca"
    assert config.spire.socket == Path("/run/spire/agent/sockets/agent.sock")


def test_the_variables_of_the_mesh_set_what_they_name() -> None:
    config = load_config(
        None,
        STRICT
        | {
            "HOST": "0.0.0.0",
            "PORT": "8443",
            "MCP_MESH_RETENTION": "1h30m",
            "HEALTH_CHECK_INTERVAL": "5",
            "MCP_MESH_K8S_NAMESPACE": "mesh",
            "DATABASE_URL": "r.db",
            # An agent's, and the dashboard's.
            "MCP_MESH_TLS_PROVIDER": "vault",
            "MCP_MESH_REGISTRY_TLS_CA": "ca.pem",
        },
    )
    assert config.trust.backend == ("spire", "filestore")
    assert (config.host, config.port) == ("0.0.0.0", 8443)
    assert (config.retention, config.health.check_interval) == (5400, 5)
    assert config.k8s.namespace == "mesh"
    assert config.database_url is not None
    assert "r.db" not in repr(config)


def test_the_file_is_under_the_variables(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text("port: 9000\ntls: {mode: auto, cert: c.pem, key: k.pem}\ntrust:\n  dir: t\n")
    config = load_config(
        path,
        {
            "MCP_MESH_TRUST_BACKEND": "filestore",
            "PORT": "9001",
            "CALLGATE_REGISTRY__HEALTH__PORT": "9002",
        },
        {("host",): "::1"},
    )
    assert (config.host, config.port, config.health.port) == ("::1", 9001, 9002)
    assert config.tls.cert == tmp_path / "c.pem"
    assert config.trust.dir == tmp_path / "t"


@pytest.mark.parametrize("mode", ["Strict", "STRICT", "enforce", "on", "true", " strict"])
def test_an_unknown_mode_does_not_start(mode: str) -> None:
    (fault,) = faults(STRICT | {"MCP_MESH_TLS_MODE": mode})
    assert fault.startswith("MCP_MESH_TLS_MODE: tls.mode: it should be 'off', 'auto' or 'strict'")


@pytest.mark.parametrize("missing", ["MCP_MESH_TLS_CERT", "MCP_MESH_TLS_KEY"])
def test_a_certificate_without_its_key_does_not_start(missing: str) -> None:
    for environ in (
        {name: value for name, value in STRICT.items() if name != missing},
        STRICT | {missing: ""},
    ):
        (fault,) = faults(environ)
        assert "requires MCP_MESH_TLS_CERT and MCP_MESH_TLS_KEY" in fault


def test_tls_without_a_backend_does_not_start() -> None:
    for value in ("", " , ,"):
        (fault,) = faults(STRICT | {"MCP_MESH_TRUST_BACKEND": value})
        assert "requires a trust backend: set MCP_MESH_TRUST_BACKEND" in fault


def test_an_unknown_or_repeated_backend_does_not_start() -> None:
    assert "'localca', 'filestore', 'k8s-secrets' or 'spire'" in "".join(
        faults(STRICT | {"MCP_MESH_TRUST_BACKEND": "filestore,FileStore"})
    )
    (fault,) = faults(STRICT | {"MCP_MESH_TRUST_BACKEND": "filestore,filestore"})
    assert "stands there twice" in fault


def test_a_folder_backend_without_its_folder_does_not_start() -> None:
    (fault,) = faults(STRICT | {"MCP_MESH_TRUST_DIR": ""})
    assert "filestore requires MCP_MESH_TRUST_DIR" in fault or "spire" in fault


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MCP_MESH_TLS_MOED", "MCP_MESH_TLS_MODE"),
        ("MCP_MESH_TRUST_BACKENDS", "MCP_MESH_TRUST_BACKEND"),
        ("MCP_MESH_TRUSTDIR", "MCP_MESH_TRUST_DIR"),
        ("MCP_MESH_RETENTON", "MCP_MESH_RETENTION"),
        ("MCP_MESH_ADMINPORT", "MCP_MESH_ADMIN_PORT"),
        ("HEALTH_CHECK_INTERVALL", "HEALTH_CHECK_INTERVAL"),
    ],
)
def test_a_misspelt_variable_does_not_start(name: str, meant: str) -> None:
    assert faults({name: "x"}) == [f"{name}: unknown variable: did you mean {meant}?"]


def test_other_variables_are_not_looked_at() -> None:
    load_config(None, {"PATH": "/bin", "PORTS": "x", "HOSTNAME": "x", "MCP_MESH_LOG_LEVEL": "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "-1"),
        ("PORT", "70000"),
        ("MCP_MESH_ADMIN_PORT", "yes"),
        ("MCP_MESH_RETENTION", "1 hour"),
        ("MCP_MESH_RETENTION", "-1s"),
        ("HEALTH_CHECK_INTERVAL", "ten"),
        ("HEALTH_CHECK_INTERVAL", "0"),
        ("HOST", "registry.example"),
        ("CALLGATE_REGISTRY__HEALHT__PORT", "1"),
    ],
)
def test_a_value_of_a_wrong_type_does_not_start(name: str, value: str) -> None:
    (fault,) = faults({name: value})
    assert fault.startswith(f"{name}: ")


def test_faults_of_the_file_come_together_with_their_places(tmp_path: Path) -> None:
    text = "tls: {mode: off}\nport: '80'\ntrust: {backends: [spire]}\n"
    assert faults({}, text, tmp_path) == [
        f"{tmp_path}/registry.yaml:2:7: port: it should be a valid integer",
        f"{tmp_path}/registry.yaml:3:9: unknown key trust.backends: did you mean backend?",
    ]


def test_an_operators_listener_needs_a_credential(tmp_path: Path) -> None:
    (fault,) = faults({"MCP_MESH_ADMIN_PORT": "8444"})
    assert "requires a credential" in fault
    (fault,) = faults({}, "admin: {address: 0.0.0.0}\n", tmp_path)
    assert "expected a loopback address" in fault


@pytest.mark.parametrize(
    "template",
    ["agent.acme", "san:{agent_id}", "dns:fixed.acme", "dns:{id}.acme", "dns:{agent_id}{0}"],
)
def test_a_binding_names_a_field_of_the_certificate(tmp_path: Path, template: str) -> None:
    text = f"entities: {{acme: {{agent_id: '{template}'}}}}\n"
    (fault,) = faults({}, text, tmp_path)
    assert "expected" in fault


def test_entities_differ_by_more_than_case(tmp_path: Path) -> None:
    (fault,) = faults({}, "entities: {acme: {}, ACME: {}}\n", tmp_path)
    assert "differs from another name by case alone" in fault


def test_the_schema_of_the_package_is_the_models() -> None:
    import callgate.registry.config

    file = Path(callgate.registry.config.__file__).with_name("registry.schema.json")
    assert json.loads(file.read_bytes()) == config_schema()


def test_the_schema_takes_what_the_model_takes() -> None:
    document = {
        "tls": {"mode": "strict", "cert": "c", "key": "k"},
        "trust": {"backend": ["filestore"], "dir": "d"},
        "entities": {"acme": {"agent_id": "cn:{agent_id}", "capabilities": ["a*"]}},
    }
    jsonschema.validate(document, config_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"tls": {"modes": "strict"}}, config_schema())


def test_every_key_says_what_it_means() -> None:
    schema = config_schema()
    for section in [schema, *schema["$defs"].values()]:
        for name, value in section["properties"].items():
            assert value.get("description"), name
    assert RegistryConfig.model_fields


def test_a_misspelt_value_or_key_is_shown_with_what_is_meant(tmp_path: Path) -> None:
    (fault,) = faults({"MCP_MESH_TLS_MODE": "strikt"})
    assert fault.endswith("'off', 'auto' or 'strict', not 'strikt': did you mean strict?")
    (fault,) = faults({}, "health: {prot: 8081}\n", tmp_path)
    assert fault.endswith("unknown key health.prot: did you mean port?")
    (fault,) = faults({}, "health: {elsewhere: 1}\n", tmp_path)
    assert fault.endswith("unknown key health.elsewhere")
