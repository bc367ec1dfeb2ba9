"""Rows 27, 29, 32, 49, 54, 55, 74: what loads as anchors, and what does not."""

from . import keys
from .book import pem
from .certificate import Authority, basic_constraints


def add(book):
    acme, globex = Authority("Acme"), Authority("Globex Inc")
    root = acme.certificate
    middle = Authority("Acme middle", acme)

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

    loads("an authority in DER", 74, [root], [root])
    loads("an authority in PEM", 74, [pem(root)], [root])
    loads("one authority in PEM and DER", 74, [pem(root), root], [root])
    loads("one authority twice in a file", 74, [pem(root, root)], [root])
    loads(
        "two authorities in a file", 74, [pem(root, globex.certificate)], [root, globex.certificate]
    )
    loads("no file", 57, [], [])

    # What is no authority.
    leaf = acme.leaf()
    refused("a pinned leaf", 27, leaf, "anchor_not_ca")
    own = acme.leaf("own", key=acme.key, subject=acme.subject)
    refused("a self-signed leaf", 27, own, "anchor_not_ca")
    refused("a leaf after an authority", 27, pem(root, leaf), "anchor_not_ca", 2)
    no_sign = Authority("No sign", usage=("cRLSign",))
    refused("an authority without keyCertSign", 27, no_sign.certificate, "anchor_not_ca")
    free = Authority("Free", usage=())
    loads("an authority without keyUsage", 27, [free.certificate], [free.certificate])
    version1 = root.but(version=1, extensions=())
    refused("a root of version 1", 27, version1, "anchor_not_ca")
    both = acme.leaf("both", usage=("digitalSignature", "keyCertSign"))
    refused("keyCertSign without CA", 27, both, "anchor_not_ca")
    bare = acme.leaf("bare", usage=None, purposes=(), constraints=basic_constraints(True))
    loads("CA is all that it says", 27, [bare], [bare])

    # The lowest of a file.
    loads(
        "an intermediate and its root in one file",
        29,
        [pem(middle.certificate, root)],
        [middle.certificate],
    )
    loads("the root first", 29, [pem(root, middle.certificate)], [middle.certificate])
    lower = Authority("Acme lower", middle)
    loads(
        "three levels in one file",
        29,
        [pem(root, lower.certificate, middle.certificate)],
        [lower.certificate],
    )
    loads(
        "an intermediate and its root in two files",
        29,
        [middle.certificate, root],
        [middle.certificate, root],
    )
    twin = Authority("Twin", subject=acme.subject, ids=False)
    loads("two roots of one name", 29, [pem(root, twin.certificate)], [root, twin.certificate])
    fresh = acme.issue_ca(acme.subject, acme.key, not_before="2026-06-01")
    loads("a renewed root next to the old", 29, [pem(root, fresh)], [root, fresh])
    book.load(
        "an intermediate and its root in a bundle",
        29,
        bundles={"mesh.example": [pem(middle.certificate, root)]},
        anchors=[middle.certificate, root],
    )

    # Keys and signatures.
    for kind in ("RSA-1024", "P-224", "secp256k1", "Ed448"):
        refused(
            f"an authority with {kind}",
            38,
            Authority("Weak", kind=kind).certificate,
            "anchor_weak_key",
        )
    spelt = acme.issue_ca(acme.subject, keys.p256_spelt_out(acme.key))
    refused("an authority on P-256 spelt out", 38, spelt, "anchor_key_encoding")
    for kind in ("RSA-2048", "P-384", "P-521", "Ed25519"):
        strong = Authority("Strong", kind=kind).certificate
        loads(f"an authority with {kind}", 40, [strong], [strong])
    rsa = Authority("RSA", kind="RSA-2048")
    refused(
        "an intermediate signed with SHA-1",
        39,
        Authority("Old", rsa, digest="sha1").certificate,
        "anchor_weak_signature",
    )
    sha1 = Authority("SHA-1", kind="RSA-2048", digest="sha1").certificate
    loads("a root signed with SHA-1", 39, [sha1], [sha1])

    # One key, one entity; one name, one meaning.
    clash = {"reason": "anchor_of_two", "source": "entities", "certificate": 1}
    book.load(
        "one anchor of two entities",
        32,
        entities={"acme": [root], "globex": [root]},
        entity="globex",
        **clash,
    )
    book.load(
        "one key in two certificates of two entities",
        32,
        entities={"acme": [root], "globex": [fresh]},
        entity="globex",
        **clash,
    )
    book.load(
        "one anchor of an entity and a trust domain",
        32,
        entities={"acme": [root]},
        bundles={"mesh.example": [root]},
        entity="mesh.example",
        **clash | {"source": "bundles"},
    )
    book.load(
        "one key in two certificates of one entity",
        32,
        entities={"acme": [root, fresh]},
        anchors=[root, fresh],
    )
    twice = {"reason": "name_twice", "certificate": None}
    book.load(
        "an entity's name is a trust domain's",
        55,
        entities={"acme": [root]},
        bundles={"acme": [globex.certificate]},
        source="bundles",
        entity="acme",
        **twice,
    )
    book.load(
        "two entities that differ in case",
        55,
        entities={"Acme": [root], "acme": [globex.certificate]},
        source="entities",
        entity="acme",
        **twice,
    )
    book.load(
        "a trust domain in two sources",
        22,
        sources=[
            ("a", {"bundles": {"mesh.example": [root]}}),
            ("b", {"bundles": {"mesh.example": [globex.certificate]}}),
        ],
        source="b",
        entity="mesh.example",
        **twice,
    )
    book.load(
        "an entity in two sources",
        56,
        sources=[
            ("a", {"entities": {"acme": [root]}}),
            ("b", {"entities": {"acme": [root, globex.certificate]}}),
        ],
        anchors=[root, globex.certificate],
    )
    book.load(
        "two entities of two sources that differ in case",
        55,
        sources=[
            ("a", {"entities": {"acme": [root]}}),
            ("b", {"entities": {"ACME": [globex.certificate]}}),
        ],
        source="b",
        entity="ACME",
        **twice,
    )
    book.load(
        "an unavailable source is not read",
        56,
        sources=[
            ("a", {"entities": {"acme": [root]}}),
            ("b", {"entities": {"globex": [root]}, "available": False}),
        ],
        anchors=[root],
    )

    for title, name in {
        "a dot": "ac.me",
        "two dots and a slash": "../x",
        "nothing": "",
        "a hyphen first": "-acme",
        "an underscore first": "_acme",
        "a space": "ac me",
        "a NUL": "ac\0me",
        "an umlaut": "\u00e4cme",
        "256 bytes": "a" * 256,
        "a line break": "acme\n",
    }.items():
        book.load(
            f"a name with {title}",
            55,
            entities={name: [root]},
            reason="bad_entity_name",
            source="entities",
            entity=name or None,
            certificate=None,
        )
    for name in ("a", "0", "CON", "partner-corp_1", "A" * 255):
        book.load(f"the name {name[:20]}", 55, entities={name: [root]}, anchors=[root])
    for title, name in {
        "upper case": "Mesh.example",
        "a scheme": "spiffe://mesh.example",
        "a port": "mesh.example:1",
        "nothing": "",
        "256 bytes": "a" * 256,
        "a slash": "mesh.example/",
    }.items():
        book.load(
            f"a trust domain with {title}",
            24,
            bundles={name: [root]},
            reason="bad_trust_domain",
            source="bundles",
            entity=name or None,
            certificate=None,
        )

    book.load(
        "a bad element of what is revoked",
        34,
        entities={"acme": [root]},
        revoked=["00" * 31],
        reason="bad_revoked",
        source=None,
        entity=None,
        certificate=1,
    )
    book.load(
        "a certificate and a digest as revoked",
        34,
        entities={"acme": [root]},
        revoked=["00" * 32, leaf, pem(leaf)],
        anchors=[root],
    )
    book.load(
        "a skew of 61 s",
        2,
        entities={"acme": [root]},
        options={"not_before_skew": 61},
        reason="bad_option",
        source=None,
        entity=None,
        certificate=None,
    )
