"""``callgate keygen``: a new Ed25519 key."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from callgate import SecretKey
from callgate.cli._command import Outcome, Verbs, add_command


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "keygen", run, "Make a new Ed25519 key")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write the secret key to a new file that only its owner may read, and print the "
        "public key; without it the secret key is printed; --json has the thumbprint too, which "
        "an execution can be tied to",
    )
    parser.add_argument("--format", choices=["pem", "jwk"], default="pem")


def run(arguments: argparse.Namespace) -> Outcome:
    """Never overwrites a file."""
    with SecretKey.generate() as key:
        as_pem = arguments.format == "pem"
        secret: Any = key.to_pem() if as_pem else key.to_jwk()
        public: Any = key.public_key.to_pem() if as_pem else key.public_key.to_jwk()
        data = {"public_key": public, "thumbprint": key.public_key.thumbprint}
        if arguments.out is None:
            return Outcome(True, {**data, "secret_key": secret}, _lines(secret))
        _write_new(arguments.out, "".join(f"{line}\n" for line in _lines(secret)))
        return Outcome(True, {**data, "file": arguments.out}, _lines(public))


def _lines(key: str | dict[str, str]) -> list[str]:
    return key.splitlines() if isinstance(key, str) else [json.dumps(key)]


def _write_new(name: str, text: str) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
