"""VaultProvider: certificates from the PKI secrets engine of HashiCorp Vault.

Source: Vault's HTTP API of the PKI secrets engine, `sign` and `issue`.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final, final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from callgate.registry.agent.credentials import Credentials, certificates_of
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.providers.renewal import Renewal
from callgate.registry.agent.providers.vault_http import post_to_vault
from callgate.registry.agent.settings import AgentSettings
from callgate.serving.leaf_names import literal_address

_WHERE: Final = "Vault"
# RFC 5280, ub-common-name.
_MAX_COMMON_NAME: Final = 64


@final
class VaultProvider:
    """One certificate of a role, renewed by another signature.

    The key is made here and a request for its certificate is signed, so that the key never travels;
    with ``CALLGATE_AGENT_VAULT_ISSUE`` Vault makes both. The certificate is for ``<agent id>.<trust
    domain>``, the agent id and ``MCP_MESH_HTTP_HOST``.
    """

    def __init__(self, settings: AgentSettings, agent_id: str) -> None:
        if settings.vault is None:
            message = "the provider `vault` needs MCP_MESH_VAULT_ADDR and its neighbours"
            raise CredentialError(message, "MCP_MESH_TLS_PROVIDER")
        self._vault = settings.vault
        self._ca = settings.ca
        self._common_name = f"{agent_id}.{settings.trust_domain}"
        if len(self._common_name) > _MAX_COMMON_NAME:
            message = (
                f"{self._common_name} is longer than {_MAX_COMMON_NAME} characters: shorten the "
                "agent's id or MCP_MESH_TRUST_DOMAIN"
            )
            raise CredentialError(message, "MCP_MESH_TRUST_DOMAIN")
        self._host = settings.http_host
        self._path = _path_of_role(self._vault.pki_path, issue=self._vault.issue)
        self._context: ssl.SSLContext | None = None
        self._renewal = Renewal(self._fetch, _WHERE)

    async def start(self, changed: Callable[[], None]) -> None:
        self._context = _context(self._vault.ca)
        await self._renewal.start(changed)

    @property
    def current(self) -> Credentials:
        return self._renewal.current

    async def refresh(self) -> None:
        await self._renewal.refresh()

    async def stop(self) -> None:
        await self._renewal.stop()

    async def _fetch(self) -> Credentials:
        request: dict[str, Any] = {"common_name": self._common_name, "ttl": self._vault.ttl}
        kind = "alt_names" if literal_address(self._host) is None else "ip_sans"
        request |= {kind: self._host}
        key = None
        if not self._vault.issue:
            key = ec.generate_private_key(ec.SECP256R1())
            request["csr"] = self._signing_request(key)
        else:
            request["private_key_format"] = "pkcs8"
        assert self._context is not None, "start() comes first"
        data = await post_to_vault(self._vault, self._path, request, self._context)
        return self._checked(data, key)

    def _signing_request(self, key: ec.EllipticCurvePrivateKey) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._common_name)])
        builder = x509.CertificateSigningRequestBuilder().subject_name(name)
        sans: list[x509.GeneralName] = [x509.DNSName(self._common_name)]
        if literal_address(self._host) is not None:
            sans.append(x509.IPAddress(ip_address(self._host)))
        else:
            sans.append(x509.DNSName(self._host))
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _checked(self, data: dict[str, Any], key: ec.EllipticCurvePrivateKey | None) -> Credentials:
        certificate = _text(data, "certificate")
        above = data.get("ca_chain") or [data.get("issuing_ca")]
        if not isinstance(above, list) or not all(isinstance(one, str) for one in above):
            raise CredentialError("the answer has neither ca_chain nor issuing_ca", _WHERE)
        authorities = certificates_of("\n".join(above).encode(), _WHERE)
        chain = certificates_of(certificate.encode(), _WHERE)
        if key is None:
            key_pem = _text(data, "private_key").encode()
        else:
            key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        roots = authorities
        if self._ca is not None:
            roots = certificates_of(self._ca.read_bytes(), str(self._ca))
        credentials = Credentials.of(
            # Vault's `certificate` is the leaf alone: the registry may know only the root.
            [*chain[:1], *(one for one in authorities if one not in chain[:1])],
            key_pem,
            roots,
            where=_WHERE,
        )
        credentials.check_names([self._host], _WHERE)
        return credentials


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise CredentialError(f"the answer has no {name}", _WHERE)
    return value


def _path_of_role(path: str, *, issue: bool) -> str:
    """``<mount>/sign/<role>`` or ``<mount>/issue/<role>``, whichever of both is written."""
    parts = path.strip("/").split("/")
    wanted = "issue" if issue else "sign"
    if len(parts) < 3 or parts[-2] not in ("issue", "sign") or not all(parts) or ".." in parts:
        message = "expected <mount>/issue/<role> or <mount>/sign/<role>"
        raise CredentialError(message, "MCP_MESH_VAULT_PKI_PATH")
    return "/".join((*parts[:-2], wanted, parts[-1]))


def _context(ca: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if ca is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=str(ca))
    except OSError as error:  # ssl.SSLError is one
        raise CredentialError("cannot be read as certificates in PEM", str(ca)) from error
    return context
