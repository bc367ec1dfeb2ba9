"""Rows 48, 49, 53, 54: files that hold more or less than certificates."""

from .book import pem
from .certificate import Authority


def add(book):
    acme = Authority("Acme")
    root = acme.certificate

    def refused(title, row, file, reason, certificate=1, **options):
        book.load(
            title,
            row,
            entities={"acme": [file]},
            reason=reason,
            source="entities",
            entity="acme",
            certificate=certificate,
            **options,
        )

    def loads(title, row, files, anchors, **options):
        book.load(title, row, entities={"acme": files}, anchors=anchors, **options)

    text, key = pem(root), pem(b"\x30\x00", label="PRIVATE KEY")
    for title, label in {
        "a private key": "PRIVATE KEY",
        "an EC key": "EC PRIVATE KEY",
        "an encrypted key": "ENCRYPTED PRIVATE KEY",
    }.items():
        refused(
            f"{title} next to the authority",
            49,
            text + pem(b"\x30\x00", label=label),
            "private_key",
            2,
        )
    refused("a private key before the authority", 49, key + text, "private_key")
    for title, file in {
        "CRLF": pem(root, end="\r\n"),
        "a byte order mark": "\ufeff" + text,
        "garbage between": "x\n" + text + "y\n\n----\n" + text,
        "spaces at the ends of lines": text.replace("\n", " \t\n"),
        "no line break at the end": text.rstrip("\n"),
        "lines of 76 characters": text.replace("\n", "", 3),
    }.items():
        if title.startswith("lines"):
            body = text.splitlines()
            joined = "".join(body[1:-1])
            file = "\n".join(
                [body[0], *(joined[i : i + 76] for i in range(0, len(joined), 76)), body[-1], ""]
            )
        loads(f"PEM with {title}", 54, [file], [root])
    for title, file, reason, place in [
        (
            "a TRUSTED CERTIFICATE",
            text + pem(root, label="TRUSTED CERTIFICATE"),
            "unexpected_block",
            2,
        ),
        ("a revocation list", text + pem(b"\x30\x00", label="X509 CRL"), "unexpected_block", 2),
        ("a star in the base64", text.replace("MII", "M*I", 1), "bad_pem", 1),
        (
            "a character too few",
            text.replace("\n", "", 1).replace("-----M", "-----\n", 1),
            "bad_pem",
            1,
        ),
        ("no end", text[: text.index("-----END")], "bad_pem", 1),
        ("an end of another label", text.replace("END CERTIFICATE", "END CERT"), "bad_pem", 1),
        ("a bad block after a good one", text + "-----BEGIN CERTIFICATE-----\nAAA\n", "bad_pem", 2),
        ("an indented block", text + "  " + text.replace("\n", "\n  "), "bad_pem", 2),
        ("headers in a block", text.replace("-----\n", "-----\nProc-Type: 4\n\n", 1), "bad_pem", 1),
        ("an end alone", "-----END CERTIFICATE-----\n" + text, "bad_pem", 1),
        ("four dashes", text.replace("-----BEGIN", "----BEGIN"), "bad_pem", 1),
        ("no block", "nothing here\n", "no_certificate", None),
        ("nothing", "", "no_certificate", None),
        ("bytes after the certificate", pem(root.der() + b"\0"), "bad_certificate", 1),
        ("no certificate in a block", pem(b"\x30\x03\x02\x01\x00"), "bad_certificate", 1),
    ]:
        refused(f"PEM with {title}", 54, file, reason, place)
    refused("DER with bytes after it", 54, root.der() + b"\n", "bad_certificate")
    refused("DER cut off", 48, root.der()[:-1], "bad_certificate")
    refused("65 authorities", 53, pem(*[root] * 65), "too_many_anchors", None)
