"""Rows 13, 19, 21, 31, 39, 54: policies, BER within extensions, and chains that cost time."""

from . import der
from .certificate import (
    CLIENT,
    Authority,
    dns,
    extension,
    name,
)

POLICY = "1.3.6.1.4.1.55555.9"


def policies(*kinds):
    return extension("2.5.29.32", der.sequence(*(der.sequence(der.oid(one)) for one in kinds)))


def policy_constraints(tag, count):
    return extension("2.5.29.36", der.sequence(der.tlv(tag, bytes([count]))), critical=True)


def cert_type(*places):
    return extension("2.16.840.1.113730.1.1", der.named_bits(places))


def raw(dotted, value, critical=False):
    return extension(dotted, value, critical)


def add(book):
    root = Authority("Root")
    trust = {"acme": [root.certificate]}

    def good(title, row, chain, **options):
        book.chain(title, row, chain, entities=trust, entity="acme", **options)

    def bad(title, row, chain, reason, where=None):
        book.chain(title, row, chain, entities=trust, reason=reason, where=where)

    def below(authority, **options):
        return [authority.leaf(**options), authority.certificate]

    # policyConstraints: [0] requireExplicitPolicy, [1] inhibitPolicyMapping.
    explicit = policy_constraints(0x80, 0)
    bad("a policy is required, there is none", 19, [root.leaf(more=[explicit])], "invalid_chain")
    good(
        "a policy is required, and there is one",
        19,
        [root.leaf(more=[explicit, policies(POLICY)])],
    )
    strict = Authority("Strict", root, more=[explicit, policies(POLICY)])
    bad("an intermediate requires a policy, the leaf has none", 19, below(strict), "invalid_chain")
    other = below(strict, more=[policies(POLICY + ".1")])
    bad("an intermediate requires a policy, the leaf has another", 19, other, "invalid_chain")
    good(
        "an intermediate requires a policy, and the leaf has it",
        19,
        below(strict, more=[policies(POLICY)]),
    )
    later = Authority("Later", root, more=[policy_constraints(0x80, 3)])
    good("a policy is required of longer paths", 19, below(later))
    good("mapping is inhibited", 19, [root.leaf(more=[policy_constraints(0x81, 0)])])
    good("a policy that is not required", 19, [root.leaf(more=[policies(POLICY)])])
    good("any policy", 19, [root.leaf(more=[explicit, policies("2.5.29.32.0")])])
    bad("a policy twice", 19, [root.leaf(more=[policies(POLICY, POLICY)])], "invalid_chain", "leaf")

    # nsCertType: bit 0 clients, 1 servers, 5 authorities for TLS, 7 for code.
    old = {"constraints": None, "usage": None, "purposes": ()}
    for place in (5, 6, 7):
        leaf = root.leaf(more=[cert_type(0, place)], **old)
        bad(f"nsCertType of an authority, bit {place}", 8, [leaf], "ca_leaf", "leaf")
    both = root.leaf(more=[cert_type(5)])
    bad("nsCertType of an authority, which basicConstraints deny", 8, [both], "ca_leaf", "leaf")
    good("nsCertType of a client", 8, [root.leaf(more=[cert_type(0)], **old)])

    # BER where DER belongs.
    client = der.oid(CLIENT)
    san, eku, constraints = "2.5.29.17", "2.5.29.37", "2.5.29.19"
    names = der.tlv(0x82, b"a.example")
    for title, more in {
        "subjectAltName in an indefinite length": raw(san, b"\x30\x80" + names + b"\0\0"),
        "subjectAltName with a length of two digits": raw(san, b"\x30\x81\x0b" + names),
        "a DNS name in parts": raw(san, der.sequence(der.tlv(0xA2, der.tlv(0x16, b"a.example")))),
        "a byte after subjectAltName": raw(san, der.sequence(names) + b"\0"),
        "extendedKeyUsage in an indefinite length": raw(eku, b"\x30\x80" + client + b"\0\0"),
    }.items():
        leaf = root.leaf(names=[], purposes=(), more=[more])
        bad(title, 54, [leaf], "malformed", "leaf")
    for title, value in {
        "CA of an intermediate as 01": der.sequence(b"\x01\x01\x01"),
        "basicConstraints in an indefinite length": b"\x30\x80\x01\x01\xff\0\0",
    }.items():
        middle = Authority("BER", root, ca=None, more=[raw(constraints, value, True)])
        bad(title, 54, below(middle), "malformed", "intermediate 1")
    good(
        "an unknown extension that is no ASN.1",
        54,
        [root.leaf(more=[raw("1.3.6.1.4.1.55555.7", b"https://issuer.example")])],
    )

    # Names beyond ASCII.
    bad("a DNS name in UTF-8", 73, [root.leaf(names=[dns("\u00e4.example")])], "bad_name", "leaf")
    mail = der.tlv(0x81, "\u00e4@b.example".encode())
    bad("an address of mail in UTF-8", 73, [root.leaf(names=[mail])], "bad_name", "leaf")
    good("an international name as its A-label", 73, [root.leaf(names=[dns("xn--4ca.example")])])
    good("a subject in UTF-8", 73, [root.leaf(subject=name(CN="\u00e4"))])

    # Signatures with RSASSA-PSS, its digest left to the default: SHA-1.
    rsa = Authority("PSS", kind="RSA-2048")
    book.chain(
        "RSASSA-PSS with its default digest",
        39,
        [rsa.leaf(digest="pss-sha1")],
        entities={"pss": [rsa.certificate]},
        reason="weak_signature",
        where="leaf",
    )

    # Loops, and levels of which each has two certificates of one name.
    left, right = Authority("Left", ids=False), Authority("Right", ids=False)
    loop = [left.cross(right, ids=False), right.cross(left, ids=False)]
    bad("two authorities that issued each other", 31, [left.leaf(ids=False), *loop], "untrusted")
    itself = left.cross(left, ids=False)
    bad(
        "an authority that issued itself, seven times",
        31,
        [left.leaf()] + [itself] * 7,
        "untrusted",
    )
    escape = root.cross(left, ids=False)
    good("a loop with a way out", 31, [left.leaf(ids=False), *loop, escape])
    levels, above = [], root
    for level in range(3):
        subject = name(CN=f"Level {level}")
        twin = Authority(f"Twin {level}", subject=subject, ids=False)
        real = Authority(f"Real {level}", above, subject=subject, ids=False)
        levels += [Authority.cross(Authority(f"Alien {level}"), twin, ids=False), real.certificate]
        above = real
    good("three levels of two, one path", 31, [above.leaf(ids=False), *levels])
    tower, lower = [], root
    for level in range(7):
        subject = name(CN="Of one name")
        lower = Authority(f"Floor {level}", lower, subject=subject, ids=False)
        tower.append(lower.certificate)
    book.chain(
        "seven authorities of one name, in one path",
        31,
        [lower.leaf(ids=False), *tower],
        entities={"other": [Authority("Elsewhere", ids=False).certificate]},
        reason="untrusted",
    )
