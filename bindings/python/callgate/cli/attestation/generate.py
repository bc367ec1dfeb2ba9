"""``callgate attestation generate``: a token, issued by hand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from callgate.attestation.core import (
    AgentIdentity,
    AgentIntegrity,
    AttestationMetadata,
    AttestationProvider,
    KeyPair,
)
from callgate.cli._command import Outcome
from callgate.cli._input import read_now, read_public_key, read_value
from callgate.cli.attestation._tokens import taken_apart

_THROWN_AWAY = (
    "no --key-file: a new key signed this token and is gone; its public half is in -o json and full"
)


def generate(arguments: argparse.Namespace) -> Outcome:
    """The token, as ``--output`` says."""
    keypair = _key(arguments)
    provider = AttestationProvider(
        arguments.issuer,
        keypair,
        arguments.lifetime,
        trust_domain=arguments.trust_domain,
    )
    identity = AgentIdentity(
        arguments.model_family,
        arguments.model_version,
        arguments.provider_name,
        arguments.deployment_id,
    )
    audiences: list[str] = arguments.audience
    confirmation = arguments.confirmation_key
    token = provider.create_token(
        identity,
        audiences[0] if len(audiences) == 1 else audiences,
        AgentIntegrity(_digest(arguments.config), _digest(arguments.system_prompt)),
        AttestationMetadata(
            safety_level=arguments.safety_level,
            capabilities_declared=split_names(arguments.capabilities),
        ),
        confirmation_key=None if confirmation is None else read_public_key(confirmation),
        now=read_now(arguments.now),
    )
    data = {"token": token, "decoded": taken_apart(token), "public_key": keypair.to_jwk()}
    lines = {
        "token": [token],
        "json": [json.dumps(data)],
        "full": [
            f"token: {token}",
            *json.dumps(data["decoded"], indent=2).splitlines(),
            f"public key: {json.dumps(data['public_key'])}",
        ],
    }
    errors = [_THROWN_AWAY] if arguments.key_file is None else []
    return Outcome(True, data, lines[arguments.output], errors=errors)


def split_names(words: Iterable[str]) -> list[str]:
    """Names, also with commas between."""
    return [name for word in words for name in word.split(",") if name]


def _key(arguments: argparse.Namespace) -> KeyPair:
    if arguments.key_file is None:
        return KeyPair.generate(arguments.kid)
    return KeyPair.load(arguments.key_file, arguments.kid)


def _digest(text: str | None) -> str | None:
    return None if text is None else AgentIntegrity.compute_hash(read_value(text).decode())
