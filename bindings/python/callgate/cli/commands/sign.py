"""``callgate sign``: an envelope around an MCP message."""

from __future__ import annotations

import argparse

from callgate import create_envelope
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import read_json_file, read_now, read_secret_key, read_value


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "sign", run, "Sign an MCP message into an envelope")
    parser.add_argument("--key", required=True, metavar="FILE", help="secret key, PEM or JWK")
    parser.add_argument("--token", required=True, metavar="TOKEN", help="text, @FILE, or -")
    parser.add_argument("--protocol", choices=["smcp/v1", "seal/v1"], default="smcp/v1")
    parser.add_argument("--now", metavar="TIME", help="seconds or ISO 8601; default: the clock")
    parser.add_argument("payload", metavar="PAYLOAD", help="a file, - for stdin, or JSON text")


def run(arguments: argparse.Namespace) -> Outcome:
    """The envelope, as it goes over the wire."""
    with read_secret_key(arguments.key) as key:
        envelope = create_envelope(
            read_json_file(arguments.payload),
            read_value(arguments.token).strip(),
            key,
            now=read_now(arguments.now),
            protocol=arguments.protocol,
        ).decode()
    return Outcome(True, {"envelope": envelope}, [envelope])
