"""Rows 34, 37, 56 and the order of answers: several sources, what is revoked, what is malformed."""

from . import der
from .book import pem
from .certificate import Authority


def add(book):
    acme, globex = Authority("Acme"), Authority("Globex Inc")
    middle = Authority("Acme middle", acme)
    leaf = middle.leaf("agent")
    chain = [leaf, middle.certificate]
    trust = {"acme": [acme.certificate], "globex": [globex.certificate]}

    def revoked(title, keys, chain=chain, where="leaf", entities=trust, row=34):
        book.chain(
            title, row, chain, entities=entities, revoked=keys, reason="revoked", where=where
        )

    # Tombstones.
    revoked("the leaf's key is revoked", [leaf.key.spki_sha256])
    revoked("the leaf is revoked as a certificate", [leaf])
    revoked("the intermediate's key is revoked", [middle.key.spki_sha256], where="intermediate 1")
    revoked("the anchor's key is revoked", [acme.key.spki_sha256], where="anchor")
    revoked("the anchor is revoked, in PEM", [pem(acme.certificate)], where="anchor")
    revoked("digits of a digest in upper case", [acme.key.spki_sha256.upper()], where="anchor")
    revoked(
        "the anchor is presented too",
        [acme.key.spki_sha256],
        [*chain, acme.certificate],
        "intermediate 2",
    )
    revoked(
        "the authority is revoked and no entity is left",
        [middle.key.spki_sha256],
        where="intermediate 1",
        entities={},
    )
    cross = globex.cross(middle)
    revoked(
        "another entity's cross-certificate for a revoked key",
        [middle.key.spki_sha256],
        [leaf, cross],
        "intermediate 1",
        {"globex": [globex.certificate]},
    )
    revoked(
        "that cross-certificate as an anchor",
        [middle.key.spki_sha256],
        [leaf],
        "anchor",
        {"globex": [cross]},
    )
    revoked(
        "a revoked certificate that the path does not need",
        [globex.key.spki_sha256],
        [*chain, globex.certificate],
        "intermediate 2",
    )
    revoked(
        "a revoked key in an expired leaf",
        [leaf.key.spki_sha256],
        [leaf.but(not_after="2026-11-15"), middle.certificate],
        row=1,
    )
    book.chain(
        "another key is revoked",
        34,
        chain,
        entities=trust,
        revoked=[globex.key.spki_sha256, "00" * 32],
        entity="acme",
    )
    svid = "spiffe://mesh.example/a"
    book.chain(
        "a bundle's authority is revoked",
        34,
        [acme.svid(svid)],
        bundles={"mesh.example": [acme.certificate]},
        revoked=[acme.key.spki_sha256],
        reason="revoked",
        where="anchor",
    )

    # Several sources.
    first = ("filestore", {"entities": {"acme": [acme.certificate]}})
    second = ("k8s-secrets", {"entities": {"acme": [acme.certificate, globex.certificate]}})
    gone = ("k8s-secrets", {"entities": {"globex": [globex.certificate]}, "available": False})
    book.chain(
        "one entity in two sources: the first is named",
        56,
        chain,
        sources=[first, second],
        entity="acme",
        backend="filestore",
    )
    book.chain(
        "the second source alone trusts",
        56,
        [globex.leaf()],
        sources=[first, second],
        entity="acme",
        backend="k8s-secrets",
    )
    book.chain(
        "a source trusts, another is unavailable",
        56,
        chain,
        sources=[gone, first],
        entity="acme",
        backend="filestore",
    )
    book.chain(
        "an unavailable source might have trusted",
        56,
        [globex.leaf()],
        sources=[first, gone],
        reason="unavailable",
        unavailable=["k8s-secrets"],
    )
    book.chain(
        "all sources are unavailable",
        56,
        chain,
        sources=[("filestore", {"available": False}), gone],
        reason="unavailable",
        unavailable=["filestore", "k8s-secrets"],
    )
    book.chain(
        "a leaf is denied, a source is unavailable",
        56,
        [globex.leaf(purposes=["1.2.3"])],
        sources=[first, gone],
        reason="wrong_eku",
        where="leaf",
    )
    book.chain(
        "a key is revoked, a source is unavailable",
        56,
        chain,
        sources=[first, gone],
        revoked=[acme.key.spki_sha256],
        reason="revoked",
        where="anchor",
    )
    other = ("k8s-secrets", {"entities": {"globex": [globex.certificate]}})
    book.chain(
        "two entities of two sources",
        32,
        [leaf, middle.certificate, cross],
        sources=[first, other],
        reason="ambiguous_entity",
        where="anchor",
    )
    bundle = ("spire", {"bundles": {"mesh.example": [globex.certificate]}})
    both = [middle.svid(svid), middle.certificate, cross]
    book.chain(
        "a bundle and an entity, the bundle first",
        56,
        both,
        sources=[bundle, first],
        entity="mesh.example",
        spiffe_id=svid,
        backend="spire",
    )
    book.chain(
        "a bundle and an entity, the entity first",
        56,
        both,
        sources=[first, bundle],
        entity="acme",
        backend="filestore",
    )
    down = ("spire", {"bundles": {"mesh.example": [globex.certificate]}, "available": False})
    book.chain(
        "an SVID, the source of its bundle is unavailable",
        56,
        [globex.svid(svid)],
        sources=[first, down],
        reason="unavailable",
        unavailable=["spire"],
    )
    book.chain(
        "a source without anchors",
        57,
        chain,
        sources=[("filestore", {"entities": {}})],
        reason="untrusted",
    )

    # Form.
    good = acme.leaf("form")
    bytes_of = good.der()
    alone = {"acme": [acme.certificate]}

    def malformed(title, chain, where="leaf", row=54):
        book.chain(title, row, chain, entities=alone, reason="malformed", where=where)

    book.chain("no certificate", 37, [], entities=alone, reason="no_chain")
    malformed("a byte after the certificate", [bytes_of + b"\0"])
    malformed("a second certificate after the first", [bytes_of + middle.certificate.der()])
    malformed("cut off", [bytes_of[:-1]])
    malformed("its first half", [bytes_of[: len(bytes_of) // 2]])
    malformed("nothing", [b""])
    malformed("text", [b"certificate"])
    malformed(
        "a byte after an intermediate", [leaf, middle.certificate.der() + b"\0"], "intermediate 1"
    )
    inner = bytes_of[4:]
    malformed("a length of more digits than needed", [b"\x30\x83\x00" + bytes_of[2:4] + inner])
    malformed("an indefinite length", [b"\x30\x80" + inner + b"\0\0"])
    marked = good.but(
        extensions=(
            der.sequence(der.oid("2.5.29.19"), b"\x01\x01\x01", der.octets(der.sequence())),
            *good.extensions[1:],
        )
    )
    malformed("a boolean that is neither 00 nor FF", [marked])
    malformed(
        "a serial number with a zero in front",
        [_resigned(good, lambda tbs: tbs.replace(b"\x02\x08", b"\x02\x09\x00", 1))],
    )
    offset = b"261101000000+0000"
    malformed(
        "a time with an offset",
        [
            _resigned(
                good, lambda tbs: tbs.replace(b"\x17\x0d261101000000Z", b"\x17\x11" + offset, 1)
            )
        ],
    )
    malformed(
        "a time of month 13",
        [_resigned(good, lambda tbs: tbs.replace(b"261101000000Z", b"261301000000Z", 1))],
    )
    malformed(
        "garbage as subjectAltName",
        [
            acme.leaf(
                names=[],
                more=[der.sequence(der.oid("2.5.29.17"), der.octets(b"\x30\x03\x82\x05a"))],
            )
        ],
    )

    text = pem(leaf, middle.certificate)
    for title, chain in {
        "one PEM text": [text],
        "a PEM text each": [pem(leaf), pem(middle.certificate)],
        "DER, then PEM": [leaf, pem(middle.certificate)],
        "PEM with CRLF": [pem(leaf, middle.certificate, end="\r\n")],
        "PEM with a byte order mark": ["\ufeff" + text],
        "PEM with text between the blocks": [
            "Agent certificate\n" + pem(leaf) + "\nsubject=CN = x\n" + pem(middle.certificate)
        ],
    }.items():
        book.chain(title, 74, chain, entities=trust, entity="acme")
    malformed("a PEM block without an end", [text[:-30]], "leaf")
    malformed(
        "a private key next to the certificates", [pem(b"\x30\x00", label="PRIVATE KEY") + text]
    )
    malformed("a TRUSTED CERTIFICATE", [pem(leaf, label="TRUSTED CERTIFICATE")])
    malformed("a bad block after good ones", [text + "-----BEGIN CERTIFICATE-----\n*\n"])
    many = pem(*[leaf] * 9)
    book.chain("nine certificates in one text", 15, [many], entities=trust, reason="chain_too_long")
    book.chain("nine elements", 15, [leaf] * 9, entities=trust, reason="chain_too_long")


def _resigned(certificate, change):
    """The certificate with its bytes changed before they are signed."""
    signed = certificate.to_be_signed()
    body = change(signed[4:])
    assert body != signed[4:]
    changed = der.tlv(0x30, body)
    signature = certificate.issuer_key.sign(changed, certificate.digest)
    algorithm = certificate.issuer_key.algorithm(certificate.digest)
    return der.sequence(changed, algorithm, der.bits(signature))
