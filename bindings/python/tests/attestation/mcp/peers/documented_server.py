"""The server of the published package's documentation, on standard input and output.

documented_server.py SECRET_KEY_FILE, with the key of the issuer that it trusts.
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from callgate.attestation import KeyPair, TrustLevel
from document_examples import SERVER, compiled


async def main(key_file: str) -> None:
    keypair = KeyPair.load(key_file, "my-key")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        names = {"trusted_keypair": keypair, "TrustLevel": TrustLevel}
        made = await compiled(SERVER, names)()
    assert ["audience" in str(warning.message) for warning in warned] == [True]
    await made["attesting_server"].run_stdio()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
