"""Binding: whether an agent may call itself what it does, by the leaf of its certificate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from callgate.registry.config import EntitySettings
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.registration import Registration

_SUFFIX: Final = re.compile(r"-[0-9a-f]{8}")
_FRAMEWORK: Final = "__mesh_"


@dataclass(frozen=True, slots=True)
class _Leaf:
    dns: frozenset[str]
    addresses: frozenset[str]
    common_name: str | None  # None where there are several, or none


def unbound(settings: EntitySettings, registration: Registration, identity: Identity) -> str | None:
    """Which name of the heartbeat the certificate does not allow; None: it allows all.

    ``agent_id``, ``http_host`` or ``capabilities``, in this order. A leaf that cannot be read
    allows nothing that is bound.
    """
    if settings.agent_id is not None and not _agent_id(settings.agent_id, registration, identity):
        return "agent_id"
    if settings.http_host and registration.http_host and not _host(registration, identity):
        return "http_host"
    if settings.capabilities is not None and not _capabilities(settings.capabilities, registration):
        return "capabilities"
    return None


def _agent_id(template: str, registration: Registration, identity: Identity) -> bool:
    kind, _, text = template.partition(":")
    if "{name}" in text and "{agent_id}" not in text:
        # The id has random digits, which no certificate can have.
        rest = registration.agent_id.removeprefix(registration.name)
        if registration.agent_id != registration.name and (
            rest == registration.agent_id or _SUFFIX.fullmatch(rest) is None
        ):
            return False
    wanted = text.replace("{agent_id}", registration.agent_id)
    wanted = wanted.replace("{name}", registration.name)
    if kind == "spiffe":
        return identity.spiffe_id == wanted
    leaf = _leaf(identity)
    if leaf is None:
        return False
    return wanted in leaf.dns if kind == "dns" else wanted == leaf.common_name


def _host(registration: Registration, identity: Identity) -> bool:
    leaf = _leaf(identity)
    if leaf is None:
        return False
    return registration.http_host.lower() in leaf.dns | leaf.addresses


def _capabilities(allowed: tuple[str, ...], registration: Registration) -> bool:
    names = {tool.capability for tool in registration.tools}
    return all(not name or name.startswith(_FRAMEWORK) or _allowed(name, allowed) for name in names)


def _allowed(name: str, allowed: Iterable[str]) -> bool:
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)


def _leaf(identity: Identity) -> _Leaf | None:
    try:
        certificate = x509.load_der_x509_certificate(identity.chain[0])
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        try:
            extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            alternative: x509.SubjectAlternativeName | None = extension.value
        except x509.ExtensionNotFound:
            alternative = None
    except ValueError:
        return None
    dns: list[str] = []
    addresses: list[str] = []
    if alternative is not None:
        dns = alternative.get_values_for_type(x509.DNSName)
        addresses = [str(one) for one in alternative.get_values_for_type(x509.IPAddress)]
    common_name = names[0].value if len(names) == 1 else None
    return _Leaf(
        frozenset(name.lower() for name in dns),
        frozenset(addresses),
        common_name if isinstance(common_name, str) else None,
    )
