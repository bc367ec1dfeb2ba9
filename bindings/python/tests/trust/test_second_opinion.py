"""The verifier of `cryptography` judges the same chains; every difference has its explanation.

It is a verifier of the web's rules: what it does not know of (entities, SPIFFE IDs, revoked keys)
it cannot refuse, and what the web forbids it refuses.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from trust_case import VECTORS, Case, documents, now_of

CASES: list[Case] = json.loads((VECTORS / "trust.json").read_bytes())["chains"]

# We refuse and it accepts, by our reason.
NOT_ITS_RULES = {
    "bad_spiffe_id": "it reads no URI",
    "wrong_trust_domain": "its store has no trust domains: any anchor will do",
    "revoked": "it knows no revoked keys",
    "ambiguous_entity": "its store has no entities",
    "bad_name": "it looks at names only where constraints do",
    "wrong_key_usage": "of a leaf's keyUsage it forbids keyCertSign alone",
    "weak_key": "it leaves the leaf's own key alone",
    "key_encoding": "it tells keys apart by what they are, not by a digest of their bytes",
    "chain_too_long": "it bounds the depth of paths, not what is presented",
}
# The same, where its rule and ours differ in detail: by the names of the cases.
OTHER_DETAIL = {
    "expired at its notAfter": "it counts notAfter itself; we stop before it, as OpenSSL does",
    "no skew after notAfter": "the same",
    "no extendedKeyUsage where one is required": "an option of ours",
    "a keyUsage of no use": "RFC 5280, 4.2.1.3, wants one bit at least; it does not look",
    "an intermediate for anyExtendedKeyUsage only": "we take anyExtendedKeyUsage for no permission",
    "no URI: not an SVID": "its store has no trust domains",
    "a URI of another scheme: not an SVID": "its store has no trust domains",
    "an SVID for clientAuth only": "X509-SVID, 4.4, wants both purposes",
    "a private key next to the certificates": "its reader of PEM passes over other blocks",
    "a policy twice": "it reads no certificatePolicies",
    "nsCertType of an authority, bit 5": "it reads no nsCertType; OpenSSL does",
    "nsCertType of an authority, bit 6": "the same",
    "nsCertType of an authority, bit 7": "the same",
    "nsCertType of an authority, which basicConstraints deny": "the same",
    "a bad block after good ones": "its reader of PEM passes over what does not end",
}
# We accept and it refuses, by a part of what it says.
STRICTER_THAN_RFC_5280 = {
    "not valid at validation time": "it knows no skew; an option of ours",
    "2.5.29.36: certificate contains": "it reads no policyConstraints; OpenSSL enforces them",
    "2.5.29.37: Certificate extension has incorrect criticality": "an issuer may choose",
    "required EKU not found": "an option of ours",
    "Forbidden signature algorithm": "it wants RSA-PSS with a salt of the digest's length",
    "Forbidden public key algorithm": "the web has no Ed25519; RFC 8410 does",
    "2.5.29.35: Certificate is missing required extension": "it demands authorityKeyIdentifier",
    "2.5.29.17: Certificate is missing required extension": "it demands subjectAltName",
    "2.5.29.15: Certificate is missing required extension": "it demands keyUsage of authorities",
    "subjectAltName MUST be critical": "a SHOULD of RFC 5280, 4.2.1.6, that matters for names only",
    "unsupported name constraint": "it has no URI constraints; OpenSSL enforces them",
    "unsupported directoryName constraint": "it has none of these either",
}


def certificates(parts: tuple[bytes, ...]) -> Iterator[x509.Certificate]:
    for part in parts:
        if part[:1] == b"0":
            yield x509.load_der_x509_certificate(part)
        else:
            yield from x509.load_pem_x509_certificates(part)


def anchors_of(case: Case) -> Iterator[x509.Certificate]:
    for source in case["sources"]:
        if source.get("available", True):
            for kind in ("entities", "bundles"):
                for files in source.get(kind, {}).values():
                    yield from certificates(documents(files))


def refusal(case: Case) -> str | None:
    """Why it refuses a chain; None where it accepts."""
    try:
        chain = list(certificates(documents(case["chain"])))
    except (ValueError, x509.InvalidVersion) as error:
        return f"unreadable: {error}"
    anchors = list(anchors_of(case))
    if not chain or not anchors:
        return "nothing to judge, or nothing to judge by"
    at = datetime.fromtimestamp(now_of(case), timezone.utc)
    verifier = PolicyBuilder().store(Store(anchors)).time(at).build_client_verifier()
    try:
        verifier.verify(chain[0], chain[1:])
    except (VerificationError, x509.UnsupportedGeneralNameType, ValueError) as error:
        return str(error)
    return None


@pytest.mark.filterwarnings("ignore")  # of what it will not read in later versions
def test_every_difference_to_cryptography_is_explained() -> None:
    used: Counter[str] = Counter()
    unexplained = []
    for case in CASES:
        theirs = refusal(case)
        if ("trusted" in case) == (theirs is None):
            continue
        if theirs is None:
            keys = [key for key in (case["name"], case["reason"]) if key in OTHER_DETAIL] or [
                key for key in (case["reason"],) if key in NOT_ITS_RULES
            ]
        else:
            keys = [key for key in STRICTER_THAN_RFC_5280 if key in theirs]
        if not keys:
            unexplained.append((case["name"], case.get("reason"), theirs))
        used.update(keys)
    assert unexplained == []
    # An explanation of nothing would be one that is out of date.
    explained = NOT_ITS_RULES.keys() | OTHER_DETAIL.keys() | STRICTER_THAN_RFC_5280.keys()
    assert explained == used.keys()
    assert sum(used.values()) < len(CASES) / 2
