"""The signature has one spelling."""

import json

from envelope.cases import KNOWN, Cases
from envelope.scene import members, signature, text
from vectors import b64

cases = Cases()
bad = cases.bad
raw = signature()
b = b64(raw)
url = b.replace("+", "-").replace("/", "_")
spellings = {
    "line break in it": b[:40] + "\\n" + b[40:],
    "line break after it": b + "\\n",
    "space before it": " " + b,
    "garbage in it": b[:40] + "!@#$" + b[40:],
    "padding too long": b + "==",
    "padding missing": b[:-2],
    "padding half": b[:-1],
    "data after the padding": b + "AAAA",
    "bits after the last byte": b[:-3]
    + ("B" if b[-3] == "A" else "x" if b[-3] in "wQg" else chr(ord(b[-3]) + 1))
    + "==",
    "URL-safe alphabet": url if url != b else b[:10] + "-_" + b[12:],
    "hexadecimal": raw.hex(),
    "63 bytes": b64(raw[:63]),
    "65 bytes": b64(raw + b"\0"),
    "empty": "",
    "48 bytes, the sample of the RFC": b64(raw[:48]),
}
for name, spelling in spellings.items():
    assert spelling != b
    bad(
        f"signature: {name}", text({**members(), "signature": f'"{spelling}"'}), "/signature", KNOWN
    )
for name, value in (
    ("a list of numbers", json.dumps(list(raw), separators=(",", ":"))),
    ("a number", "1"),
    ("an object", "{}"),
    ("a list of one", f'["{b}"]'),
):
    bad(f"signature: {name}", text({**members(), "signature": value}), "/signature", KNOWN)
