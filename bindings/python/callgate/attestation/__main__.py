"""``python -m callgate.attestation``: the command ``callgate attestation``."""

import sys

from callgate.cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["attestation", *sys.argv[1:]]))
