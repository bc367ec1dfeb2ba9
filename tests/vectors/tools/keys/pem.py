"""Keys in PEM: one block of one form, and everything that is not quite it."""

import base64

from keys.cases import accepted, pem_block, refused
from vectors import key


def accepted_cases():
    k = key("TEST 1")
    for end, name in (("\n", "LF"), ("\r\n", "CRLF")):
        for kind, text in (("public", k.public_pem), ("private", k.private_pem)):
            lines = text.replace("\n", end)
            yield accepted(f"{kind} pem: {name}", "pem", lines, kind == "private", "RFC 7468")
            yield accepted(
                f"{kind} pem: {name}, no line end at the end",
                "pem",
                lines.removesuffix(end),
                kind == "private",
                "RFC 7468",
            )


def refused_cases():
    k = key("TEST 1")
    source = "RFC 7468, RFC 8410"
    for private_form, text, label in (
        (False, k.public_pem, "PUBLIC KEY"),
        (True, k.private_pem, "PRIVATE KEY"),
    ):
        body = text.split("\n")[1]
        der = base64.b64decode(body)

        def bad(name, changed, reason="form", private_form=private_form, text=text):
            assert changed != text
            return refused(name, "pem", changed, reason, private_form, source)

        yield bad("nothing", "")
        yield bad("text before it", "x\n" + text)
        yield bad("a space before it", " " + text)
        yield bad("text after it", text + "x")
        yield bad("two line ends after it", text + "\n")
        yield bad("two blocks", text + text)
        yield bad("an explanatory header", text.replace("\n", "\nProc-Type: 4,ENCRYPTED\n\n", 1))
        yield bad("mixed line ends", text.replace("\n", "\r\n", 1))
        yield bad("CR only", text.replace("\n", "\r"))
        yield bad("no line end after BEGIN", text.replace("\n", "", 1))
        yield bad("broken into two lines", pem_block(label, der, width=32))
        yield bad("a space in the base64", text.replace(body, body[:8] + " " + body[8:]))
        yield bad(
            "padding missing or too much",
            text.replace(body, body.rstrip("=") + ("" if body.endswith("=") else "=")),
        )
        yield bad("wrong label", text.replace(label, "ED25519 KEY"))
        yield bad("END of another label", text.replace(f"END {label}", "END KEY"))
        yield bad("lower case", text.replace("BEGIN", "begin"))
        yield bad("no END", text.split("-----END")[0])
        yield bad(
            "X25519 (1.3.101.110)",
            pem_block(label, der.replace(b"\x2b\x65\x70", b"\x2b\x65\x6e")),
            "another algorithm",
        )
        yield bad(
            "Ed448 (1.3.101.113)",
            pem_block(label, der.replace(b"\x2b\x65\x70", b"\x2b\x65\x71")),
            "another algorithm",
        )
        yield bad("one byte more", pem_block(label, der + b"\0"), "length")
        yield bad("one byte less", pem_block(label, der[:-1]), "length")
        yield bad(
            "algorithm with NULL parameters",
            pem_block(
                label,
                der.replace(
                    b"\x30\x05\x06\x03\x2b\x65\x70", b"\x30\x07\x06\x03\x2b\x65\x70\x05\x00"
                ),
            ),
            "DER",
        )
        yield bad(
            "outer length one too large",
            pem_block(label, der[:1] + bytes([der[1] + 1]) + der[2:]),
            "DER",
        )
        yield bad("a NUL after it", text + "\0")
    yield refused("a private block", "pem", k.private_pem, "another label", False, source)
    yield refused("a public block", "pem", k.public_pem, "another label", True, source)
    yield refused(
        "encrypted",
        "pem",
        k.private_pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        "encrypted keys are opened elsewhere",
        True,
        source,
    )
    v2 = (
        "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
        "Z9w7lshQhqowtrbLDFw4rXAxZuE="
    )
    yield refused(
        "version 2 with attributes and public key",
        "pem",
        f"-----BEGIN PRIVATE KEY-----\n{v2}\n-----END PRIVATE KEY-----\n",
        "one form only: version 1 without attributes",
        True,
        "RFC 8410 section 10.3",
    )
