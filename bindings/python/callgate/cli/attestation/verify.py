"""``callgate attestation verify``: a token against the given key."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from callgate import CallgateError, PublicKey
from callgate.attestation._engine import read_attestation_jwks
from callgate.attestation.core import ANY_AUDIENCE, REASONS, AttestationVerifier, IssuerTrust
from callgate.cli._command import Outcome
from callgate.cli._input import (
    BASE64_KEY_CHARACTERS,
    input_error,
    public_key_of,
    read_file,
    read_now,
    read_public_key,
)
from callgate.cli.attestation._tokens import read_token, taken_apart
from callgate.cli.attestation.generate import split_names


def verify(arguments: argparse.Namespace) -> Outcome:
    """0 verified, 1 refused; in every form of output."""
    token = read_token(arguments.token)
    unverified = _unverified(token)
    keys = _keys(arguments.public_key, unverified.get("kid"))
    # Without --trusted-issuers the key alone decides, under any name.
    issuers = split_names(arguments.trusted_issuers) or [unverified.get("iss") or "any"]
    trusted = [
        IssuerTrust(
            issuer,
            level=arguments.level,
            keys=keys,
            longest_lifetime=arguments.longest_lifetime,
        )
        for issuer in issuers
    ]
    audience = ANY_AUDIENCE if arguments.audience is None else arguments.audience
    verifier = AttestationVerifier(trusted, audience=audience)
    result = asyncio.run(verifier.verify(token, now=read_now(arguments.now)))
    data: dict[str, Any] = {
        "verified": result.verified,
        "trust_level": result.trust_level.value,
        "issuer": result.issuer,
        "subject": result.subject,
        "audience_checked": result.audience_checked,
        "error": result.error,
        "error_code": result.error_code,
        "reason": result.reason,
        "where": result.where,
    }
    if arguments.output == "json":
        return Outcome(result.verified, data, [json.dumps(data)])
    if result.verified:
        lines = [
            f"verified: {result.subject}",
            f"issuer: {result.issuer}",
            f"trust level: {result.trust_level}",
            f"audience: {'as expected' if result.audience_checked else 'not compared'}",
        ]
    else:
        reason = result.reason or ""
        lines = [f"refused ({reason}): {result.error}", f"advice: {REASONS[reason].advice}"]
    return Outcome(result.verified, data, lines)


def _unverified(token: str) -> dict[str, str]:
    """What names the key and the issuer, where they are strings; the verifier judges the token."""
    try:
        parts = taken_apart(token)
    except CallgateError:
        return {}
    named = {"kid": parts["header"].get("kid"), "iss": parts["payload"].get("iss")}
    return {name: value for name, value in named.items() if isinstance(value, str) and value}


def _keys(text: str, kid: str | None) -> dict[str, PublicKey]:
    """The keys of a JWKS by their names; a single key has the name that the token gives it."""
    if len(text) == BASE64_KEY_CHARACTERS and text.endswith("="):
        return {kid or "any": read_public_key(text)}
    data = read_file(text)
    document = _json_object(data)
    if "keys" in document:
        keys, skipped = read_attestation_jwks(data)
        if not keys:
            why = "; ".join(f"key {index}: {reason}" for index, reason in skipped)
            raise input_error(f"there is no usable key: {why or 'the set is empty'}", text)
        return dict(keys)
    named = document.get("kid")
    return {named if isinstance(named, str) else kid or "any": public_key_of(data, text)}


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
