"""Subject: what a verdict makes of a caller."""

from __future__ import annotations

import dataclasses

import pytest
from callgate.serving.subject import Subject
from callgate.trust import Verdict

LEAF, ANCHOR = "aa" * 32, "bb" * 32
SPIFFE_ID = "spiffe://mesh.example/agent/one"
CERTIFICATE = Verdict(
    trusted=True, entity="acme", anchor_sha256=ANCHOR, leaf_sha256=LEAF, valid_until=5.0
)
SVID = dataclasses.replace(CERTIFICATE, entity="mesh.example", spiffe_id=SPIFFE_ID)


def test_a_verified_spiffe_id_is_the_name() -> None:
    assert Subject.of_verdict(SVID) == Subject(
        name=SPIFFE_ID,
        source="svid",
        spiffe_id=SPIFFE_ID,
        entity="mesh.example",
        anchor_sha256=ANCHOR,
        leaf_sha256=LEAF,
        valid_until=5.0,
    )


def test_a_certificate_is_named_by_entity_and_digest() -> None:
    subject = Subject.of_verdict(CERTIFICATE)
    assert subject is not None
    assert (subject.name, subject.source) == (f"acme/{LEAF}", "certificate")
    assert subject.spiffe_id is None


def test_two_certificates_of_an_entity_are_two_subjects() -> None:
    other = dataclasses.replace(CERTIFICATE, leaf_sha256="cc" * 32)
    one, two = Subject.of_verdict(CERTIFICATE), Subject.of_verdict(other)
    assert one is not None
    assert two is not None
    assert one.name != two.name


def test_a_renewed_svid_is_the_same_name() -> None:
    one = Subject.of_verdict(SVID)
    two = Subject.of_verdict(dataclasses.replace(SVID, leaf_sha256="cc" * 32))
    assert one is not None
    assert two is not None
    assert one.name == two.name


@pytest.mark.parametrize("verdict", [SVID, CERTIFICATE])
def test_what_a_proxy_passed_on_says_so(verdict: Verdict) -> None:
    subject, direct = Subject.of_verdict(verdict, passed_on=True), Subject.of_verdict(verdict)
    assert subject is not None
    assert direct is not None
    assert (subject.source, subject.name) == ("proxy_certificate", direct.name)


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(trusted=False, reason="expired", leaf_sha256=LEAF),
        Verdict(trusted=False, reason="unavailable", unavailable=("spire",)),
        # No verdict of ours, so nothing is made of it.
        Verdict(trusted=False, entity="acme", leaf_sha256=LEAF, spiffe_id=SPIFFE_ID),
        Verdict(trusted=True, leaf_sha256=LEAF),
        Verdict(trusted=True, entity="acme"),
    ],
)
def test_what_is_not_trusted_is_no_subject(verdict: Verdict) -> None:
    assert Subject.of_verdict(verdict) is None
