"""``callgate connect``: an MCP server on standard input and output, behind a gateway."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callgate.cli._command import Outcome, Verbs
from callgate.cli._extra import needs_extra
from callgate.cli._input import input_error

DESCRIPTION = "Serve a gateway's tools as an MCP server on standard input and output"


def add(verbs: Verbs) -> None:
    """The parser."""
    # No --json: standard output carries MCP, and nothing else.
    parser = verbs.add_parser(
        "connect", help=DESCRIPTION, description=f"{DESCRIPTION}.", allow_abbrev=False
    )
    parser.set_defaults(run=run, json=False)
    parser.add_argument(
        "--gateway", required=True, metavar="URL", help="https://…, http:// on loopback, unix:/path"
    )
    parser.add_argument("--workload", required=True, metavar="ID", help="the execution's id")
    parser.add_argument("--scope", required=True, metavar="NAME", help="the SecurityContext")
    parser.add_argument("--generation", choices=["A", "B", "C"], default="B", help="of the paths")
    parser.add_argument(
        "--enrolment-secret", metavar="REF", help="env:NAME or file:PATH; never the secret itself"
    )
    parser.add_argument(
        "--attestation-token-file",
        metavar="FILE",
        help="the agent's attestation token; read at each attestation, each of which needs another "
        "token",
    )
    parser.add_argument(
        "--key", metavar="FILE", help="the agent's secret key, PEM or JWK, 0600; else a kept one"
    )
    parser.add_argument("--ca", metavar="FILE", help="authorities instead of the system's, PEM")
    parser.add_argument("--certificate", metavar="FILE", help="client certificate, PEM")
    parser.add_argument("--certificate-key", metavar="FILE", help="its key, if in another file")
    parser.add_argument("--call-timeout", type=float, default=30.0, metavar="SECONDS")


def run(arguments: argparse.Namespace) -> Outcome:
    """Runs until standard input ends, or an interrupt. Prints nothing itself."""
    with needs_extra("gateway"):
        from callgate.connect.kept_key import kept_key_file
        from callgate.connect.run import run as serve
        from callgate.connect.session_key import SessionKey

    _check_gateway(arguments.gateway)
    # What is wrong on the command line shall leave no key behind.
    secret, certificate = _secret(arguments.enrolment_secret), _certificate(arguments)
    path = arguments.key or kept_key_file(
        os.environ, arguments.gateway, arguments.workload, arguments.scope
    )
    with contextlib.suppress(KeyboardInterrupt), SessionKey(path) as key:
        serve(
            arguments.gateway,
            arguments.workload,
            arguments.scope,
            generation=arguments.generation,
            key=key,
            enrolment_secret=secret,
            attestation_token=_token_reader(arguments.attestation_token_file),
            ca_file=arguments.ca,
            client_certificate=certificate,
            call_timeout=arguments.call_timeout,
        )
    return Outcome(True, None, raw=b"")


def _check_gateway(url: str) -> None:
    from callgate.smcp._address import parse_address
    from callgate.smcp.errors import ConfigurationError

    try:
        parse_address(url)
    except ConfigurationError as error:
        message = error.message.removeprefix("gateway_url ")
        raise input_error(message, "--gateway") from error


def _secret(reference: str | None) -> str | None:
    if reference is None:
        return None
    with needs_extra("gateway"):
        from callgate.settings.secrets import read_secret
    try:
        return read_secret(reference, os.environ, Path()).reveal()
    except ValueError as error:
        raise input_error(str(error), "--enrolment-secret") from error


def _token_reader(name: str | None) -> Callable[[], str] | None:
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise input_error("there is no such file", "--attestation-token-file")
    return lambda: path.read_text(encoding="ascii", errors="replace").strip()


def _certificate(arguments: argparse.Namespace) -> Any:
    if arguments.certificate_key is None:
        return arguments.certificate
    if arguments.certificate is None:
        raise input_error("needs --certificate", "--certificate-key")
    return (arguments.certificate, arguments.certificate_key)
