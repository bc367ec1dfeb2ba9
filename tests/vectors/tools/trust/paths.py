"""Rows 0, 2, 3, 7, 13 to 15: paths through intermediates."""

from . import der
from .certificate import (
    ANY,
    CLIENT,
    SERVER,
    Authority,
    extended_key_usage,
    extension,
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
    bad(
        "another authority is trusted",
        0,
        below(middle),
        "untrusted",
        entities={"globex": [Authority("Globex").certificate]},
    )
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
    bad(
        "an expired anchor",
        3,
        [past.leaf()],
        "expired",
        "anchor",
        entities={"past": [past.certificate]},
    )
    good(
        "the same anchor before it expired",
        3,
        [past.leaf()],
        {"past": [past.certificate]},
        "past",
        at="2026-11-10",
        until="2026-11-15",
    )
    soon = Authority("Soon", not_before="2026-12-01T00:00:30")
    book.chain(
        "an anchor within the skew",
        2,
        [soon.leaf()],
        entities={"soon": [soon.certificate]},
        options={"not_before_skew": 60},
        entity="soon",
    )
    bad(
        "an anchor that is not yet valid",
        2,
        [soon.leaf()],
        "not_yet_valid",
        "anchor",
        entities={"soon": [soon.certificate]},
    )

    # Rights of authorities.
    for title, purposes in (("serverAuth", [SERVER]), ("anyExtendedKeyUsage", [ANY])):
        narrow = Authority(f"Only {title}", root, more=[extended_key_usage(*purposes)])
        bad(f"an intermediate for {title} only", 7, below(narrow), "wrong_eku", "intermediate 1")
    wide = Authority("Client", root, more=[extended_key_usage(CLIENT, SERVER)])
    good("an intermediate for clients and servers", 7, below(wide))
    server_root = Authority("Server root", more=[extended_key_usage(SERVER)])
    bad(
        "an anchor for serverAuth only",
        7,
        [server_root.leaf()],
        "wrong_eku",
        "anchor",
        entities={"acme": [server_root.certificate]},
    )
    no_ca = Authority("No CA", root, ca=False)
    bad(
        "an intermediate whose basicConstraints deny CA",
        13,
        below(no_ca),
        "invalid_chain",
        "intermediate 1",
    )
    silent = Authority("Silent", root, ca=None)
    bad(
        "an intermediate without basicConstraints",
        13,
        below(silent),
        "invalid_chain",
        "intermediate 1",
    )
    no_sign = Authority("No sign", root, usage=("cRLSign", "digitalSignature"))
    bad(
        "an intermediate without keyCertSign", 13, below(no_sign), "invalid_chain", "intermediate 1"
    )
    free = Authority("Free", root, usage=())
    good("an intermediate without keyUsage", 13, below(free))
    ancient = Authority("Ancient", root)
    ancient.certificate = ancient.certificate.but(version=1, extensions=())
    bad("an intermediate of version 1", 13, below(ancient), "invalid_chain", "intermediate 1")

    # Path lengths.
    none_below = Authority("None below", root, path_length=0)
    good("path length 0, a leaf below", 14, below(none_below))
    too_deep = Authority("Too deep", none_below)
    bad(
        "path length 0, an authority below",
        14,
        [*below(too_deep), none_below.certificate],
        "invalid_chain",
        "intermediate 2",
    )
    tight = Authority("Tight root", path_length=0)
    tight_trust = {"tight": [tight.certificate]}
    good("path length 0 on the anchor, a leaf below", 14, [tight.leaf()], tight_trust, "tight")
    bad(
        "path length 0 on the anchor, an authority below",
        14,
        below(Authority("Low", tight)),
        "invalid_chain",
        "anchor",
        entities=tight_trust,
    )
    one = Authority("One below", path_length=1)
    good(
        "path length 1 on the anchor, an authority below",
        14,
        below(Authority("Fits", one)),
        {"one": [one.certificate]},
        "one",
    )

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
