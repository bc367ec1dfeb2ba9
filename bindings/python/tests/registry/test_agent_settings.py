"""The variables of an agent: the document's names and defaults, and nothing misspelt."""

from __future__ import annotations

from pathlib import Path

import pytest
from callgate.registry.agent import AgentSettings, CredentialError

FILES = {
    "MCP_MESH_TLS_MODE": "auto",
    "MCP_MESH_TLS_CERT": "/certs/agent.pem",
    "MCP_MESH_TLS_KEY": "/certs/agent-key.pem",
    "MCP_MESH_REGISTRY_URL": "https://registry.example:8443/",
}
VAULT = {
    "MCP_MESH_TLS_MODE": "strict",
    "MCP_MESH_TLS_PROVIDER": "vault",
    "MCP_MESH_VAULT_ADDR": "https://vault.example:8200",
    "MCP_MESH_VAULT_PKI_PATH": "pki_int/issue/mesh-agent",
    "VAULT_TOKEN": "hvs.secret-of-vault",
    "MCP_MESH_REGISTRY_URL": "https://registry.example:8443",
}


def test_without_variables_the_mode_is_off() -> None:
    settings = AgentSettings.of_environment({})
    assert settings.mode == "off"
    assert settings.registry_url == "http://localhost:8000"
    assert settings.health_interval == 5


def test_files_are_the_default_provider() -> None:
    settings = AgentSettings.of_environment(FILES)
    assert settings.provider == "file"
    assert settings.certificate == Path("/certs/agent.pem")
    assert settings.registry_url == "https://registry.example:8443"


def test_an_empty_variable_is_unset() -> None:
    assert AgentSettings.of_environment({**FILES, "MCP_MESH_TLS_CA": " "}).ca is None


def test_a_misspelt_variable_is_an_error() -> None:
    with pytest.raises(CredentialError, match="did you mean MCP_MESH_TLS_CERT") as caught:
        AgentSettings.of_environment({**FILES, "MCP_MESH_TLS_CRT": "/certs/agent.pem"})
    assert caught.value.where == "MCP_MESH_TLS_CRT"
    others = {"MCP_MESH_HTTP_PORT": "9000", "MCP_MESH_TRUST_DIR": "/trust"}
    assert AgentSettings.of_environment({**FILES, **others}).mode == "auto"


def test_a_mode_that_is_none_is_shown() -> None:
    with pytest.raises(CredentialError, match="not 'strikt': did you mean strict"):
        AgentSettings.of_environment({**FILES, "MCP_MESH_TLS_MODE": "strikt"})


def test_modes_and_providers_are_read_without_case() -> None:
    settings = AgentSettings.of_environment(
        {**VAULT, "MCP_MESH_TLS_MODE": "Strict", "MCP_MESH_TLS_PROVIDER": "Vault"}
    )
    assert (settings.mode, settings.provider) == ("strict", "vault")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MCP_MESH_TLS_MODE", "enforce"),
        ("MCP_MESH_TLS_PROVIDER", "auto"),
        ("MCP_MESH_HEALTH_INTERVAL", "soon"),
        ("MCP_MESH_HEALTH_INTERVAL", "0"),
        ("MCP_MESH_HEALTH_INTERVAL", "nan"),
        ("MCP_MESH_REGISTRY_URL", "registry.example"),
        ("MCP_MESH_REGISTRY_URL", "https://user@registry.example"),
        ("MCP_MESH_REGISTRY_URL", "https://registry.example:port"),
        ("MCP_MESH_REGISTRY_URL", "http://registry.example"),
        ("CALLGATE_AGENT_SHARED_KEY", "maybe"),
    ],
)
def test_what_a_variable_cannot_be_is_an_error(variable: str, value: str) -> None:
    with pytest.raises(CredentialError) as caught:
        AgentSettings.of_environment({**FILES, variable: value})
    assert caught.value.where == variable


@pytest.mark.parametrize("variable", ["MCP_MESH_TLS_CERT", "MCP_MESH_TLS_KEY"])
def test_a_certificate_without_its_key_is_an_error(variable: str) -> None:
    with pytest.raises(CredentialError) as caught:
        AgentSettings.of_environment({**FILES, variable: ""})
    assert caught.value.where == variable


@pytest.mark.parametrize(
    "variable", ["MCP_MESH_VAULT_ADDR", "MCP_MESH_VAULT_PKI_PATH", "VAULT_TOKEN"]
)
def test_vault_needs_its_three_variables(variable: str) -> None:
    with pytest.raises(CredentialError) as caught:
        AgentSettings.of_environment({**VAULT, variable: ""})
    assert caught.value.where == variable


def test_vault_over_http_is_for_loopback_alone() -> None:
    loopback = {**VAULT, "MCP_MESH_VAULT_ADDR": "http://127.0.0.1:8200"}
    vault = AgentSettings.of_environment(loopback).vault
    assert vault is not None
    assert vault.address == "http://127.0.0.1:8200"
    with pytest.raises(CredentialError, match="could be read on its way"):
        AgentSettings.of_environment({**VAULT, "MCP_MESH_VAULT_ADDR": "http://vault:8200"})


def test_the_token_stands_in_no_repr() -> None:
    assert "hvs." not in repr(AgentSettings.of_environment(VAULT))


def test_vault_is_verified_by_its_own_ca_first() -> None:
    both = {**VAULT, "VAULT_CACERT": "/v.pem", "MCP_MESH_TLS_CA": "/mesh.pem"}
    vault = AgentSettings.of_environment(both).vault
    assert vault is not None
    assert vault.ca == Path("/v.pem")
    vault = AgentSettings.of_environment({**VAULT, "MCP_MESH_TLS_CA": "/mesh.pem"}).vault
    assert vault is not None
    assert vault.ca == Path("/mesh.pem")
