"""Domains: keys, the value rule, entries and arguments (section "Domains")."""

import re

from ref_keys import Malformed, fold, is_port_key, last_word
from ref_paths import WHITE_SPACE, is_control

LAST = {
    "url",
    "urls",
    "uri",
    "uris",
    "href",
    "link",
    "links",
    "domain",
    "domains",
    "host",
    "hosts",
    "hostname",
    "endpoint",
    "webhook",
    "site",
    "server",
    "proxy",
}
SUFFIXES = ("url", "urls", "uri", "hostname")
DEFAULT_PORT = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def is_domain_key(key, added):
    return (
        last_word(key, LAST)  # [domain.key-last-word]
        or fold(key).endswith(SUFFIXES)  # [domain.key-suffix]
        or fold(key) in added  # [domain.key-added]
    )


def looks_like_url(string):
    """The value rule."""
    start = string.lstrip(WHITE_SPACE)
    return (
        bool(re.match("[A-Za-z][A-Za-z0-9+.-]*://", start))  # [domain.value-scheme]
        or start[:5].lower() == "http:"  # [domain.value-http]
        or start[:6].lower() == "https:"
        or start.startswith(("//", "\\\\"))  # [domain.value-slashes]
    )


def is_quad(host):
    """[domain.quad]"""
    parts = host.split(".")
    return len(parts) == 4 and all(
        re.fullmatch("0|[1-9][0-9]{0,2}", part) and int(part) <= 255 for part in parts
    )


def normal_host(host):
    """The host in lower case without its trailing dot, or Malformed."""
    if host.endswith("."):  # [domain.host-trailing-dot]
        host = host[:-1]
    if host == "" or len(host) > 253:  # [domain.empty-host] [domain.host-length]
        raise Malformed
    labels = host.split(".")
    for label in labels:
        # [domain.host-label] [domain.authority] [domain.ipv6]
        if not re.fullmatch("[A-Za-z0-9_-]{1,63}", label):
            raise Malformed
    if re.fullmatch("[0-9]+", labels[-1]) and not is_quad(host):  # [domain.host-numeric]
        raise Malformed
    return host.lower()  # [domain.host-case]


def normal_port(text):
    """[domain.port]"""
    if not re.fullmatch("[1-9][0-9]{0,4}", text) or int(text) > 65535:
        raise Malformed
    return int(text)


def parse(value):
    """(scheme or None, host, port or None) of a value, or Malformed."""
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
    host, colon, port = authority.partition(":")
    return scheme, normal_host(host), normal_port(port) if colon else None


def matches(entry, value, deny=False):
    """Whether an entry matches a parsed value.

    A deny entry covers the apex [deny.apex] and, without a port, every port [deny.every-port].
    """
    scheme, host, port = value
    entry_host, _, entry_port = entry.partition(":")
    if entry_host.startswith("*."):  # [domain.entry-wildcard]
        suffix = entry_host[2:]
        if not (host.endswith("." + suffix) or (deny and host == suffix)):
            return False
    elif host != entry_host:  # [domain.entry-exact] [domain.quad]
        return False
    default = DEFAULT_PORT[scheme] if scheme else None
    if entry_port:  # [domain.entry-port] [domain.bare-port]
        return int(entry_port) == (port if port is not None else default)
    # [domain.entry-default-port] [domain.bare-port]
    return deny or port is None or port == default


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
    if bad_port and any(holds_domain(search, key, v) for key, v in value.items()):
        raise Malformed
    for member in value.values():
        check_ports(search, member)


def holds_domain(search, key, value):
    """Whether a domain is found under this key itself."""
    if value is None:
        return False
    if search.in_class(key):
        return bool(search.class_value(key, value))
    if isinstance(value, dict):
        return False
    if isinstance(value, list):
        return any(holds_domain(search, key, element) for element in value)
    return bool(search.other(key, value))
