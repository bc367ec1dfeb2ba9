"""Addresses as the reference reads them, against the standard library's own readers."""

import ipaddress
import random
import socket

import pytest
import ref_addresses
import ref_domains

RNG = random.Random(7)


def spellings(address):
    """Ways to write an IPv4 address that inet_aton(3) takes."""
    number = int(address)
    split = {
        1: [number],
        2: [number >> 24, number & 0xFFFFFF],
        3: [number >> 24, number >> 16 & 0xFF, number & 0xFFFF],
        4: [number >> shift & 0xFF for shift in (24, 16, 8, 0)],
    }
    for parts in split.values():
        yield ".".join(RNG.choice(["{}", "0x{:x}", "0X{:X}", "0{:o}"]).format(p) for p in parts)


def test_every_spelling_of_inet_aton_is_read():
    for _ in range(2000):
        address = ipaddress.IPv4Address(RNG.getrandbits(32))
        for text in spellings(address):
            assert socket.inet_aton(text) == address.packed, text
            assert ref_addresses.loose_ipv4(text) == address, text
            assert ref_addresses.ends_in_number(text)


def test_what_inet_aton_takes_is_never_a_name():
    for _ in range(20000):
        text = "".join(RNG.choice("0017xXfa9.g-") for _ in range(RNG.randint(1, 12)))
        try:
            packed = socket.inet_aton(text)
        except OSError:
            continue
        assert ref_addresses.loose_ipv4(text) == ipaddress.IPv4Address(packed), text


def test_ipv6_is_written_as_rfc_5952_says():
    for _ in range(5000):
        groups = [RNG.choice([0, 0, 1, 0xFFFF, RNG.getrandbits(16)]) for _ in range(8)]
        address = ipaddress.IPv6Address(b"".join(g.to_bytes(2, "big") for g in groups))
        text = ref_addresses.text_of_ipv6(address)
        assert ipaddress.IPv6Address(text) == address
        if address.ipv4_mapped is None:  # later versions write a quad there
            assert text == str(address)
        canonical = ref_addresses.canonical_ipv6(text)
        assert canonical == (None if ref_addresses.embedded(address) else address)
        for other in {address.exploded, text.upper(), text + "%1"} - {text}:
            assert ref_addresses.canonical_ipv6(other) is None
            assert ref_addresses.loose_ipv6(other) == address


@pytest.mark.parametrize(
    ("text", "ipv4"),
    [
        ("::ffff:a9fe:a9fe", "169.254.169.254"),
        ("::ffff:169.254.169.254", "169.254.169.254"),
        ("::a9fe:a9fe", "169.254.169.254"),
        ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
        ("2002:a9fe:a9fe::1", "169.254.169.254"),
        ("::1", None),
        ("::", None),
        ("64:ff9b:1::a9fe:a9fe", None),
        ("2001:db8::a9fe:a9fe", None),
    ],
)
def test_some_ipv6_stands_for_ipv4(text, ipv4):
    expected = None if ipv4 is None else ipaddress.IPv4Address(ipv4)
    assert ref_addresses.embedded(ipaddress.IPv6Address(text)) == expected


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ("10.0.0.0/8", True),
        ("0.0.0.0/0", True),
        ("::/0", True),
        ("2001:db8::/32", True),
        ("10.0.0.1/8", False),
        ("10.0.0.0/33", False),
        ("10.0.0.0/08", False),
        ("10.0.0.0/", False),
        ("10/8", False),
        ("2001:DB8::/32", False),
        ("[2001:db8::]/32", False),
    ],
)
def test_a_block_is_a_canonical_prefix(text, loads):
    assert (ref_addresses.block(text) is not None) == loads


def test_what_python_calls_private_is_not_global():
    # The lists of Python's versions differ; those that it takes for global are not compared.
    for _ in range(5000):
        number = RNG.getrandbits(32)
        address = ipaddress.IPv4Address(number)
        if address.is_private or address.is_multicast or address.is_reserved:
            assert ref_addresses.stands_for("not-global", address), address


def test_the_words_cover_what_they_name():
    for word, text in [
        ("loopback", "127.9.9.9"),
        ("loopback", "0.0.0.0"),
        ("loopback", "::"),
        ("private", "100.64.0.1"),
        ("private", "fd00::1"),
        ("link-local", "fe80::1"),
        ("multicast", "ff02::1"),
        ("metadata", "168.63.129.16"),
        ("metadata", "fd00:ec2::254"),
        ("not-global", "168.63.129.16"),
        ("not-global", "192.0.0.8"),
        ("not-global", "2001::1"),
    ]:
        assert ref_addresses.stands_for(word, ipaddress.ip_address(text)), (word, text)
    for text in ["8.8.8.8", "192.0.0.9", "2606:4700::1111", "2001:4:112::1", "2001:20::1"]:
        assert not ref_addresses.stands_for("not-global", ipaddress.ip_address(text)), text


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("http://0xA9FEA9FE/", "169.254.169.254"),
        (" \x01ht\ntp:\\\\EVIL.example.\\x", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("https://good.example@evil.example:0443/", "evil.example"),
        ("https://%65vil.example", "evil.example"),
        ("//[::FFFF:10.0.0.1]:80/", "::ffff:10.0.0.1"),
        ("evil.example:8080", "evil.example"),
        ("https:///", None),
    ],
)
def test_clients_find_a_host_in_much(value, host):
    read = ref_domains.read(value)
    if host is None:
        assert read is None
    elif isinstance(read[1], str):
        assert read[1] == host
    else:
        assert read[1] == ipaddress.ip_address(host)
