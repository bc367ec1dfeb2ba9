"""A gateway whose execution is tied to attestation tokens, and the issuer of these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from callgate.attestation.core import AgentIdentity, AttestationProvider, KeyPair
from gateway_process import WORKLOAD, replace, write_gateway

ISSUER = "https://agents.example"
GATEWAY = "https://gateway.example"
IDENTITY = AgentIdentity("m", "m-1", "agents")
SUBJECT = IDENTITY.to_spiffe_id()
TIE = {"attestation": {"issuer": ISSUER, "subject": SUBJECT, "trust_level": "enterprise"}}
NAMED = {
    "attestation_issuer": ISSUER,
    "attestation_subject": SUBJECT,
    "trust_level": "provider",
}
"""How operators and the audit trail see it."""


class AttestedGateway:
    """Its files, in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keypair = KeyPair.generate("2026-11")
        self.config = write_gateway(folder, attestation=self._settings())
        entry = {"workload_id": WORKLOAD, "scopes": ["clock"], "tie": TIE}
        replace(folder / "executions.yaml", json.dumps([entry]))
        self.publish(self.keypair)

    def publish(self, *keypairs: KeyPair) -> None:
        """The issuer's JWKS from now on."""
        keys = [one.to_jwk() for one in keypairs]
        replace(self.folder / "issuer.jwks.json", json.dumps({"keys": keys}))

    def deny(self, **denied: list[str]) -> None:
        """Writes the configuration again, with more that its issuer may not."""
        config = json.loads(self.config.read_text())
        config["attestation"] = self._settings(**denied)
        replace(self.config, json.dumps(config))

    def token(self, keypair: KeyPair | None = None, **options: Any) -> str:
        """Good for one session, unless told otherwise."""
        provider = AttestationProvider(ISSUER, keypair or self.keypair)
        return provider.create_token(IDENTITY, **{"audience": GATEWAY, **options})

    def _settings(self, **denied: list[str]) -> dict[str, Any]:
        issuer = {"issuer": ISSUER, "jwks_file": "issuer.jwks.json", **denied}
        return {"audience": GATEWAY, "issuers": [issuer]}
