"""Rows 20 to 24: SPIFFE IDs and bundles."""

from .certificate import CLIENT, SERVER, Authority, dns, name, uri

GOOD = [
    "spiffe://mesh.example/a",
    "spiffe://mesh.example/mesh-agent",
    "spiffe://mesh.example/ns/default/sa/agent_1",
    "spiffe://mesh.example/A/B.c",
    "spiffe://mesh.example/...",
    "spiffe://mesh.example/-/_/.x",
    "spiffe://mesh.example/" + "a" * (2048 - 22),
]
BAD = {
    "no path": "spiffe://mesh.example",
    "an empty path": "spiffe://mesh.example/",
    "a slash at the end": "spiffe://mesh.example/a/",
    "an empty segment": "spiffe://mesh.example//a",
    "an empty segment within": "spiffe://mesh.example/a//b",
    "a dot segment": "spiffe://mesh.example/a/./b",
    "a dot-dot segment": "spiffe://mesh.example/a/../b",
    "a dot-dot segment first": "spiffe://mesh.example/..",
    "upper case in the trust domain": "spiffe://Mesh.example/a",
    "upper case in the scheme": "SPIFFE://mesh.example/a",
    "no slashes": "spiffe:mesh.example/a",
    "one slash": "spiffe:/mesh.example/a",
    "three slashes": "spiffe:///mesh.example/a",
    "a port": "spiffe://mesh.example:443/a",
    "an empty port": "spiffe://mesh.example:/a",
    "a user": "spiffe://user@mesh.example/a",
    "a query": "spiffe://mesh.example/a?b=c",
    "an empty query": "spiffe://mesh.example/a?",
    "a fragment": "spiffe://mesh.example/a#b",
    "percent-encoding": "spiffe://mesh.example/%61",
    "percent-encoding in the trust domain": "spiffe://mesh%2Eexample/a",
    "a space": "spiffe://mesh.example/a b",
    "a space at the end": "spiffe://mesh.example/a ",
    "a line break": "spiffe://mesh.example/a\n",
    "a backslash": "spiffe://mesh.example\\a/b",
    "a colon in the path": "spiffe://mesh.example/a:b",
    "an umlaut": "spiffe://mesh.example/\u00e4",
    "an address in brackets": "spiffe://[::1]/a",
    "2049 bytes": "spiffe://mesh.example/" + "a" * (2049 - 22),
    "a trust domain of 256 bytes": "spiffe://" + "a" * 256 + "/a",
}


def add(book):
    mesh, partner = Authority("Mesh"), Authority("Partner")
    bundles = {"mesh.example": [mesh.certificate], "partner.example": [partner.certificate]}

    def trusted(title, row, chain, spiffe_id, domain="mesh.example", **options):
        book.chain(
            title, row, chain, bundles=bundles, entity=domain, spiffe_id=spiffe_id, **options
        )

    def refused(title, row, chain, reason, where="leaf", **options):
        book.chain(
            title, row, chain, **({"bundles": bundles} | options), reason=reason, where=where
        )

    for number, text in enumerate(GOOD):
        trusted(f"SPIFFE ID {number}", 24, [mesh.svid(text)], text)
    for title, text in BAD.items():
        refused(f"a SPIFFE ID with {title}", 24, [mesh.svid(text.encode())], "bad_spiffe_id")
    longest = "a" * 255
    book.chain(
        "a trust domain of 255 bytes",
        24,
        [mesh.svid(f"spiffe://{longest}/a")],
        bundles={longest: [mesh.certificate]},
        entity=longest,
        spiffe_id=f"spiffe://{longest}/a",
    )

    ours, theirs = "spiffe://mesh.example/a", "spiffe://partner.example/a"
    trusted(
        "the other trust domain by its own bundle",
        22,
        [partner.svid(theirs)],
        theirs,
        "partner.example",
    )
    inner = Authority("Mesh inner", mesh)
    trusted("an SVID below an intermediate", 22, [inner.svid(ours), inner.certificate], ours)
    refused(
        "a trust domain's ID by another's authority", 22, [partner.svid(ours)], "wrong_trust_domain"
    )
    refused(
        "another trust domain's ID by our authority", 22, [mesh.svid(theirs)], "wrong_trust_domain"
    )
    nowhere = "spiffe://unknown.example/a"
    refused(
        "an ID of a trust domain without a bundle", 22, [mesh.svid(nowhere)], "wrong_trust_domain"
    )
    refused(
        "an ID below a trust domain's name",
        22,
        [mesh.svid("spiffe://a.mesh.example/a")],
        "wrong_trust_domain",
    )
    refused(
        "a trust domain whose bundle is empty",
        22,
        [mesh.svid(ours)],
        "wrong_trust_domain",
        bundles={"mesh.example": []},
    )
    refused(
        "an SVID, its intermediate expired",
        3,
        [
            (brief := Authority("Mesh brief", mesh, not_after="2026-11-15")).svid(ours),
            brief.certificate,
        ],
        "expired",
        "intermediate 1",
    )

    refused("two SPIFFE IDs", 21, [mesh.leaf(names=[uri(ours), uri(theirs)])], "bad_spiffe_id")
    refused(
        "two SPIFFE IDs of one trust domain",
        21,
        [mesh.leaf(names=[uri(ours), uri(ours + "b")])],
        "bad_spiffe_id",
    )
    refused("one SPIFFE ID twice", 21, [mesh.leaf(names=[uri(ours), uri(ours)])], "bad_spiffe_id")
    refused(
        "another URI before the SPIFFE ID",
        21,
        [mesh.leaf(names=[uri("https://mesh.example/"), uri(ours)])],
        "bad_spiffe_id",
    )
    refused(
        "two SPIFFE IDs, the authority registered as an entity",
        21,
        [mesh.leaf(names=[uri(ours), uri(theirs)])],
        "bad_spiffe_id",
        bundles=None,
        entities={"mesh": [mesh.certificate]},
    )
    trusted(
        "DNS names next to the SPIFFE ID",
        21,
        [mesh.leaf(names=[dns("a.example"), uri(ours), dns("b.example")])],
        ours,
    )

    refused("no URI: not an SVID", 23, [mesh.leaf()], "untrusted", None)
    refused(
        "a URI of another scheme: not an SVID",
        23,
        [mesh.leaf(names=[uri("https://mesh.example/a")])],
        "untrusted",
        None,
    )
    refused("no names at all: not an SVID", 41, [mesh.leaf(names=[])], "untrusted", None)
    acme = Authority("Acme by file")
    book.chain(
        "no URI, and an entity trusts",
        23,
        [acme.leaf()],
        bundles=bundles,
        entities={"acme": [acme.certificate]},
        entity="acme",
    )
    book.chain(
        "an ID without a bundle, and an entity trusts",
        22,
        [acme.svid(nowhere)],
        bundles=bundles,
        entities={"acme": [acme.certificate]},
        entity="acme",
        note="the ID is not reported: an entity cannot vouch for it",
    )
    book.chain(
        "an entity's authority claims a trust domain's ID",
        22,
        [acme.svid(ours)],
        bundles=bundles,
        entities={"acme": [acme.certificate]},
        reason="wrong_trust_domain",
        where="leaf",
    )
    book.chain(
        "the same where no bundle is known",
        22,
        [acme.svid(ours)],
        entities={"acme": [acme.certificate]},
        entity="acme",
    )

    usage = {"purposes": [CLIENT]}
    refused("an SVID for clientAuth only", 6, [mesh.svid(ours, **usage)], "wrong_eku")
    refused("an SVID for serverAuth only", 4, [mesh.svid(ours, purposes=[SERVER])], "wrong_eku")
    trusted("an SVID without extendedKeyUsage", 6, [mesh.svid(ours, purposes=())], ours)
    refused(
        "an SVID with cRLSign",
        10,
        [mesh.svid(ours, usage=("digitalSignature", "cRLSign"))],
        "wrong_key_usage",
    )
    refused("an authority with an SVID's ID", 8, [mesh.issue_ca(name(CN="x"), acme.key)], "ca_leaf")
    trusted("an SVID without key ids", 22, [mesh.svid(ours, ids=False)], ours)
    old, new = Authority("Mesh old", mesh), Authority("Mesh new")
    rotated = {"mesh.example": [old.certificate, new.certificate, mesh.certificate]}
    for title, authority in (("old", old), ("new", new), ("upper", mesh)):
        book.chain(
            f"a bundle of three: its {title} authority",
            22,
            [authority.svid(ours)],
            bundles=rotated,
            entity="mesh.example",
            spiffe_id=ours,
            anchor=authority.certificate,
        )
