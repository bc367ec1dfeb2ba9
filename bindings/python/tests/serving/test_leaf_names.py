"""What a certificate names: one verdict for the proxy, for bindings and for agents."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from authorities import Issued, authority
from callgate.serving.leaf_names import LeafNames
from cryptography import x509

ACME = authority("Acme")


def named(*names: x509.GeneralName) -> Issued:
    return ACME.issue("common.example", names=names)


def dns(*names: str) -> LeafNames:
    found = LeafNames.of(named(*map(x509.DNSName, names)).der)
    assert found is not None
    return found


@pytest.mark.parametrize("written", ["a.example", "A.Example", "a.example."])
@pytest.mark.parametrize("host", ["a.example", "A.EXAMPLE", "a.example."])
def test_case_and_the_dot_of_the_root_make_no_other_name(written: str, host: str) -> None:
    assert dns(written).has_host(host)


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("a.example", "b.example"),
        ("a.example", "x.a.example"),
        ("a.example", "a.example.."),
        ("a.example", ""),
        ("*.example", "a.example"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_another_name_is_not_named(written: str, host: str) -> None:
    assert not dns(written).has_host(host)


def test_an_address_is_one_however_it_is_written() -> None:
    names = LeafNames.of(named(x509.IPAddress(ip_address("2001:db8::1"))).certificate)
    assert names is not None
    assert names.has_host("2001:DB8:0::1")
    assert not names.has_host("2001:db8::2")


def test_the_common_name_names_no_host() -> None:
    names = LeafNames.of(named().der)
    assert names == LeafNames(frozenset(), frozenset(), (), "common.example")
    assert not names.has_host("common.example")


def test_what_cannot_be_read_names_nothing() -> None:
    leaf = named(x509.DNSName("a.example"))
    assert LeafNames.of(leaf.der[:-1]) is None
    assert LeafNames.of(b"") is None
