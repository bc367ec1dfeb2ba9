"""``callgate token``: issues and verifies security tokens."""

from __future__ import annotations

import argparse
import json
from typing import Any

from callgate import JsonError, TokenError, canonicalize, issue_token, verify_token
from callgate.cli._command import Outcome, Verbs, add_command, error_data
from callgate.cli._input import (
    input_error,
    place,
    read_file,
    read_now,
    read_public_key,
    read_secret_key,
    read_value,
)

CLAIMS = ("sub", "scp", "iss", "aud", "jti")


def add(verbs: Verbs) -> None:
    """The parsers of both verbs."""
    parser = verbs.add_parser("token", help="Issue or verify a security token")
    inner = parser.add_subparsers(metavar="COMMAND", required=True)

    issue = add_command(inner, "issue", run_issue, "Sign claims into a token")
    issue.add_argument("--key", required=True, metavar="FILE", help="secret key, PEM or JWK")
    issue.add_argument("--claims", metavar="JSON", help="JSON text, @FILE, or - for stdin")
    for claim in CLAIMS:
        issue.add_argument(f"--{claim}", metavar="TEXT", help=f"the claim {claim}")
    issue.add_argument("--bind", metavar="KEY", help="the session's public key, for cnf.jkt")
    issue.add_argument("--kid", metavar="TEXT", help="key id in the header")
    issue.add_argument("--lifetime", type=int, default=3600, metavar="SECONDS")
    issue.add_argument("--now", metavar="TIME", help="seconds or ISO 8601; default: the clock")

    verify = add_command(inner, "verify", run_verify, "Verify a token, and print its claims")
    keys = verify.add_mutually_exclusive_group(required=True)
    keys.add_argument(
        "--issuer-key",
        action="append",
        metavar="KEY",
        help="base64, or a file: PEM, JWK or base64; may be given more than once",
    )
    keys.add_argument("--jwks", metavar="FILE", help="the issuer's keys, RFC 7517")
    verify.add_argument("--issuer", metavar="TEXT", help="what iss must be")
    audience = verify.add_mutually_exclusive_group()
    audience.add_argument(
        "--audience",
        metavar="TEXT",
        help="what aud must hold; without it, a token with aud is refused",
    )
    audience.add_argument(
        "--accept-any-audience", action="store_true", help="take a token whatever its aud says"
    )
    verify.add_argument("--leeway", type=int, default=0, metavar="SECONDS")
    verify.add_argument("--now", metavar="TIME", help="seconds or ISO 8601; default: the clock")
    verify.add_argument("token", metavar="TOKEN", help="text, @FILE, or - for stdin")


def run_issue(arguments: argparse.Namespace) -> Outcome:
    """The token."""
    with read_secret_key(arguments.key) as key:
        token = issue_token(
            _claims(arguments),
            key,
            kid=arguments.kid,
            lifetime=arguments.lifetime,
            now=read_now(arguments.now),
        )
    return Outcome(True, {"token": token}, [token])


def run_verify(arguments: argparse.Namespace) -> Outcome:
    """0 valid, 1 refused."""
    issuer_keys: Any = (
        read_file(arguments.jwks)
        if arguments.jwks is not None
        else [read_public_key(key) for key in arguments.issuer_key]
    )
    try:
        claims = verify_token(
            read_value(arguments.token).strip(),
            issuer_keys,
            now=read_now(arguments.now),
            issuer=arguments.issuer,
            audience=arguments.audience,
            leeway=arguments.leeway,
            accept_any_audience=arguments.accept_any_audience,
        )
    except TokenError as error:
        data = {"verified": False, **error_data(error.code_name, error.message, error.where)}
        return Outcome(False, data, [f"{error.code_name}: {error}"])
    data = {"verified": True, "claims": {**claims}, "key_id": claims.key_id}
    return Outcome(True, data, [json.dumps({**claims})])


def _claims(arguments: argparse.Namespace) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if arguments.claims is not None:
        text = read_value(arguments.claims)
        try:
            claims = json.loads(canonicalize(text))  # strict, where Python's reader is not
        except JsonError as error:
            raise place(error, text, "--claims") from error
        if not isinstance(claims, dict):
            raise input_error("expected a JSON object", "--claims")
    options = {name: getattr(arguments, name) for name in CLAIMS}
    claims.update({name: value for name, value in options.items() if value is not None})
    if arguments.bind is not None:
        claims["cnf"] = {"jkt": read_public_key(arguments.bind).thumbprint}
    return claims
