"""Rows 3, 7, 13 to 20, 28 to 40: paths through intermediates to anchors."""

from . import der, keys
from .certificate import (
    ANY,
    CLIENT,
    SERVER,
    Authority,
    address,
    directory,
    dns,
    extended_key_usage,
    extension,
    name,
    name_constraints,
    uri,
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

    good("an intermediate", 0, below(middle), anchor=root.certificate, until="2027-02-01")
    bad("the intermediate is not presented", 0, [middle.leaf()], "untrusted")
    bad("nothing is trusted", 0, below(middle), "untrusted", entities={})
    bad("another authority is trusted", 0, below(middle), "untrusted",
        entities={"globex": [Authority("Globex").certificate]})  # fmt: skip
    first = Authority("First", root)
    second = Authority("Second", first)
    third = [second.leaf("deep"), second.certificate, first.certificate]
    good("two intermediates", 0, third)
    good("two intermediates in the other order", 0, [third[0], third[2], third[1]])
    bad("the upper intermediate is missing", 0, third[:2], "untrusted")

    # Times above the leaf.
    brief = Authority("Brief", root, not_after="2026-11-15")
    bad("an expired intermediate", 3, below(brief), "expired", "intermediate 1")
    good("the same before it expired", 3, below(brief), at="2026-11-10", until="2026-11-15")
    late = Authority("Late", root, not_before="2026-12-15")
    bad("an intermediate that is not yet valid", 3, below(late), "not_yet_valid", "intermediate 1")
    past = Authority("Past", not_after="2026-11-15")
    bad("an expired anchor", 3, [past.leaf()], "expired", "anchor",
        entities={"past": [past.certificate]})  # fmt: skip
    good("the same anchor before it expired", 3, [past.leaf()], {"past": [past.certificate]},
         "past", at="2026-11-10", until="2026-11-15")  # fmt: skip
    soon = Authority("Soon", not_before="2026-12-01T00:00:30")
    book.chain("an anchor within the skew", 2, [soon.leaf()], entities={"soon": [soon.certificate]},
               options={"not_before_skew": 60}, entity="soon")  # fmt: skip
    bad("an anchor that is not yet valid", 2, [soon.leaf()], "not_yet_valid", "anchor",
        entities={"soon": [soon.certificate]})  # fmt: skip

    # Rights of authorities.
    for title, purposes in (("serverAuth", [SERVER]), ("anyExtendedKeyUsage", [ANY])):
        narrow = Authority(f"Only {title}", root, more=[extended_key_usage(*purposes)])
        bad(f"an intermediate for {title} only", 7, below(narrow), "wrong_eku", "intermediate 1")
    wide = Authority("Client", root, more=[extended_key_usage(CLIENT, SERVER)])
    good("an intermediate for clients and servers", 7, below(wide))
    server_root = Authority("Server root", more=[extended_key_usage(SERVER)])
    bad("an anchor for serverAuth only", 7, [server_root.leaf()], "wrong_eku", "anchor",
        entities={"acme": [server_root.certificate]})  # fmt: skip
    no_ca = Authority("No CA", root, ca=False)
    bad("an intermediate whose basicConstraints deny CA", 13, below(no_ca), "invalid_chain",
        "intermediate 1")  # fmt: skip
    silent = Authority("Silent", root, ca=None)
    bad("an intermediate without basicConstraints", 13, below(silent), "invalid_chain",
        "intermediate 1")  # fmt: skip
    no_sign = Authority("No sign", root, usage=("cRLSign", "digitalSignature"))
    bad("an intermediate without keyCertSign", 13, below(no_sign), "invalid_chain",
        "intermediate 1")  # fmt: skip
    free = Authority("Free", root, usage=())
    good("an intermediate without keyUsage", 13, below(free))
    ancient = Authority("Ancient", root)
    ancient.certificate = ancient.certificate.but(version=1, extensions=())
    bad("an intermediate of version 1", 13, below(ancient), "invalid_chain", "intermediate 1")

    # Path lengths.
    none_below = Authority("None below", root, path_length=0)
    good("path length 0, a leaf below", 14, below(none_below))
    too_deep = Authority("Too deep", none_below)
    bad("path length 0, an authority below", 14, [*below(too_deep), none_below.certificate],
        "invalid_chain", "intermediate 2")  # fmt: skip
    tight = Authority("Tight root", path_length=0)
    tight_trust = {"tight": [tight.certificate]}
    good("path length 0 on the anchor, a leaf below", 14, [tight.leaf()], tight_trust, "tight")
    bad("path length 0 on the anchor, an authority below", 14, below(Authority("Low", tight)),
        "invalid_chain", "anchor", entities=tight_trust)  # fmt: skip
    one = Authority("One below", path_length=1)
    good("path length 1 on the anchor, an authority below", 14, below(Authority("Fits", one)),
         {"one": [one.certificate]}, "one")  # fmt: skip

    # Length of the chain.
    tower = [root]
    for level in range(12):
        tower.append(Authority(f"Level {level}", tower[-1]))
    for count in (6, 7, 8, 12):
        top = tower[count]
        chain = [top.leaf("high"), *(level.certificate for level in reversed(tower[1 : count + 1]))]
        title = f"{count} intermediates"
        if count < 8:
            good(title, 15, chain)
        else:
            bad(title, 15, chain, "chain_too_long")
    padding = extension("1.3.6.1.4.1.55555.8", der.octets(bytes(66_000)))
    bad("70 kB of chain", 15, below(middle, more=[padding]), "chain_too_long")
    small = extension("1.3.6.1.4.1.55555.8", der.octets(bytes(60_000)))
    good("60 kB of chain", 15, below(middle, more=[small]))

    # Names that authorities may issue for.
    def constrained(label, by=root, **trees):
        return Authority(label, by, constraints=name_constraints(**trees))

    dns_only = constrained("DNS", permitted=[dns("acme.example")])
    good("a DNS name that is permitted", 16, below(dns_only, names=[dns("a.acme.example")]))
    bad("a DNS name that is not permitted", 16, below(dns_only, names=[dns("a.globex.example")]),
        "name_constraint", "leaf")  # fmt: skip
    bad("one of two DNS names is not permitted", 16,
        below(dns_only, names=[dns("a.acme.example"), dns("evil.example")]), "name_constraint",
        "leaf")  # fmt: skip
    barred = constrained("Barred", excluded=[dns("evil.example")])
    bad("a DNS name that is excluded", 16, below(barred, names=[dns("a.evil.example")]),
        "name_constraint", "leaf")  # fmt: skip
    good("a DNS name beside an excluded one", 16, below(barred, names=[dns("a.good.example")]))
    net = constrained("Net", permitted=[address(10, 0, 0, 0, 255, 0, 0, 0)])
    good("an address that is permitted", 16, below(net, names=[address(10, 1, 2, 3)]))
    bad("an address that is not permitted", 16, below(net, names=[address(192, 168, 0, 1)]),
        "name_constraint", "leaf")  # fmt: skip
    on_anchor = Authority("On anchor", constraints=name_constraints([dns("acme.example")]))
    bad("the anchor does not permit the name", 16, [on_anchor.leaf(names=[dns("evil.example")])],
        "name_constraint", "leaf", entities={"on": [on_anchor.certificate]})  # fmt: skip
    good("the anchor permits the name", 16, [on_anchor.leaf(names=[dns("a.acme.example")])],
         {"on": [on_anchor.certificate]}, "on")  # fmt: skip
    uris = constrained("URI", permitted=[uri("mesh.example")])
    good("a URI that is permitted", 17, below(uris, names=[uri("spiffe://mesh.example/a")]))
    bad("a URI that is not permitted", 17, below(uris, names=[uri("spiffe://evil.example/a")]),
        "name_constraint", "leaf")  # fmt: skip
    people = constrained("Directory", permitted=[directory(name(O="Acme"))])
    good("a subject that is permitted", 18, below(people, subject=name(O="Acme", CN="a")))
    bad("a subject that is not permitted", 18, below(people, subject=name(O="Globex", CN="a")),
        "name_constraint", "leaf")  # fmt: skip
    good("a DNS constraint, and only a URI", 20, below(dns_only, names=[uri("urn:x:y")]))
    unknown = extension("1.3.6.1.4.1.55555.7", b"\x05\x00", critical=True)
    odd = Authority("Odd", root, more=[unknown])
    bad("an unknown critical extension of an intermediate", 19, below(odd), "invalid_chain",
        "intermediate 1")  # fmt: skip

    # Anchors that are no roots.
    good("an intermediate as anchor", 28, [middle.leaf()], {"acme": [middle.certificate]},
         anchor=middle.certificate)  # fmt: skip
    good("an intermediate as anchor, also presented", 28, below(middle),
         {"acme": [middle.certificate]}, anchor=middle.certificate)  # fmt: skip
    good("an intermediate as anchor, with the root presented", 28,
         [*below(middle), root.certificate], {"acme": [middle.certificate]},
         anchor=middle.certificate)  # fmt: skip
    bad("a sibling of the intermediate that is anchored", 28, below(first), "untrusted",
        entities={"acme": [middle.certificate]})  # fmt: skip

    # Names are not identities.
    twin = Authority("Twin", subject=root.subject, ids=False)
    bad("a twin of the anchor: its name, another key", 30, [twin.leaf(ids=False)], "untrusted")
    bad("a twin with key ids", 30, [Authority("Other", subject=root.subject).leaf()], "untrusted")
    bad("a twin that is presented too", 30, [twin.leaf(ids=False), twin.certificate], "untrusted")
    good("a twin of the intermediate among what is presented", 30,
         [middle.leaf(ids=False), Authority("Mid twin", root, subject=middle.subject,
          ids=False).certificate, middle.certificate])  # fmt: skip
    older = Authority("Older", subject=name(CN="Rotated"), ids=False)
    newer = Authority("Newer", subject=name(CN="Rotated"), ids=False)
    both = {"acme": [older.certificate, newer.certificate]}
    good("the first of two anchors of one name", 30, [older.leaf(ids=False)], both,
         anchor=older.certificate)  # fmt: skip
    good("the second of two anchors of one name", 30, [newer.leaf(ids=False)], both,
         anchor=newer.certificate)  # fmt: skip
    cased = name(CN="rotated")
    good("an issuer that differs in case", 30, [older.leaf(ids=False).but(issuer=cased)], both,
         note="RFC 5280, 7.1: names are compared without case")  # fmt: skip

    # Cross-certificates.
    left, right = Authority("Left"), Authority("Right")
    shared = Authority("Shared", left)
    by_right = right.cross(shared)
    presented = [shared.leaf(), shared.certificate, by_right]
    left_trust, right_trust = {"left": [left.certificate]}, {"right": [right.certificate]}
    good("a cross-certificate, its first issuer trusted", 31, presented, left_trust, "left")
    good("a cross-certificate, its second issuer trusted", 31, presented, right_trust, "right")
    good("the same in the other order", 31, [presented[0], by_right, shared.certificate],
         left_trust, "left")  # fmt: skip
    bad("both issuers are trusted, as two entities", 32, presented, "ambiguous_entity", "anchor",
        entities=left_trust | right_trust)  # fmt: skip
    good("both issuers are trusted, as one entity", 32, presented,
         {"union": [left.certificate, right.certificate]}, "union")  # fmt: skip
    good("both are trusted, one path is presented", 32, presented[:2], left_trust | right_trust,
         "left")  # fmt: skip
    ends = right.cross(shared, not_after="2026-11-15")
    good("an expired cross-certificate beside a valid one", 31,
         [shared.leaf(), ends, by_right], right_trust, "right")  # fmt: skip

    # Names of authorities are text.
    same = [Authority("Same 1", subject=name(O="acme", CN="1")),
            Authority("Same 2", subject=name(O="acme", CN="2"))]  # fmt: skip
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
    good("unrelated certificates are presented too", 37,
         [*below(middle), rogue.certificate, Authority("Weak", kind="RSA-1024").certificate])  # fmt: skip
    good("one certificate is presented twice", 37, [*below(middle), middle.certificate])

    # Keys and signatures above the leaf.
    for kind in ("Ed25519", "RSA-2048", "P-384", "P-521"):
        strong = Authority(f"By {kind}", kind=kind)
        inner = Authority(f"In {kind}", strong, kind=kind)
        good(f"authorities with {kind}", 40, below(inner), {"strong": [strong.certificate]},
             "strong")  # fmt: skip
    for kind in ("RSA-1024", "P-224", "secp256k1", "Ed448"):
        weak = Authority(f"Weak {kind}", root, kind=kind)
        chain = [weak.leaf(digest="sha256"), weak.certificate]
        bad(f"an intermediate with {kind}", 38, chain, "weak_key", "intermediate 1")
    rsa = Authority("RSA root", kind="RSA-2048")
    dated = Authority("SHA-1", rsa, digest="sha1")
    bad("an intermediate signed with SHA-1", 39, below(dated), "weak_signature", "intermediate 1",
        entities={"rsa": [rsa.certificate]})  # fmt: skip
    old_root = Authority("SHA-1 root", kind="RSA-2048", digest="sha1")
    good("a self-signed anchor signed with SHA-1", 39, [old_root.leaf()],
         {"old": [old_root.certificate]}, "old", note="its signature is not relied on")  # fmt: skip
    forged = middle.leaf("forged").but(issuer_key=keys.Key("forger"))
    bad("a signature of another key", 30, [forged, middle.certificate], "untrusted",
        entities={"acme": [middle.certificate]})  # fmt: skip
