"""Rows 1 to 12, 26, 38, 39, 41, 73: what a leaf must be."""

from . import der, keys
from .certificate import (
    ANY,
    CLIENT,
    SERVER,
    Authority,
    address,
    alternative_names,
    basic_constraints,
    directory,
    dns,
    extended_key_usage,
    extension,
    key_usage,
    name,
    uri,
)

EMAIL = "1.3.6.1.5.5.7.3.4"
STAMP = "1.3.6.1.5.5.7.3.8"


def add(book):
    acme = Authority("Acme")
    root = acme.certificate
    trust = {"acme": [root]}

    def good(title, row, leaf, **options):
        book.chain(title, row, [leaf], entities=trust, entity="acme", anchor=root, **options)

    def bad(title, row, leaf, reason, **options):
        book.chain(title, row, [leaf], entities=trust, reason=reason, where="leaf", **options)

    # Times. A certificate counts from its notBefore, and until before its notAfter.
    leaf = acme.leaf()
    good("a leaf of a registered authority", 0, leaf, until="2027-02-01")
    bad("expired for a month", 1, leaf, "expired", at="2027-03-01")
    bad("expired at its notAfter", 1, leaf, "expired", at="2027-02-01")
    good("one second before its notAfter", 1, leaf, at="2027-01-31T23:59:59")
    bad("not valid for another month", 2, leaf, "not_yet_valid", at="2026-10-01")
    bad("one second before its notBefore", 2, leaf, "not_yet_valid", at="2026-10-31T23:59:59")
    good("at its notBefore", 2, leaf, at="2026-11-01")
    skew = {"not_before_skew": 60}
    good("within the skew of 60 s", 2, leaf, at="2026-10-31T23:59:00", options=skew)
    bad("beyond the skew of 60 s", 2, leaf, "not_yet_valid", at="2026-10-31T23:58:59", options=skew)
    bad("no skew after notAfter", 1, leaf, "expired", at="2027-02-01", options=skew)
    bad(
        "until 1949 is until 2049 no more",
        1,
        acme.leaf("old", not_before="1950-01-01", not_after="1951-01-01"),
        "expired",
    )

    # Extended key usage.
    bad("serverAuth only", 4, acme.leaf(purposes=[SERVER]), "wrong_eku")
    bad("emailProtection and timeStamping", 4, acme.leaf(purposes=[EMAIL, STAMP]), "wrong_eku")
    bad("a purpose of a private arc", 4, acme.leaf(purposes=["1.3.6.1.4.1.55555.1"]), "wrong_eku")
    good("clientAuth only", 4, acme.leaf(purposes=[CLIENT]))
    good("clientAuth next to others", 4, acme.leaf(purposes=[EMAIL, CLIENT, STAMP]))
    critical = acme.leaf(purposes=(), more=[extended_key_usage(CLIENT, critical=True)])
    good("a critical extendedKeyUsage with clientAuth", 4, critical)
    any_only = acme.leaf(purposes=[ANY])
    bad("anyExtendedKeyUsage only", 5, any_only, "wrong_eku")
    good("anyExtendedKeyUsage where it is accepted", 5, any_only, options={"accept_any_eku": True})
    bad(
        "serverAuth where any is accepted",
        5,
        acme.leaf(purposes=[SERVER]),
        "wrong_eku",
        options={"accept_any_eku": True},
    )
    good("anyExtendedKeyUsage next to clientAuth", 5, acme.leaf(purposes=[ANY, CLIENT]))
    without = acme.leaf(purposes=())
    good("no extendedKeyUsage", 6, without)
    bad(
        "no extendedKeyUsage where one is required",
        6,
        without,
        "wrong_eku",
        options={"require_eku": True},
    )
    good(
        "clientAuth where one is required",
        6,
        acme.leaf(purposes=[CLIENT]),
        options={"require_eku": True},
    )

    # Authorities as leaves.
    reference = Authority(
        "Entity",
        acme,
        usage=("digitalSignature", "keyCertSign"),
        path_length=0,
        more=[extended_key_usage(CLIENT, SERVER)],
    )
    bad("an authority as leaf, with digitalSignature", 8, reference.certificate, "ca_leaf")
    bad("an authority as leaf", 8, Authority("Sub", acme).certificate, "ca_leaf")
    bad("the anchor itself as leaf", 8, root, "ca_leaf")
    bare = acme.leaf("bare", usage=None, purposes=(), constraints=basic_constraints(True))
    bad("CA is all that it says", 8, bare, "ca_leaf")
    good("basicConstraints that deny CA", 8, acme.leaf("denies"))
    good("no basicConstraints", 8, acme.leaf("silent", constraints=None))
    bad(
        "keyCertSign without CA",
        9,
        acme.leaf(usage=("digitalSignature", "keyCertSign")),
        "wrong_key_usage",
    )
    bad("cRLSign", 10, acme.leaf(usage=("digitalSignature", "cRLSign")), "wrong_key_usage")
    bad("keyEncipherment only", 11, acme.leaf(usage=("keyEncipherment",)), "wrong_key_usage")
    bad("keyAgreement only", 11, acme.leaf(usage=("keyAgreement",)), "wrong_key_usage")
    bad("contentCommitment only", 11, acme.leaf(usage=("contentCommitment",)), "wrong_key_usage")
    bad("a keyUsage of no use", 11, acme.leaf(usage=()), "malformed")
    good(
        "digitalSignature and keyEncipherment",
        11,
        acme.leaf(usage=("digitalSignature", "keyEncipherment")),
    )
    good("no keyUsage", 11, acme.leaf(usage=None))
    by_leaf = Authority("ByLeaf", key=leaf.key, subject=leaf.subject)
    book.chain(
        "a leaf that issued another",
        12,
        [by_leaf.leaf("below"), leaf],
        entities=trust,
        reason="invalid_chain",
        where="intermediate 1",
    )

    # Self-signed leaves.
    alone = Authority("Alone")
    own = alone.leaf("alone", key=alone.key, subject=alone.subject)
    bad("self-signed", 26, own, "self_signed")
    bad(
        "self-signed by the authority's name and another key",
        26,
        Authority("Fake", subject=acme.subject).leaf(
            "x", subject=acme.subject, key=keys.Key("Fake")
        ),
        "self_signed",
    )
    book.chain(
        "self-signed, and nothing is trusted",
        26,
        [own],
        entities={},
        reason="self_signed",
        where="leaf",
    )

    # Keys and signatures.
    for kind in ("P-256", "P-384", "P-521", "RSA-2048", "RSA-3072", "Ed25519"):
        good(f"a key of {kind}", 38, acme.leaf("strong", kind=kind))
    for kind in ("RSA-1024", "P-224", "secp256k1", "Ed448"):
        bad(f"a key of {kind}", 38, acme.leaf("weak", kind=kind), "weak_key")
    bad("an RSA key of 16384 bits", 38, acme.leaf("huge", key=keys.rsa_of_16384_bits()), "weak_key")
    spelt = keys.p256_spelt_out(keys.Key("spelt"))
    bad("P-256 spelt out", 38, acme.leaf("spelt", key=spelt), "key_encoding")
    rsa = Authority("RSA", kind="RSA-2048")
    for digest in ("sha256", "sha384", "pss"):
        book.chain(
            f"signed with RSA and {digest}",
            39,
            [rsa.leaf(digest=digest)],
            entities={"rsa": [rsa.certificate]},
            entity="rsa",
        )
    for digest in ("sha1", "md5"):
        book.chain(
            f"signed with RSA and {digest}",
            39,
            [rsa.leaf(digest=digest)],
            entities={"rsa": [rsa.certificate]},
            reason="weak_signature",
            where="leaf",
        )
    bad("signed with ECDSA and SHA-1", 39, acme.leaf(digest="sha1"), "weak_signature")
    for digest in ("sha384", "sha512"):
        good(f"signed with ECDSA and {digest}", 39, acme.leaf(digest=digest))

    # Versions and names.
    plain = acme.leaf("plain").but(extensions=())
    bad("version 1", 41, plain.but(version=1), "not_version_3")
    bad("version 2", 41, plain.but(version=2), "not_version_3")
    good("version 3 without extensions", 41, plain)
    good("no subjectAltName", 41, acme.leaf(names=[]))
    good("an empty subject", 41, acme.leaf("empty", subject=name()))
    good(
        "names of every kind",
        41,
        acme.leaf(
            names=[
                dns("a.example"),
                dns("*.b.example"),
                address(127, 0, 0, 1),
                address(*[0] * 15, 1),
                uri("https://a.example/x"),
                directory(name(CN="x")),
                der.tlv(0x81, b"a@b.example"),
            ]
        ),
    )
    good(
        "two URIs, none a SPIFFE ID",
        21,
        acme.leaf(names=[uri("https://a.example/"), uri("urn:uuid:1")]),
    )
    good("a NUL in the CN, which is not read", 73, acme.leaf("nul", subject=name(CN="a\0.evil")))
    bad(
        "a NUL in a DNS name",
        73,
        acme.leaf(names=[dns(b"agent.example\0.evil.example")]),
        "bad_name",
    )
    bad("a NUL in a URI", 73, acme.leaf(names=[uri(b"https://a.example\0.evil/")]), "bad_name")
    bad(
        "a NUL in an address of mail",
        73,
        acme.leaf(names=[der.tlv(0x81, b"a@b.example\0c")]),
        "bad_name",
    )
    good("another entity's name as its O", 35, acme.leaf("o", subject=name(O="globex", CN="o")))
    good(
        "a critical subjectAltName",
        41,
        acme.leaf(
            "san",
            names=[],
            subject=name(),
            more=[alternative_names(dns("a.example"), critical=True)],
        ),
    )

    # Extensions.
    unknown = extension("1.3.6.1.4.1.55555.7", b"\x05\x00", critical=True)
    bad("an unknown critical extension", 19, acme.leaf(more=[unknown]), "invalid_chain")
    good(
        "an unknown extension that is not critical",
        19,
        acme.leaf(more=[extension("1.3.6.1.4.1.55555.7", b"\x05\x00")]),
    )
    bad("keyUsage twice", 19, acme.leaf(more=[key_usage("digitalSignature")]), "malformed")
    bad(
        "an unknown extension twice",
        19,
        acme.leaf(more=[extension("1.3.6.1.4.1.55555.7", b"\x05\x00")] * 2),
        "malformed",
    )
    bad(
        "subjectAltName twice",
        21,
        acme.leaf(
            names=[dns("a.example")], more=[alternative_names(uri("spiffe://mesh.example/a"))]
        ),
        "malformed",
    )
