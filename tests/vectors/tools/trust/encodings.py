"""Row 34: a revoked key in another encoding, which would have another digest."""

from . import der, keys
from .certificate import Authority


def add(book):
    root = Authority("Root")
    trust = {"acme": [root.certificate]}

    def refused(title, chain, where, reason="key_encoding", **options):
        book.chain(title, 34, chain, entities=trust, reason=reason, where=where, **options)

    for title, key in keys.other_encodings("Encoded").items():
        refused(f"a leaf's key as {title}", [root.leaf("encoded", key=key)], "leaf")
        middle = Authority("Encoded", root, key=key)
        refused(
            f"an intermediate's key as {title}",
            [middle.leaf(digest="sha256"), middle.certificate],
            "intermediate 1",
        )
        book.load(
            f"an anchor's key as {title}",
            34,
            entities={"acme": [Authority("Encoded", key=key).certificate]},
            reason="anchor_key_encoding",
            source="entities",
            entity="acme",
            certificate=1,
        )

    # The neighbours: each kind of key as it is usually written.
    for kind in ("P-256", "P-384", "P-521", "RSA-2048", "Ed25519"):
        usual = Authority("Usual", root, kind=kind)
        book.chain(
            f"keys of {kind} as they are usually written",
            34,
            [usual.leaf("usual", kind=kind), usual.certificate],
            entities=trust,
            entity="acme",
        )
        book.chain(
            f"the key of an authority with {kind} is revoked",
            34,
            [usual.leaf("usual", kind=kind), usual.certificate],
            entities=trust,
            revoked=[usual.key.spki_sha256],
            reason="revoked",
            where="intermediate 1",
        )

    revoked = Authority("Revoked", root)
    compressed = keys.other_encodings("Revoked")["a compressed point"]
    cross = root.issue_ca(revoked.subject, compressed)
    refused(
        "a revoked key returns compressed",
        [revoked.leaf(), cross],
        "intermediate 1",
        revoked=[revoked.key.spki_sha256],
    )
    refused(
        "a revoked leaf, and a key in another encoding",
        [revoked.leaf(), cross],
        "leaf",
        "revoked",
        revoked=[revoked.leaf().key.spki_sha256],
    )
    book.load(
        "one key as the anchor of two, in two encodings",
        34,
        entities={
            "acme": [Authority("Revoked").certificate],
            "globex": [Authority("Revoked", key=compressed).certificate],
        },
        reason="anchor_key_encoding",
        source="entities",
        entity="globex",
        certificate=1,
    )
    book.load(
        "what is revoked is a certificate with its key in another encoding",
        34,
        entities=trust,
        revoked=[cross],
        reason="bad_revoked",
        source=None,
        entity=None,
        certificate=1,
    )

    # RSA by its identifier in X.500, which libcrypto reads as well.
    number = keys.Key("X.500", "RSA-2048")
    parts = der.sequence(der.oid("2.5.8.1.1"), der.integer(2048))
    x500 = keys.Encoded(number, der.sequence(parts, number.spki[19:]))
    refused(
        "a leaf's RSA key by its X.500 identifier", [root.leaf("x", key=x500)], "leaf", "weak_key"
    )
