"""Domains: keys, the value rule, entries and arguments (section "Domains")."""

import ipaddress
import re
import urllib.parse

import ref_addresses
from ref_keys import (
    Exempt,
    Malformed,
    fold,
    is_freed,
    is_port_key,
    joined,
    last_two,
    last_word,
    pairs,
    with_plurals,
)
from ref_paths import WHITE_SPACE, as_url_parsers_read, is_control

LAST_TWO = (
    pairs(("host", "domain"), ("name",)) | pairs(("end",), ("point",)) | pairs(("web",), ("hook",))
)
LAST = joined(LAST_TWO) | with_plurals(
    "url", "uri", "href", "link", "domain", "host", "site", "website", "server", "proxy", "fqdn"
)
# [domain.integer]
ADDRESS_LAST = {
    "host",
    "hostname",
    "uri",
    "url",
    "address",
    "ip",
    "endpoint",
    "server",
    "proxy",
}
SUFFIXES = tuple(with_plurals("url", "uri", "hostname"))
DEFAULT_PORT = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def is_domain_key(key, added):
    return (
        last_word(key, LAST)  # [domain.key-last-word] [key.listed-joined]
        or last_two(key, LAST_TWO)  # [domain.key-last-two]
        or fold(key).endswith(SUFFIXES)  # [domain.key-suffix]
        or fold(key) in added  # [domain.key-added]
    )


def looks_like_url(string):
    """The value rule."""
    start = as_url_parsers_read(string)
    return (
        bool(re.match("([A-Za-z][A-Za-z0-9+.-]*:)?//", start))  # [domain.value-scheme]
        or start[:5].lower() == "http:"  # [domain.value-http]
        or start[:6].lower() == "https:"
        # [domain.value-slashes] is the scheme that is absent.
    )


def normal_host(host):
    """The name in lower case without its trailing dot, the address, or Malformed."""
    if host.startswith("[") and host.endswith("]"):
        address = ref_addresses.canonical_ipv6(host[1:-1])
        if address is None:  # [domain.ipv6] [address.canonical]
            raise Malformed
        return address
    name = host[:-1] if host.endswith(".") else host  # [domain.host-trailing-dot]
    if name == "" or len(name) > 253:  # [domain.empty-host] [domain.host-length]
        raise Malformed
    for label in name.split("."):
        # [domain.host-label] [domain.authority]
        if not re.fullmatch("[A-Za-z0-9_-]{1,63}", label):
            raise Malformed
    if ref_addresses.ends_in_number(name):  # [domain.host-numeric] [domain.quad]
        address = ref_addresses.quad(host)
        if address is None:
            raise Malformed
        return address
    return name.lower()  # [domain.host-case]


def normal_port(text):
    """[domain.port]"""
    if not re.fullmatch("[1-9][0-9]{0,4}", text) or int(text) > 65535:
        raise Malformed
    return int(text)


def split_port(authority):
    """(host, port or None); a colon in brackets is none of a port."""
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", authority, re.DOTALL)
    if not match:
        raise Malformed
    return match[1], None if match[2] is None else normal_port(match[2])


def parse(value):
    """(scheme or None, host, port or None) of a value, or Malformed. An address is one of Python's
    ipaddress, a name is a string."""
    if any(c == "\\" or c in WHITE_SPACE or is_control(c) for c in value):  # [domain.anywhere]
        raise Malformed
    scheme = None
    authority = value
    match = re.fullmatch("([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", value, re.DOTALL)
    if match:  # [domain.url-form]
        scheme, authority = match[1].lower(), match[2]
        if scheme not in DEFAULT_PORT:  # [domain.url-scheme]
            raise Malformed
    # [domain.bare] What is no URL must be host or host:port; [domain.userinfo] falls to the labels.
    host, port = split_port(authority)
    return scheme, normal_host(host), port


def read(value):
    """What clients find in a value, like parse, whatever it holds beside; None without a host.
    (args.deny)"""
    start = as_url_parsers_read(value)
    match = re.match("(https?|wss?|ftp):", start, re.IGNORECASE)
    scheme = match[1].lower() if match else None
    if match or (match := re.match("[A-Za-z][A-Za-z0-9+.-]*:(?=//)", start)):
        start = start[match.end() :]
    authority = re.split("[/?#]", start.lstrip("/"))[0].rsplit("@", 1)[-1]
    decoded = urllib.parse.unquote(authority, errors="surrogateescape")
    if len(decoded.encode(errors="surrogateescape")) > 253 + 16:
        return None
    bracketed = re.match(r"\[([^\]]*)\]", decoded)
    host = bracketed[0] if bracketed else decoded.split(":")[0]
    port = decoded[len(host) :].removeprefix(":").lstrip("0")
    try:
        port = normal_port(port)
    except Malformed:
        port = None if port == "" else 0
    scheme = scheme if scheme in DEFAULT_PORT else None
    if bracketed:
        host = ref_addresses.loose_ipv6(bracketed[1])
    else:
        host = host.removesuffix(".")
        if ref_addresses.ends_in_number(host):
            host = ref_addresses.loose_ipv4(host)
        else:
            host = "".join(c.lower() if c.isascii() else c for c in host)
    return None if not host else (scheme, host, port)


def read_bare(text):
    """[deny.word-host] [deny.address-key] The host up to the end of an authority, like read."""
    text = re.split(r"[/\\?#]", text)[0]
    address = ref_addresses.loose_ipv6(text)
    if address is not None:
        return None, address, None
    found = None if "@" in text else read(text)
    if found is None or not isinstance(found[1], str):
        return found
    labels = found[1].split(".")
    is_name = all(re.fullmatch("[a-z0-9_-]{1,63}", label) for label in labels)
    return found if is_name and len(found[1]) <= 253 else None


def matches(entry, value, deny=False):
    """Whether an entry matches a parsed value.

    A deny entry covers the apex [deny.apex] and, without a port, every port [deny.every-port].
    """
    scheme, host, port = value
    entry_host, entry_port = split_entry(entry)
    if not covers_host(entry_host, host, deny):
        return False
    default = DEFAULT_PORT[scheme] if scheme else None
    if entry_port is not None:  # [domain.entry-port] [domain.bare-port]
        return entry_port == (port if port is not None else default)
    # [domain.entry-default-port] [domain.bare-port]
    return deny or port is None or port == default


def split_entry(entry):
    if "/" in entry:
        return entry, None
    return split_port(entry)


def covers_host(entry, host, deny):
    if entry == "*":  # [address.any]
        return True
    if deny and entry in ref_addresses.NAMES:  # [address.words]
        if isinstance(host, str):
            return any(covers_name(name, host, deny) for name in ref_addresses.hosts_of(entry))
        return ref_addresses.in_denied(lambda a: ref_addresses.stands_for(entry, a), host)
    block = ref_addresses.block(entry)
    if block is None and entry.startswith("["):
        block = ipaddress.ip_network(entry[1:-1])
    if block is None and ref_addresses.quad(entry):  # [domain.quad]
        block = ipaddress.ip_network(entry)
    if block is None:
        return isinstance(host, str) and covers_name(entry, host, deny)
    if isinstance(host, str):
        return False
    # [address.entry] [address.deny]
    return ref_addresses.in_denied(lambda a: a in block, host) if deny else host in block


def covers_name(entry, host, deny):
    if entry.startswith("*."):  # [domain.entry-wildcard]
        return host.endswith(entry[1:]) or (deny and host == entry[2:])
    return host == entry  # [domain.entry-exact]


def address_of_number(key, number):
    """[domain.integer] The address that a number spells under this key, or None."""
    value = float(str(number))
    if not last_word(key, ADDRESS_LAST) or not 0 <= value < 1 << 32 or value != int(value):
        return None
    return ipaddress.IPv4Address(int(value))


def numbers(obj, freed):
    """[domain.integer] The addresses that numbers below an object spell."""
    addresses = [
        address_of_number(key, value)
        for key, value in scalars(obj)
        if not isinstance(value, str) and not is_freed(key, freed)
    ]
    return [address for address in addresses if address is not None]


def address_texts(obj):
    """[deny.address-key] What the strings under keys of addresses name, like read."""
    hosts = [
        read_bare(value.strip(WHITE_SPACE))
        for key, value in scalars(obj)
        if isinstance(value, str) and last_word(key, ADDRESS_LAST)
    ]
    return [host for host in hosts if host is not None]


def scalars(obj):
    """Each string and number at any depth with the nearest key around it."""

    def look(key, value):
        if isinstance(value, dict):
            yield from scalars(value)
        elif isinstance(value, list):
            for element in value:
                yield from look(key, element)
        elif value is not None and not isinstance(value, bool):
            yield key, value

    for key, value in obj.items():
        yield from look(key, value)


def allowed(value, entries):
    try:
        parsed = parse(value)
    except Malformed:
        return False
    return any(matches(entry, parsed) for entry in entries)


def check_ports(search, value):
    """[domain.port-key] Malformed if a domain stands in one object with a port of its own."""
    if isinstance(value, list):
        for element in value:
            check_ports(search, element)
    if not isinstance(value, dict):
        return
    bad_port = any(
        is_port_key(key) and port is not None and str(port) not in ("80", "443")
        for key, port in value.items()
    )
    if bad_port and any(
        holds_domain(search, key, v, value, search.holds_command(key, value))
        for key, v in value.items()
    ):
        raise Malformed
    for member in value.values():
        check_ports(search, member)


def without_objects(value):
    return [
        without_objects(element) if isinstance(element, list) else element
        for element in value
        if not isinstance(element, dict)
    ]


def holds_domain(search, key, value, obj, in_command):
    """Whether a domain is found under this key itself."""
    if value is None:
        return False
    if search.in_class(key, obj):
        return bool(search.member(key, value, obj, in_command))
    if isinstance(value, dict):
        return False
    if isinstance(value, list):
        value = without_objects(value)
    # [deny.exempt-words] What deny entries find under an exempt word is no reason to look at ports.
    return any(not isinstance(found, Exempt) for found in search.other(key, value, in_command))
