"""Paths: keys, the value rule, entries and arguments (section "Paths")."""

import re

import ref_globs
from ref_keys import Malformed, fold, is_word, joined, last_two, last_word, pairs, with_plurals

SINGLE = with_plurals("src", "dst", "dest", "destination", "cwd")
LAST_TWO = pairs(("file", "path", "dir", "directory", "folder"), ("name",))
LAST = joined(LAST_TWO) | with_plurals(
    *("path", "file", "filepath", "dir", "directory", "folder", "basedir", "workdir", "homedir"),
    *("rootdir", "tempdir", "tmpdir", "infile", "outfile"),
)
SUFFIXES = tuple(with_plurals("path", "filename", "directory", "folder"))
LOOKALIKES = "\u2024\u2025\u2026\u2044\u2215\ufe19\ufe52\ufe68\uff0e\uff0f\uff3c"
WHITE_SPACE = (
    "\t\n\v\f\r \x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def is_path_key(key, added, obj):
    """Whether a key of an object is a path key."""
    if is_path_key_by_name(key) or fold(key) in added:  # [path.key-added]
        return True
    # [path.key-source]
    return is_word(key, "source", "sources") and any(
        value is not None and is_path_key_by_name(other) for other, value in obj.items()
    )


def is_path_key_by_name(key):
    return (
        is_word(key, *SINGLE)  # [path.key-single]
        or last_word(key, LAST)  # [path.key-last-word] [key.listed-joined]
        or last_two(key, LAST_TWO)  # [path.key-last-two]
        or fold(key).endswith(SUFFIXES)  # [path.key-suffix]
    )


def as_url_parsers_read(string):
    """[path.value-read] [domain.value-read]"""
    while string and (string[0] in WHITE_SPACE or is_control(string[0])):
        string = string[1:]
    return re.sub("[\t\n\r]", "", string).replace("\\", "/")


def looks_like_path(string):
    """The value rule."""
    # [path.value-dotdot]
    return begins_like_path(string) or ".." in as_url_parsers_read(string).split("/")


def begins_like_path(string):
    """The value rule but for a `..` segment further on."""
    start = as_url_parsers_read(string)
    return (
        start.startswith(("/", "~", "./", "../"))  # [path.value-start]
        or start == ".."
        or bool(re.match("[A-Za-z]:", start))  # [path.value-drive]
        or start[:5].lower() == "file:"  # [path.value-file]
    )


def is_control(char):
    return char <= "\x1f" or "\x7f" <= char <= "\x9f"


def normalise(path, base):
    """The segments of a path argument; Malformed, or None if relative without a base."""
    if path == "":  # [path.empty]
        raise Malformed
    if any(is_control(c) for c in path):  # [path.control]
        raise Malformed
    if any(c in "\\*?" for c in path):  # [path.special]
        raise Malformed
    if re.match("[A-Za-z][A-Za-z0-9+.-]*:", path):  # [path.scheme]
        raise Malformed
    if path[0] in "~-$@:" or path[0] in WHITE_SPACE:  # [path.leading]
        raise Malformed
    if ref_globs.holds_brace_list(path):  # [path.braces]
        raise Malformed
    if re.search("%[0-9A-Fa-f]{2}", path):  # [path.percent]
        raise Malformed
    if any(c in LOOKALIKES for c in path):  # [path.lookalike]
        raise Malformed
    segments = path.split("/")
    for segment in segments:
        # [path.dotdot] [path.dots]
        if segment not in ("", ".") and set(segment) <= {".", " "}:
            raise Malformed
        if ref_globs.could_be(segment, ".."):  # [path.glob]
            raise Malformed
    segments = [s for s in segments if s not in ("", ".")]  # [path.collapse]
    if path.startswith("/"):  # [path.absolute]
        return segments
    if base is None:  # [path.relative]
        return None
    return entry_segments(base) + segments


def entry_segments(entry):
    return [segment for segment in entry.split("/") if segment]


def covers(entry, segments, itself=False):
    """Whether an entry covers a normal path. [path.case]

    With itself, a trailing star covers the directory too. [deny.directory-itself]
    """
    pattern = entry_segments(entry)
    below = bool(pattern) and pattern[-1] in ("*", "**")  # [path.entry-below]
    if below:
        pattern = pattern[:-1]
    shortest = len(pattern) + (1 if below and not itself else 0)
    if len(segments) < shortest:
        return False
    # [path.entry-tree] [path.entry-star]
    return all(
        p in ("*", s) or (itself and ref_globs.could_be(s, p))  # [path.glob-denied]
        for p, s in zip(pattern, segments, strict=False)
    )


def is_glob(string):
    """[deny.glob] [deny.glob-line]"""
    glob = string.strip(WHITE_SPACE)
    at_a_place = glob.startswith(("/", "~")) or bool(re.match("[A-Za-z]:", glob))
    return (
        (at_a_place or ".." in glob.split("/"))
        and not any(c in "\\()|+^$" or is_control(c) for c in glob)
        and ".*" not in glob
    )


def glob_reaches(glob, entry):
    """Whether a deny entry lies at, above or below the whole segments before the first wildcard."""
    glob = glob.strip(WHITE_SPACE)
    if not glob.startswith("/") or ".." in glob.split("/"):  # [deny.glob-anywhere]
        return True
    wildcards = [i for i, c in enumerate(glob) if c in "*?[{"]
    if wildcards:
        glob = glob[: glob.rfind("/", 0, wildcards[0]) + 1]
    segments = normalise(glob, None)
    pattern = entry_segments(entry)
    if pattern and pattern[-1] in ("*", "**"):
        pattern = pattern[:-1]
    return all(p in ("*", s) for p, s in zip(pattern, segments, strict=False))


def is_one_path(text):
    """Whether a text, outer white space aside, is one well-formed path. [deny.exempt-words]"""
    path = text.strip(WHITE_SPACE)
    try:
        normalise(path, "/")
    except Malformed:
        return False
    # [deny.exempt-segments]
    return all(segment == segment.strip(WHITE_SPACE) for segment in path.split("/"))


def allowed(path, entries, base):
    """Whether a path argument is within an allowlist."""
    try:
        segments = normalise(path, base)
    except Malformed:
        return False
    return segments is not None and any(covers(entry, segments) for entry in entries)
