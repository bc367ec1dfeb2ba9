"""Rows 28 to 40, 73: which anchor a path leads to."""

from . import keys
from .certificate import (
    Authority,
    name,
)


def add(book):
    root = Authority("Root")
    middle = Authority("Middle", root)
    anchored = {"acme": [root.certificate]}

    def good(title, row, chain, entities=anchored, entity="acme", **options):
        book.chain(title, row, chain, entities=entities, entity=entity, **options)

    def bad(title, row, chain, reason, where=None, entities=anchored, **options):
        book.chain(title, row, chain, entities=entities, reason=reason, where=where, **options)

    def below(authority, **options):
        return [authority.leaf(**options), authority.certificate]

    # Anchors that are no roots.
    good(
        "an intermediate as anchor",
        28,
        [middle.leaf()],
        {"acme": [middle.certificate]},
        anchor=middle.certificate,
    )
    good(
        "an intermediate as anchor, also presented",
        28,
        below(middle),
        {"acme": [middle.certificate]},
        anchor=middle.certificate,
    )
    good(
        "an intermediate as anchor, with the root presented",
        28,
        [*below(middle), root.certificate],
        {"acme": [middle.certificate]},
        anchor=middle.certificate,
    )
    bad(
        "a sibling of the intermediate that is anchored",
        28,
        below(Authority("First", root)),
        "untrusted",
        entities={"acme": [middle.certificate]},
    )

    # Names are not identities.
    twin = Authority("Twin", subject=root.subject, ids=False)
    bad("a twin of the anchor: its name, another key", 30, [twin.leaf(ids=False)], "untrusted")
    bad("a twin with key ids", 30, [Authority("Other", subject=root.subject).leaf()], "untrusted")
    bad("a twin that is presented too", 30, [twin.leaf(ids=False), twin.certificate], "untrusted")
    good(
        "a twin of the intermediate among what is presented",
        30,
        [
            middle.leaf(ids=False),
            Authority("Mid twin", root, subject=middle.subject, ids=False).certificate,
            middle.certificate,
        ],
    )
    older = Authority("Older", subject=name(CN="Rotated"), ids=False)
    newer = Authority("Newer", subject=name(CN="Rotated"), ids=False)
    both = {"acme": [older.certificate, newer.certificate]}
    good(
        "the first of two anchors of one name",
        30,
        [older.leaf(ids=False)],
        both,
        anchor=older.certificate,
    )
    good(
        "the second of two anchors of one name",
        30,
        [newer.leaf(ids=False)],
        both,
        anchor=newer.certificate,
    )
    cased = name(CN="rotated")
    good(
        "an issuer that differs in case",
        30,
        [older.leaf(ids=False).but(issuer=cased)],
        both,
        note="RFC 5280, 7.1: names are compared without case",
    )

    # Cross-certificates.
    left, right = Authority("Left"), Authority("Right")
    shared = Authority("Shared", left)
    by_right = right.cross(shared)
    presented = [shared.leaf(), shared.certificate, by_right]
    left_trust, right_trust = {"left": [left.certificate]}, {"right": [right.certificate]}
    good("a cross-certificate, its first issuer trusted", 31, presented, left_trust, "left")
    good("a cross-certificate, its second issuer trusted", 31, presented, right_trust, "right")
    good(
        "the same in the other order",
        31,
        [presented[0], by_right, shared.certificate],
        left_trust,
        "left",
    )
    bad(
        "both issuers are trusted, as two entities",
        32,
        presented,
        "ambiguous_entity",
        "anchor",
        entities=left_trust | right_trust,
    )
    good(
        "both issuers are trusted, as one entity",
        32,
        presented,
        {"union": [left.certificate, right.certificate]},
        "union",
    )
    good(
        "both are trusted, one path is presented",
        32,
        presented[:2],
        left_trust | right_trust,
        "left",
    )
    ends = right.cross(shared, not_after="2026-11-15")
    good(
        "an expired cross-certificate next to a valid one",
        31,
        [shared.leaf(), ends, by_right],
        right_trust,
        "right",
    )

    # Names of authorities are text.
    same = [
        Authority("Same 1", subject=name(O="acme", CN="1")),
        Authority("Same 2", subject=name(O="acme", CN="2")),
    ]
    two = {"acme": [same[0].certificate], "globex": [same[1].certificate]}
    good("two authorities of one O: the first", 33, [same[0].leaf()], two, "acme")
    good("two authorities of one O: the second", 33, [same[1].leaf()], two, "globex")
    nul = Authority("Nul", subject=name(O="acme\0.evil", CN="CA"))
    plain = Authority("Plain", subject=name(O="acme", CN="CA"))
    both = {"plain": [plain.certificate], "nul": [nul.certificate]}
    good("an authority's name with a NUL", 73, [nul.leaf()], both, "nul")
    good("the same name up to the NUL", 73, [plain.leaf()], both, "plain")

    # What else is presented.
    rogue = Authority("Rogue")
    good("the root is presented too", 37, [*below(middle), root.certificate])
    bad("a rogue root is presented", 37, [rogue.leaf(), rogue.certificate], "untrusted")
    good(
        "unrelated certificates are presented too",
        37,
        [*below(middle), rogue.certificate, Authority("Weak", kind="RSA-1024").certificate],
    )
    good("one certificate is presented twice", 37, [*below(middle), middle.certificate])

    # Keys and signatures above the leaf.
    for kind in ("Ed25519", "RSA-2048", "P-384", "P-521"):
        strong = Authority(f"By {kind}", kind=kind)
        inner = Authority(f"In {kind}", strong, kind=kind)
        good(
            f"authorities with {kind}", 40, below(inner), {"strong": [strong.certificate]}, "strong"
        )
    for kind in ("RSA-1024", "P-224", "secp256k1", "Ed448"):
        weak = Authority(f"Weak {kind}", root, kind=kind)
        chain = [weak.leaf(digest="sha256"), weak.certificate]
        bad(f"an intermediate with {kind}", 38, chain, "weak_key", "intermediate 1")
    rsa = Authority("RSA root", kind="RSA-2048")
    dated = Authority("SHA-1", rsa, digest="sha1")
    bad(
        "an intermediate signed with SHA-1",
        39,
        below(dated),
        "weak_signature",
        "intermediate 1",
        entities={"rsa": [rsa.certificate]},
    )
    old_root = Authority("SHA-1 root", kind="RSA-2048", digest="sha1")
    good(
        "a self-signed anchor signed with SHA-1",
        39,
        [old_root.leaf()],
        {"old": [old_root.certificate]},
        "old",
        note="its signature is not relied on",
    )
    forged = middle.leaf("forged").but(issuer_key=keys.Key("forger"))
    bad(
        "a signature of another key",
        30,
        [forged, middle.certificate],
        "untrusted",
        entities={"acme": [middle.certificate]},
    )
