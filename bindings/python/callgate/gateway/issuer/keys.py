"""The keys of the issuer and of the audit, as the configuration says."""

from __future__ import annotations

import contextlib
from pathlib import Path

from callgate import CallgateError, PublicKey, SecretKey
from callgate._key_file import load_secret_key, make_secret_key
from callgate.gateway.config import GatewayConfig, IssuerSettings
from callgate.gateway.issuer.signers.local import LocalSigner


def open_signer(settings: IssuerSettings) -> LocalSigner:
    """Reads the key that signs and those that are retired. Raises CallgateError, OSError."""
    retired = {kid: _public_key(path) for kid, path in settings.retired.items()}
    signer = LocalSigner.from_file(settings.key, key_id=settings.kid, retired=retired)
    if signer.key_id in settings.compromised:
        signer.close()
        raise CallgateError(
            "the key that signs is marked as compromised", "INVALID_ARGUMENT", str(settings.key)
        )
    return signer


def _public_key(path: Path) -> PublicKey:
    text = path.read_bytes()
    try:
        if text.lstrip().startswith(b"{"):
            return PublicKey.from_jwk(text)
        return PublicKey.from_pem(text)
    except CallgateError as error:
        message = "the file holds no Ed25519 public key, PEM or JWK"
        raise CallgateError(message, error.code_name, str(path)) from error


def audit_keys(
    config: GatewayConfig, stack: contextlib.ExitStack | contextlib.AsyncExitStack
) -> tuple[SecretKey, SecretKey | None]:
    """The audit's key, and the one before it; ``stack`` erases them. Raises CallgateError, OSError.

    Where the configuration names none, the first start makes one in the state folder.
    """
    if config.audit.key is None and not config.audit_key.exists():
        # A verifier must get the public key from elsewhere than the trail.
        make_secret_key(config.audit_key)
    key = stack.enter_context(load_secret_key(config.audit_key))
    if config.audit.previous_key is None:
        return key, None
    return key, stack.enter_context(load_secret_key(config.audit.previous_key))
