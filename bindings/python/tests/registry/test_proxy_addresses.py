"""Addresses that the registry never connects to, in every spelling."""

from ipaddress import ip_address

import pytest
from callgate.registry.proxy.bounds import ProxyError
from callgate.registry.proxy.target import check_address, host_and_port
from proxied import target

ALWAYS_REFUSED = [
    *("169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "::169.254.169.254"),
    *("fd00:ec2::254", "100.100.100.200", "0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"),
    *("224.0.0.1", "239.255.255.250", "ff02::1", "255.255.255.255", "240.0.0.1", "fec0::1"),
]
LOOPBACK = ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "::127.0.0.1"]
ALLOWED = [
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "8.8.8.8", "fd12:3456::1"),
    *("2606:4700::1111", "::ffff:10.0.0.1", "64:ff9b::808:808"),
]


def refused(address: str, *, from_loopback: bool) -> bool:
    try:
        check_address(ip_address(address), target(9101, from_loopback=from_loopback))
    except ProxyError as error:
        assert error.status == 403
        return True
    return False


@pytest.mark.parametrize("address", ALWAYS_REFUSED)
def test_reserved_addresses_are_never_called(address: str) -> None:
    assert refused(address, from_loopback=True) and refused(address, from_loopback=False)


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_is_for_agents_of_this_machine(address: str) -> None:
    assert refused(address, from_loopback=False)
    assert not refused(address, from_loopback=True)


@pytest.mark.parametrize("address", ALLOWED)
def test_addresses_of_agents_are_called(address: str) -> None:
    assert not refused(address, from_loopback=False)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("10.1.2.3:80", ("10.1.2.3", 80)),
        ("[::1]:9101", ("::1", 9101)),
        ("agents.test:65535", ("agents.test", 65535)),
        ("::1:9101", None),
        ("agents.test", None),
        ("agents.test:", None),
        (":80", None),
        ("a:0", None),
        ("a:65536", None),
        ("a:080000", None),
        ("a:+80", None),
        ("a:٨٠", None),
        ("", None),
    ],
)
def test_a_target_is_a_host_and_a_port(text: str, read: tuple[str, int] | None) -> None:
    assert host_and_port(text) == read
