"""``callgate attestation keygen``: a key of an issuer, private and public."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from callgate.attestation.core import KeyPair
from callgate.cli._command import Outcome


def keygen(arguments: argparse.Namespace) -> Outcome:
    """Never overwrites a file."""
    keypair = KeyPair.generate(arguments.kid)
    private = {**keypair.private_key.to_jwk(), "kid": keypair.kid}
    public = keypair.to_jwk()
    data: dict[str, Any] = {"kid": keypair.kid, "public_key": public}
    lines = [f"kid: {keypair.kid}", f"public key: {json.dumps(public)}"]
    if arguments.out_file is None:
        data["private_key"] = private
        lines.append(f"private key: {json.dumps(private)}")
    else:
        file = Path(arguments.out_file)
        published = file.with_suffix(".jwks.json")
        _write_new(published, {"keys": [public]}, 0o644)
        try:
            _write_new(file, private, 0o600)
        except OSError:
            published.unlink()
            raise
        data |= {"private_key_file": str(file), "public_key_file": str(published)}
        lines += [f"private key file: {file}", f"public key file: {published}"]
    if arguments.output == "json":
        lines = [json.dumps(data)]
    return Outcome(True, data, lines)


def _write_new(path: Path, value: object, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(value) + "\n")
