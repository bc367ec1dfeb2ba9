"""Writes envelope.json, in the order of its subjects.

The list `sdk` is kept from the file as it stands: those envelopes came out of the published SMCP
SDKs for Python and TypeScript and cannot be made again.
"""

import json

from envelope import good, json_text, members, published, signature, signed, timestamps
from vectors import FOLDER, write

write(
    "envelope.json",
    {
        "envelopes": [
            *good.cases,
            *signed.cases,
            *members.cases,
            *signature.cases,
            *timestamps.cases,
            *json_text.cases,
            *published.cases,
        ],
        "messages": published.messages,
        "sdk": json.loads((FOLDER / "envelope.json").read_text())["sdk"],
    },
)
