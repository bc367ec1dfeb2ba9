"""The files of examples/registry: they load, and say what the registry and its agents take."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from callgate.registry.config import ConfigError, load_config
from callgate.registry.demo.certificates import Authority
from callgate.trust.backends.k8s_secret import DATA_KEY, ENTITY_ANNOTATION, SecretSet
from selectors_of_labels import matches

Json: TypeAlias = dict[str, Any]
EXAMPLES = Path(__file__).parents[4] / "examples" / "registry"
FILES = sorted(EXAMPLES.rglob("*.yaml"))


def documents(name: str) -> dict[str, Json]:
    """The manifests of a file, by kind and name."""
    loaded = yaml.safe_load_all((EXAMPLES / name).read_text())
    return {f"{one['kind']} {one['metadata']['name']}": one for one in loaded}


def environment_of(deployment: Json) -> dict[str, str]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable["value"] for variable in container["env"]}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_yaml_without_repeated_keys(file: Path) -> None:
    assert FILES
    for node in yaml.compose_all(file.read_text()):
        check_keys(node)


def check_keys(node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), node.start_mark
        for _, value in node.value:
            check_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            check_keys(value)


def test_the_role_gives_list_and_watch_of_secrets_and_no_more() -> None:
    made = documents("kubernetes/rbac.yaml")
    role = made["Role mcp-mesh-registry"]
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}
    ]
    binding = made["RoleBinding mcp-mesh-registry"]
    account = made["ServiceAccount mcp-mesh-registry"]["metadata"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account}]
    assert binding["metadata"]["namespace"] == role["metadata"]["namespace"] != account["namespace"]


def test_the_registry_of_the_manifest_starts_with_what_it_is_given() -> None:
    made = documents("kubernetes/registry.yaml")
    deployment = made["Deployment mcp-mesh-registry"]
    config = load_config(None, environment_of(deployment))
    role = documents("kubernetes/rbac.yaml")["Role mcp-mesh-registry"]
    assert config.k8s.namespace == role["metadata"]["namespace"]
    assert config.tls.mode == "strict"
    assert config.trust.backend == ("k8s-secrets",)
    assert made["Service mcp-mesh-registry"]["spec"]["ports"][0]["port"] == config.port
    check_mounts(deployment, made["Certificate mcp-mesh-registry"])


def test_a_misspelt_variable_of_the_manifest_would_not_start() -> None:
    made = documents("kubernetes/registry.yaml")
    environment = environment_of(made["Deployment mcp-mesh-registry"])
    environment["MCP_MESH_K8S_NAMESPCE"] = environment.pop("MCP_MESH_K8S_NAMESPACE")
    with pytest.raises(ConfigError, match="MCP_MESH_K8S_NAMESPCE"):
        load_config(None, environment)


def test_the_agent_mounts_what_cert_manager_writes() -> None:
    made = documents("kubernetes/agent.yaml")
    deployment, certificate = made["Deployment my-agent"], made["Certificate my-agent"]
    check_mounts(deployment, certificate)
    assert environment_of(deployment)["MCP_MESH_HTTP_HOST"] in certificate["spec"]["dnsNames"]
    registry = documents("kubernetes/registry.yaml")["Certificate mcp-mesh-registry"]
    host = environment_of(deployment)["MCP_MESH_REGISTRY_URL"].split("/")[2].split(":")[0]
    assert host in registry["spec"]["dnsNames"]


def check_mounts(deployment: Json, certificate: Json) -> None:
    """The files of the variables are those of the Secret, and only its owner may write to them."""
    pod = deployment["spec"]["template"]["spec"]
    secrets = {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}
    ((name, secret),) = secrets.items()
    assert secret["secretName"] == certificate["spec"]["secretName"]
    assert secret["defaultMode"] == 0o440
    (path,) = (m["mountPath"] for m in pod["containers"][0]["volumeMounts"] if m["name"] == name)
    environment = environment_of(deployment)
    files = {f"MCP_MESH_TLS_{what}" for what in ("CERT", "KEY", "CA")}
    assert {environment[variable] for variable in files} == {
        f"{path}/{file}" for file in ("tls.crt", "tls.key", "ca.crt")
    }


def test_the_entity_of_the_manifest_is_one() -> None:
    secret = documents("kubernetes/entity.yaml")["Secret partner-corp-ca"]
    config = load_config(
        None,
        environment_of(documents("kubernetes/registry.yaml")["Deployment mcp-mesh-registry"]),
    )
    assert matches(config.k8s.label_selector, secret["metadata"]["labels"])
    assert secret["metadata"]["namespace"] == config.k8s.namespace
    assert secret["metadata"]["annotations"].keys() == {ENTITY_ANNOTATION}
    # As the API server stores what stringData says.
    authority = Authority("partner-corp")
    found = SecretSet(config.k8s.namespace)
    assert secret["stringData"].keys() == {DATA_KEY}
    found.put({**secret, "data": {DATA_KEY: encoded(secret["stringData"][DATA_KEY].encode())}})
    assert found.contents().entities == {}
    found.put({**secret, "data": {DATA_KEY: encoded(authority.pem)}})
    assert found.contents().entities == {"partner-corp": (authority.pem,)}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("provider", ["vault", "spire"])
def test_the_values_are_those_of_the_document(provider: str) -> None:
    loaded = yaml.safe_load((EXAMPLES / "helm" / f"values-{provider}.yaml").read_text())
    tls = loaded["mesh"]["tls"]
    keys = {
        "vault": {"enabled", "addr", "pkiPath", "tokenSecret", "tokenKey"},
        "spire": {"enabled", "socketPath"},
    }
    assert loaded.keys() == {"mesh"} and loaded["mesh"].keys() == {"tls"}
    assert tls.keys() == {"mode", provider, "caSecret"}
    assert tls[provider].keys() == keys[provider]
    assert tls[provider]["enabled"] is True


def test_the_services_of_the_compose_file_take_their_variables() -> None:
    loaded = yaml.safe_load((EXAMPLES / "compose" / "compose.yaml").read_text())
    registry, agent = loaded["services"]["registry"], loaded["services"]["my-agent"]
    config = load_config(None, registry["environment"])
    assert (config.tls.mode, config.trust.backend) == ("strict", ("filestore",))
    mounted = {volume.split(":")[1] for volume in registry["volumes"]}
    assert {"/etc/certs", str(config.trust.dir), str(config.state)} == mounted
    assert agent["environment"]["MCP_MESH_TLS_PROVIDER"] == "vault"
    assert agent["environment"]["MCP_MESH_REGISTRY_URL"] == f"https://registry:{config.port}"
    assert {"MCP_MESH_VAULT_ADDR", "MCP_MESH_VAULT_PKI_PATH"} <= agent["environment"].keys()
