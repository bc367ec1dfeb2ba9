"""``callgate attestation inspect``: what a token says, unverified."""

from __future__ import annotations

import argparse
import json

from callgate.cli._command import Outcome
from callgate.cli.attestation._tokens import read_token, taken_apart


def inspect(arguments: argparse.Namespace) -> Outcome:
    """Header and payload, unverified."""
    data = {**taken_apart(read_token(arguments.token)), "verified": False}
    if arguments.output == "json":
        return Outcome(True, data, [json.dumps(data)])
    lines = [
        "header:",
        *json.dumps(data["header"], indent=2).splitlines(),
        "payload:",
        *json.dumps(data["payload"], indent=2).splitlines(),
    ]
    return Outcome(True, data, lines, errors=["not verified: anyone can write such a token"])
