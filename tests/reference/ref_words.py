"""The words of commands as far as they may be paths and URLs (section "Words of commands")."""

import ipaddress
import re

import ref_addresses
import ref_domains
from ref_commands import is_plural_key
from ref_keys import Malformed
from ref_paths import begins_like_path, looks_like_path

SEPARATORS = " \t\n\v\f\r;&|<>()`"
MOST_PATHS_IN_WORD = 16
UNQUOTED, LITERAL, BOTH = "unquoted", "literal", "both"


def reading_of(capability):
    """[words.list]"""
    return LITERAL if capability.get("exec", "shell") == "argv" else UNQUOTED


def words(text, reading):
    """The words of one string of a command."""
    key, string, is_element = text
    if not is_element:  # [words.text]
        return cut_text(string)
    found = []
    is_text = is_plural_key(key) and " " in string
    if reading == BOTH:
        return [string, without_quotes(string), *cut_text(string)]
    if is_text:
        return cut_text(string)
    if reading == LITERAL:
        found.append(string)
    else:
        # What holds neither a quote nor a separator is the same either way.
        found.append(without_quotes(string))
    return found


def cut_text(string):
    """[words.text]"""
    found, word, quote = [], "", ""
    for char in string:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in SEPARATORS:
            found.append(word)
            word = ""
            continue
        word += char
    found.append(word)
    return [without_quotes(word) for word in found if word]


def without_quotes(string):
    text, quote = "", ""
    for char in string:
        if quote:
            if char == quote:
                quote = ""
                continue
        elif char in "'\"":
            quote = char
            continue
        text += char
    return text


def pieces(word):
    """[words.cut] (piece, rest of the word from there on, whether it is a URL)."""
    found = []
    start = 2 if re.match("-[^-]", word) else 0
    url_from = 0
    while True:
        cut = next((i for i in range(start, len(word)) if word[i] in "=:,@"), None)
        if cut is None:
            return [*found, (word[start:], word[start:], False)]
        scheme = re.search(r"[A-Za-z][A-Za-z0-9+.-]*\Z", word[start:cut])
        if word[cut] == ":" and cut >= url_from and scheme:
            name = scheme.group().lower()
            after = word[cut + 1 :]
            # [words.url]
            if after.startswith("//") or (name in ("http", "https") and after[:1] in ("/", "\\")):
                begin = start + scheme.start()
                if begin != start:
                    found.append((word[start:begin], word[start:], False))
                    start = begin
                    continue
                found.append((word[start:], word[start:], True))
                url_from = cut + 1
                if name != "file":
                    return found
                continue
        found.append((word[start:cut], word[start:], False))
        start = cut + 1


def paths(word, strict):
    """[words.path] [words.most] What of a word is judged as a path; None where it is too much.

    To what is allowed the colon of `file:` and of a drive is no end.
    """
    found = [
        (piece, rest)
        for piece, rest, is_url in pieces(word)
        if not is_url and (looks_like_path(piece) or (strict and begins_like_path(rest)))
    ]
    if len(found) > MOST_PATHS_IN_WORD:
        return None
    return [path for pair in found for path in pair]


def urls(word):
    return [piece for piece, _, is_url in pieces(word) if is_url]


def hosts(word):
    """[deny.word-host] What a word names for deny entries, as ref_domains.parse gives it."""
    found = []
    for piece, rest, is_url in pieces(word):
        if is_url:
            found.append(ref_domains.read(piece))
            continue
        found.append(ipv6(word[: len(word) - len(rest)], rest))
        host = re.split(r"[/\\?#]", piece)[0]
        named = ref_domains.read_bare(host)
        if named is None:
            continue
        port = None if host != piece else port_of(rest[len(host) :])
        if port is None and host.lower() == "metadata":  # [deny.word-metadata]
            continue
        followed = host != piece or port is not None
        if isinstance(named[1], ipaddress.IPv4Address) and ref_addresses.is_ordinary_number(
            host, int(named[1]), followed
        ):
            continue
        found.append((None, named[1], port))
    return [host for host in found if host is not None]


def ipv6(before, rest):
    """[deny.word-ipv6] The address that begins where a piece does."""
    match = re.match(r"\[([A-Za-z0-9:.%_-]{0,128})\]", rest)
    if match:
        address = ref_addresses.loose_ipv6(match[1])
        return address and (None, address, port_of(rest[match.end() :]))
    match = re.match(r"([A-Za-z0-9:.%_-]{0,128})([/\\?#,=@]|\Z)", rest)
    if before.endswith(":") or not match:
        return None
    address = ref_addresses.loose_ipv6(match[1])
    return address and (None, address, None)


def port_of(rest):
    """The port behind a colon; None without one."""
    match = re.match(":([0-9]*)", rest)
    try:
        return ref_domains.normal_port(match[1]) if match else None
    except Malformed:
        return None


def holds_dot_dot(path):
    """[deny.word-path]"""
    return ".." in re.split(r"[/\\]", path)
