"""The kinds of one string: paths, URLs, hosts and URIs (section "Kinds")."""

import re
import urllib.parse

import ref_domains
import ref_paths
from ref_keys import Malformed

SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
MOST_BASE_BYTES = 4096
MOST_BYTES_OF_BASE = 4096
UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"


def passes(kind, said, value, arguments):
    if kind == "path":
        return path_passes(said, value, arguments)
    if kind == "uri":
        return uri_passes(said, value)
    return host_passes(said, value, with_scheme=kind == "url")


def base_of(said, arguments):
    """The base directory of a path kind in a call, or None. [kind.path-base]"""
    base = said.get("base")
    if base is None or base.startswith("/"):
        return base
    held = arguments.get(base)
    if not isinstance(held, str) or len(held.encode()) > MOST_BASE_BYTES:
        return None
    try:
        segments = ref_paths.normalise(held, None)
    except Malformed:
        return None
    return None if segments is None else "/" + "/".join(segments)


def path_passes(said, value, arguments):
    """[kind.path]"""
    base = base_of(said, arguments)
    if not ref_paths.allowed(value, said["allow"], base):  # [kind.empty-allow]
        return False
    segments = ref_paths.normalise(value, base)
    # [kind.except]
    return not any(
        ref_paths.covers(entry, segments, itself=True) for entry in said.get("except", [])
    )


def host_passes(said, value, with_scheme):
    """[kind.url] [kind.host]"""
    try:
        parsed = ref_domains.parse(value)
    except Malformed:
        return False
    scheme = parsed[0]
    if with_scheme != (scheme is not None):  # [kind.url-absolute] [kind.host-bare]
        return False
    if scheme is not None and scheme not in said.get("schemes", ["https"]):  # [kind.url-scheme]
        return False
    if not ref_domains.allowed(value, said["allow"]):
        return False
    return not any(
        ref_domains.matches(entry, parsed, deny=True) for entry in said.get("except", [])
    )


def uri_passes(said, value):
    """[kind.uri]"""
    match = SCHEME.match(value)
    if not match or match[0][:-1] not in said["schemes"] or not is_uri(value):
        return False
    return any(
        value.startswith(entry[:-1]) if entry.endswith("*") else value == entry
        for entry in said["allow"]
    )


def is_uri(value):
    """[kind.uri-form] Whether a value that begins with a scheme says what it says in one way."""
    parts = re.fullmatch("([^:]*):(?://([^/?#]*))?([^?#]*)(.*)", value, re.DOTALL)
    scheme, held, path, tail = parts[1], parts[2] or "", parts[3], parts[4]
    bracketed = re.fullmatch(r"((?:[^\[@]*@)*)\[([^\]]*)\](.*)", held, re.DOTALL)
    for part in bracketed.groups() if bracketed else [held]:
        if not is_uri_text(part):
            return False
    query, _, fragment = tail.partition("#")
    if not (is_uri_text(path) and is_uri_text(query) and is_uri_text(fragment)):
        return False
    if {".", ".."} & set(path.split("/")):
        return False
    return not (scheme.lower() == "file" and held)


def is_uri_text(text):
    """Only what RFC 3986 lets stand, and no escape of what needs none or hides a separator."""
    if not re.fullmatch("([A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*", text):
        return False
    decoded = [int(escape, 16) for escape in re.findall("%(..)", text)]
    return not any(
        byte < 0x20 or byte == 0x7F or chr(byte) in UNRESERVED + "/\\" for byte in decoded
    )


def authority(rest):
    """What stands behind `//`, to the path; None without."""
    return re.split("[/?#]", rest[2:])[0] if rest.startswith("//") else None


def uri_host(value):
    """What a domain entry sees of a URI, or None. [args.deny-uri]"""
    if not SCHEME.match(value):
        return None
    return value if authority(value.split(":", 1)[1]) else None


def uri_path(value):
    """The path that a path entry sees of a URI, None without one. [args.deny-uri]"""
    if not SCHEME.match(value) or not value.lower().startswith("file:"):
        return None
    rest = value.split(":", 1)[1]
    held = authority(rest)
    path = rest if held is None else rest[2 + len(held) :]
    bytes_ = urllib.parse.unquote_to_bytes(re.split("[?#]", path)[0])
    return bytes_.decode(errors="surrogateescape").replace("\\", "/")
