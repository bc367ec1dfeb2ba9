"""Rows 16 to 20: names that authorities may issue for."""

from .certificate import (
    Authority,
    address,
    directory,
    dns,
    extension,
    name,
    name_constraints,
    uri,
)


def add(book):
    root = Authority("Root")
    anchored = {"acme": [root.certificate]}

    def good(title, row, chain, entities=anchored, entity="acme", **options):
        book.chain(title, row, chain, entities=entities, entity=entity, **options)

    def bad(title, row, chain, reason, where=None, entities=anchored, **options):
        book.chain(title, row, chain, entities=entities, reason=reason, where=where, **options)

    def below(authority, **options):
        return [authority.leaf(**options), authority.certificate]

    # Names that authorities may issue for.
    def constrained(label, by=root, **trees):
        return Authority(label, by, constraints=name_constraints(**trees))

    dns_only = constrained("DNS", permitted=[dns("acme.example")])
    good("a DNS name that is permitted", 16, below(dns_only, names=[dns("a.acme.example")]))
    bad(
        "a DNS name that is not permitted",
        16,
        below(dns_only, names=[dns("a.globex.example")]),
        "name_constraint",
        "leaf",
    )
    bad(
        "one of two DNS names is not permitted",
        16,
        below(dns_only, names=[dns("a.acme.example"), dns("evil.example")]),
        "name_constraint",
        "leaf",
    )
    barred = constrained("Barred", excluded=[dns("evil.example")])
    bad(
        "a DNS name that is excluded",
        16,
        below(barred, names=[dns("a.evil.example")]),
        "name_constraint",
        "leaf",
    )
    good("a DNS name next to an excluded one", 16, below(barred, names=[dns("a.good.example")]))
    net = constrained("Net", permitted=[address(10, 0, 0, 0, 255, 0, 0, 0)])
    good("an address that is permitted", 16, below(net, names=[address(10, 1, 2, 3)]))
    bad(
        "an address that is not permitted",
        16,
        below(net, names=[address(192, 168, 0, 1)]),
        "name_constraint",
        "leaf",
    )
    on_anchor = Authority("On anchor", constraints=name_constraints([dns("acme.example")]))
    bad(
        "the anchor does not permit the name",
        16,
        [on_anchor.leaf(names=[dns("evil.example")])],
        "name_constraint",
        "leaf",
        entities={"on": [on_anchor.certificate]},
    )
    good(
        "the anchor permits the name",
        16,
        [on_anchor.leaf(names=[dns("a.acme.example")])],
        {"on": [on_anchor.certificate]},
        "on",
    )
    uris = constrained("URI", permitted=[uri("mesh.example")])
    good("a URI that is permitted", 17, below(uris, names=[uri("spiffe://mesh.example/a")]))
    bad(
        "a URI that is not permitted",
        17,
        below(uris, names=[uri("spiffe://evil.example/a")]),
        "name_constraint",
        "leaf",
    )
    people = constrained("Directory", permitted=[directory(name(O="Acme"))])
    good("a subject that is permitted", 18, below(people, subject=name(O="Acme", CN="a")))
    bad(
        "a subject that is not permitted",
        18,
        below(people, subject=name(O="Globex", CN="a")),
        "name_constraint",
        "leaf",
    )
    good("a DNS constraint, and only a URI", 20, below(dns_only, names=[uri("urn:x:y")]))
    unknown = extension("1.3.6.1.4.1.55555.7", b"\x05\x00", critical=True)
    odd = Authority("Odd", root, more=[unknown])
    bad(
        "an unknown critical extension of an intermediate",
        19,
        below(odd),
        "invalid_chain",
        "intermediate 1",
    )
