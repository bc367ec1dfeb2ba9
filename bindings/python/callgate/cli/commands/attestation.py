"""``callgate attestation``: tokens that say which agent is calling."""

from __future__ import annotations

import argparse

from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra

_TIME = "seconds since 1970, or a time like 2026-02-17T14:32:01Z; default: the clock"


def add(verbs: Verbs) -> None:
    """The parsers."""
    parser = verbs.add_parser(
        "attestation",
        help="Issue, verify and attack attestation tokens of agents",
        description="Issues, verifies and attacks attestation tokens of agents.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_keygen(actions)
    _add_generate(actions)
    _add_inspect(actions)
    _add_verify(actions)
    attack_parser = add_command(actions, "attack", _attack, "Perform attacks on a verifier")
    _add_output(attack_parser, "text", "json")
    _add_serve_jwks(actions)


def _add_output(parser: argparse.ArgumentParser, *forms: str) -> None:
    parser.add_argument(
        "-o", "--output", choices=forms, default=forms[0], help=f"{', '.join(forms)}"
    )


def _add_keygen(actions: Verbs) -> None:
    parser = add_command(actions, "keygen", _keygen, "Make a key that signs attestation tokens")
    parser.add_argument("--kid", metavar="ID", help="its name; default: its thumbprint")
    parser.add_argument(
        "-o",
        "--out-file",
        metavar="FILE",
        help="write the private key, a JWK, to a new file that only its owner may read, and the "
        "public key, a JWKS, to FILE with the ending .jwks.json; without it both are printed",
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def _add_generate(actions: Verbs) -> None:
    parser = add_command(actions, "generate", _generate, "Issue an attestation token")
    parser.add_argument("-i", "--issuer", required=True, metavar="URL", help="iss")
    parser.add_argument(
        "-a",
        "--audience",
        required=True,
        action="append",
        metavar="URL",
        help="aud: the server that the token is for; may be given again",
    )
    parser.add_argument("--model-family", default="claude-4", metavar="TEXT")
    parser.add_argument("--model-version", default="claude-sonnet-4", metavar="TEXT")
    parser.add_argument("--provider-name", default="anthropic", metavar="TEXT")
    parser.add_argument("--deployment-id", metavar="TEXT")
    parser.add_argument("--trust-domain", metavar="DOMAIN", help="of sub; default: <provider>.com")
    parser.add_argument("--lifetime", type=int, default=300, metavar="SECONDS")
    parser.add_argument(
        "--safety-level", choices=("minimal", "standard", "enhanced"), default="standard"
    )
    parser.add_argument(
        "--capabilities",
        nargs="+",
        default=[],
        metavar="NAME",
        help="with spaces or commas between",
    )
    parser.add_argument("--system-prompt", metavar="TEXT", help="text, @FILE, or - for stdin")
    parser.add_argument("--config", metavar="TEXT", help="text, @FILE, or - for stdin")
    parser.add_argument(
        "--confirmation-key",
        metavar="KEY",
        help="the agent's public key, for cnf.jwk: base64, or a file with PEM, a JWK or base64",
    )
    parser.add_argument(
        "--kid", metavar="ID", help="default: that of the key file, or a thumbprint"
    )
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        help="the private key, JWK or PEM, that only its owner may read; without it a new key "
        "signs, and is thrown away",
    )
    parser.add_argument("--now", metavar="TIME", help=_TIME)
    _add_output(parser, "token", "json", "full")


def _add_inspect(actions: Verbs) -> None:
    parser = add_command(actions, "inspect", _inspect, "Show a token without verifying it")
    parser.add_argument("token", metavar="TOKEN", help="text, @FILE, or - for stdin")
    _add_output(parser, "text", "json")


def _add_verify(actions: Verbs) -> None:
    parser = add_command(actions, "verify", _verify, "Verify a token: exit 0 verified, 1 refused")
    parser.add_argument("token", metavar="TOKEN", help="text, @FILE, or - for stdin")
    parser.add_argument(
        "-k",
        "--public-key",
        required=True,
        metavar="KEY",
        help="the issuer's: base64, or a file with a JWKS, a JWK, PEM or base64",
    )
    parser.add_argument(
        "-a", "--audience", metavar="URL", help="what aud must hold; without it aud is not compared"
    )
    parser.add_argument(
        "--trusted-issuers",
        action="append",
        default=[],
        metavar="URL[,URL]",
        help="may be given again; without it the key alone decides",
    )
    parser.add_argument(
        "--level",
        choices=("provider", "enterprise"),
        default="provider",
        help="what the issuer is trusted as (provider)",
    )
    parser.add_argument(
        "--longest-lifetime", type=int, default=300, metavar="SECONDS", help="of a token (300)"
    )
    parser.add_argument("--now", metavar="TIME", help=_TIME)
    _add_output(parser, "text", "json")


def _add_serve_jwks(actions: Verbs) -> None:
    parser = add_command(
        actions, "serve-jwks", _serve_jwks, "Serve public keys at /.well-known/jwks.json"
    )
    parser.add_argument("file", metavar="FILE", help="a JWKS; it is read again when it changes")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="any but loopback needs TLS"
    )
    parser.add_argument("--port", type=int, default=8703, metavar="PORT")
    parser.add_argument("--tls-cert", metavar="FILE", help="the chain, PEM, the server's own first")
    parser.add_argument("--tls-key", metavar="FILE", help="its private key, PEM")


# Imported when they run: other commands need not wait for them.
def _attack(arguments: argparse.Namespace) -> Outcome:
    from callgate.cli.attestation.attack import attack

    return attack(arguments)


def _keygen(arguments: argparse.Namespace) -> Outcome:
    from callgate.cli.attestation.keygen import keygen

    return keygen(arguments)


def _generate(arguments: argparse.Namespace) -> Outcome:
    from callgate.cli.attestation.generate import generate

    return generate(arguments)


def _inspect(arguments: argparse.Namespace) -> Outcome:
    from callgate.cli.attestation.inspect import inspect

    return inspect(arguments)


def _verify(arguments: argparse.Namespace) -> Outcome:
    from callgate.cli.attestation.verify import verify

    return verify(arguments)


def _serve_jwks(arguments: argparse.Namespace) -> Outcome:
    with needs_extra("attestation"):
        from callgate.cli.attestation.serve_jwks import serve_jwks

        return serve_jwks(arguments)
