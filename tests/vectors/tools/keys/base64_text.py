"""A public key in base64 has one spelling."""

from keys.cases import refused
from vectors import b64, key


def refused_cases():
    k, other = key("TEST 1"), key("TEST 2")
    source = "RFC 4648 section 3"
    good = b64(k.public)
    yield refused("no padding", "base64", good[:-1], "one spelling only", source=source)
    yield refused("line end after it", "base64", good + "\n", "one spelling only", source=source)
    yield refused(
        "line end in it", "base64", good[:20] + "\n" + good[20:], "alphabet", source=source
    )
    yield refused(
        "URL-safe alphabet",
        "base64",
        b64(bytes.fromhex(other.public.hex())).translate(str.maketrans("+/", "-_"))
        if set("+/") & set(b64(other.public))
        else "-" + good[1:],
        "alphabet",
        source=source,
    )
    flipped = good[:-2] + chr(ord(good[-2]) + 1) + "="
    yield refused(
        "bits after the last byte are not zero",
        "base64",
        flipped,
        "one spelling only",
        source=source,
    )
    yield refused(
        "hex", "base64", k.public.hex(), "length", source="SEAL RFC 6.5.3, a sample in hex"
    )
    yield refused("31 bytes", "base64", b64(k.public[:31]), "length", source=source)
    yield refused("33 bytes", "base64", b64(k.public + b"\0"), "length", source=source)
    yield refused("nothing", "base64", "", "length", source=source)
