"""The text of an envelope: numbers, characters, depth, names of members."""

from gate.scene import call, edited, envelope
from gate.steps import SMCP, Vectors, send

vectors = Vectors()
add, refused = vectors.add, vectors.refused
refused(
    "number-smuggled",
    SMCP + "25",
    edited("9007199254740992", "9007199254740993", payload=call("t", '{"n":9007199254740992}')),
    "INVALID_SIGNATURE",
)
refused(
    "number-respelled",
    SMCP + "26",
    edited('"n":1.0', '"n":1', payload=call("t", '{"n":1.0}')),
    "INVALID_SIGNATURE",
)
for name, literal in {
    "1e400": "1e400",
    "nan": "NaN",
    "infinity": "Infinity",
    "leading-zero": "01",
    "plus": "+1",
    "bare-point": ".5",
    "hex": "0x10",
}.items():
    refused(
        "number-" + name,
        SMCP + "27",
        edited('"n":7', f'"n":{literal}', payload=call("t", '{"n":7}')),
    )
refused("lone-surrogate", SMCP + "29", edited("/workspace/a/x", "\\ud800"))
good = envelope().encode()
for name, bytes_ in {
    "overlong": good.replace(b"/workspace/a/x", b"\xc0\xaf"),
    "cesu": good.replace(b"/workspace/a/x", b"\xed\xa0\x80"),
    "bom": b"\xef\xbb\xbf" + good,
    "utf-16": envelope().encode("utf-16"),
    "raw-nul": good.replace(b"/workspace/a/x", b"a\x00b"),
    "text-after-nul": good + b"\x00x",
}.items():
    refused("bytes-" + name, SMCP + "30, 31", bytes_)
refused("deep", SMCP + "32", edited('"/workspace/a/x"', "[" * 80 + "]" * 80))
refused("extra-envelope-member", SMCP + "34", edited('"protocol"', '"admin":true,"protocol"'))
add(
    "prototype-keys",
    SMCP + "35",
    send(
        envelope(call("t", '{"__proto__":{"a":1},"constructor":1,"toJSON":2}')),
        arguments='{"__proto__":{"a":1},"constructor":1,"toJSON":2}',
    ),
    policy="open",
)
