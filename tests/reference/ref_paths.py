"""Paths: keys, the value rule, entries and arguments (section "Paths")."""

import re
import unicodedata

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
# The code points with the property Default_Ignorable_Code_Point.
DEFAULT_IGNORABLE = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]


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
    refuse_malformed(path)
    refuse_malformed(nfc(path))  # [path.nfc]
    segments = [s for s in path.split("/") if s not in ("", ".")]  # [path.collapse]
    if path.startswith("/"):  # [path.absolute]
        return segments
    if base is None:  # [path.relative]
        return None
    return entry_segments(base) + segments


def refuse_malformed(path):
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
    for segment in path.split("/"):
        # [path.dotdot] [path.dots]
        if segment not in ("", ".") and set(segment) <= {".", " "}:
            raise Malformed
    if ref_globs.is_unclear(path):  # [path.glob]
        raise Malformed


def nfc(text):
    return unicodedata.normalize("NFC", text)


def forms(segments):
    """[path.nfc] A path as written and in NFC."""
    return [segments, [nfc(segment) for segment in segments]]


def entry_segments(entry):
    return [segment for segment in entry.split("/") if segment]


def split_names(entry):
    """The segments before `**` and the names after it; no names: None. [name.anywhere]"""
    segments = entry_segments(entry)
    if "**" not in segments[:-1]:
        return segments, None
    at = segments.index("**")
    names = segments[at + 1 :]
    if names[-1] in ("*", "**"):  # [deny.directory-itself]
        names = names[:-1]
    return segments[:at], names


def begin(pattern, segments, itself):
    """[path.entry-star] [path.case]"""
    return len(segments) >= len(pattern) and all(
        p in ("*", s) or (itself and ref_globs.could_be(s, p))  # [path.glob-denied]
        for p, s in zip(pattern, segments, strict=False)
    )


def covers(entry, segments, itself=False):
    """Whether an entry covers a normal path.

    With itself it is one of a deny list: a trailing star covers the directory too, and it covers
    a path as written or in NFC. [deny.directory-itself] [path.nfc]
    """
    if itself:
        return any(covers_form(entry, form, itself) for form in forms(segments))
    return covers_form(entry, segments, itself)


def covers_form(entry, segments, itself):
    pattern, names = split_names(entry)
    if names is not None:
        return (covers_names if itself else ends_in_names)(pattern, names, segments)
    below = bool(pattern) and pattern[-1] in ("*", "**")  # [path.entry-below]
    if below:
        pattern = pattern[:-1]
    shortest = len(pattern) + (1 if below and not itself else 0)
    return len(segments) >= shortest and begin(pattern, segments, itself)  # [path.entry-tree]


def ends_in_names(pattern, names, segments):
    """[name.allow]"""
    rest = segments[len(pattern) :]
    if not begin(pattern, segments, False) or len(rest) < len(names):
        return False
    return all(
        fits(name, segment) for name, segment in zip(names, rest[-len(names) :], strict=True)
    )


def covers_names(pattern, names, segments):
    """[name.anywhere]"""
    if not begin(pattern, segments, True):
        return False
    rest = segments[len(pattern) :]
    return any(
        all(covers_name(n, s) for n, s in zip(names, rest[i : i + len(names)], strict=True))
        for i in range(len(rest) - len(names) + 1)
    )


def fits(name, segment):
    """[name.star]"""
    if name.startswith("*"):
        return segment.endswith(name[1:])
    if name.endswith("*"):
        return segment.startswith(name[:-1])
    return segment == name


def is_default_ignorable(char):
    return any(first <= ord(char) <= last for first, last in DEFAULT_IGNORABLE)


def fold_name(text):
    """[name.fold]"""
    text = "".join(c for c in text if not is_default_ignorable(c))
    return nfc(unicodedata.normalize("NFD", text).casefold())


def covers_name(name, segment):
    literal = fold_name(name.replace("*", ""))
    if not name.endswith("*"):
        literal = literal.rstrip(". ")
    before, after = name.startswith("*"), name.endswith("*")
    if ref_globs.could_be_name(segment, literal, before, after):  # [name.glob]
        return True
    segment = fold_name(segment.split(":")[0]).rstrip(". ")
    if name.startswith("*"):
        return segment.endswith(fold_name(name[1:]).rstrip(". "))
    if name.endswith("*"):
        beginning = fold_name(name[:-1])
        return segment.startswith(beginning) or is_short_of_beginning(segment, beginning)
    name = fold_name(name).rstrip(". ")
    return segment == name or (name.startswith(".") and is_short_of(segment, name))


def short_parts(segment):
    """Base and extension of an 8.3 name, without its number; None for any other."""
    match = re.fullmatch(r"(.+)~[0-9]+(?:\.([^.~]+))?", segment)
    return match and (match[1], match[2] or "")


def long_parts(name):
    """[name.short] What of a long name stands in its 8.3 name."""
    base, dot, extension = name.lstrip(".").rpartition(".")
    if not dot:
        base, extension = extension, ""
    return short_text(base)[:6], short_text(extension)[:3]


def short_text(text):
    return re.sub("[+,;=[\\]]", "_", re.sub("[. ]", "", text))


def is_hashed(base, of):
    return re.fullmatch(re.escape(of[:2]) + "[0-9a-f]{4}", base) is not None


def is_short_of(segment, name):
    """[name.short]"""
    short = short_parts(segment)
    if not short:
        return False
    base, extension = long_parts(name)
    return short[1] == extension and (short[0] == base or is_hashed(short[0], base))


def is_short_of_beginning(segment, beginning):
    """[name.short] Whether some name that begins so could have that 8.3 name."""
    short = short_parts(segment)
    if not short or not beginning.startswith("."):
        return False
    base, extension = long_parts(beginning)
    if (
        beginning.lstrip(".").count(".")  # its last dot
        and short[1].startswith(extension)
        and (short[0] == base or is_hashed(short[0], base))
    ):
        return True
    whole = short_text(beginning)[:6]
    return short[0].startswith(whole) or is_hashed(short[0], whole)


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
    pattern, names = split_names(entry)  # what is so named may lie anywhere below
    if names is None and pattern and pattern[-1] in ("*", "**"):
        pattern = pattern[:-1]
    return any(
        all(p in ("*", s) for p, s in zip(pattern, form, strict=False)) for form in forms(segments)
    )


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
    return segments is not None and all(  # [path.nfc]
        any(covers(entry, form) for entry in entries) for form in forms(segments)
    )
