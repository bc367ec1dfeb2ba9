"""``callgate verify``: form and signature of an envelope."""

from __future__ import annotations

import argparse

from callgate import EnvelopeError, verify_envelope
from callgate.cli._command import Outcome, Verbs, add_command, error_data
from callgate.cli._input import read_json_file, read_public_key


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "verify", run, "Verify form and signature of an envelope, and print its payload"
    )
    parser.add_argument(
        "--public-key", required=True, metavar="KEY", help="base64, or a file: PEM, JWK or base64"
    )
    parser.add_argument("envelope", metavar="ENVELOPE", help="a file, - for stdin, or JSON text")


def run(arguments: argparse.Namespace) -> Outcome:
    """0 verified, 1 refused. Says nothing of freshness, of the token or of what is asked for."""
    public_key = read_public_key(arguments.public_key)
    try:
        envelope = verify_envelope(read_json_file(arguments.envelope), public_key)
    except EnvelopeError as error:
        data = {"verified": False, **error_data(error.code_name, error.message, error.where)}
        return Outcome(False, data, [f"{error.code_name}: {error}"])
    payload = envelope.payload.decode()
    data = {
        "verified": True,
        "payload": payload,
        "timestamp": envelope.timestamp.isoformat(timespec="milliseconds"),
        "security_token": envelope.security_token,
        "protocol": envelope.protocol,
    }
    return Outcome(True, data, [payload])
