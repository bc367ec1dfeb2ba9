"""The deny list: what its entries see of a call, and whether one fires (section "Deny list")."""

import ref_commands
import ref_domains
import ref_paths
import ref_sights
import ref_words
from ref_keys import Exempt, Glob, Malformed
from ref_short_form import domain_search, path_search, word_search
from ref_tools import is_on, matches_tool


def denies(rule, capabilities, tool, arguments):
    pattern, kind, entry = rule
    if not matches_tool(pattern, tool):
        return False
    if kind is None:
        return True
    # [deny.added-keys]
    added = {
        one: set().union(*(c[f"{one}_arguments"] for c in capabilities))
        for one in ("path", "domain", "command")
    }
    on_tool = [c for c in capabilities if is_on(c, tool)]
    short = [c for c in on_tool if "arguments" not in c]
    if short or not on_tool:  # [args.deny-guess]
        bases = [c.get("base_directory") for c in short]
        if guess_denies(kind, entry, added, bases, arguments):
            return True
    return any(
        sight_denies(kind, entry, added, sight, len(on_tool) == 1)
        for capability in on_tool
        if "arguments" in capability
        for sight in ref_sights.sights(capability, arguments)
    )


def guess_denies(kind, entry, added, bases, arguments):
    """Whether an entry fires on what the short form finds."""
    try:
        if kind == "path":
            # [deny.value-rule] [deny.no-free]
            search = path_search(added["path"], set(), added["command"], exemptions=False)
            found = search.run(arguments)
            return any(denies_path(entry, path, bases) for path in found) or any(
                denies_path_word(entry, word, bases) for word in words_for_deny(arguments, added)
            )
        if kind == "domain":
            search = domain_search(
                added["domain"], set(), added["command"], ref_words.BOTH, exemptions=False
            )
            values = domain_search(added["domain"], set(), added["command"], None, False)
            values.of_command = lambda text: []
            found = values.run(arguments)
            ref_domains.check_ports(search, arguments)
            numbers = ref_domains.numbers(arguments, set())  # [domain.integer]
            return (
                any(denies_domain(entry, value) for value in found)
                or any(
                    ref_domains.matches(entry, (None, address, None), deny=True)
                    for address in numbers
                )
                or any(
                    ref_domains.matches(entry, host, deny=True)
                    for host in ref_domains.address_texts(arguments)
                )
                or any(denies_domain_word(entry, w) for w in words_for_deny(arguments, added))
            )
        argvs = ref_commands.find_argvs(arguments, added["command"], set())
        return any(ref_commands.deny_matches(entry, argv) for argv in argvs)
    except Malformed:  # [deny.malformed]
        return True


def sight_denies(kind, entry, added, sight, alone):
    """Whether an entry fires on what it sees of a declared argument. [args.deny]"""
    seen, value, base = sight
    if seen == "guess":
        return guess_denies(kind, entry, added, [None], value)
    if seen.removeprefix("perhaps ") != kind:
        return False
    try:
        if kind == "path":
            segments = ref_paths.normalise(value, base)
            return segments is not None and ref_paths.covers(entry, segments, itself=True)
        if kind == "domain":
            return denies_domain(entry, value)
        return ref_commands.deny_matches(entry, value)
    except Malformed:
        if kind == "domain":  # what clients make of it
            read = ref_domains.read(value)
            return read is not None and ref_domains.matches(entry, read, deny=True)
        return seen == "path" and not alone  # [args.deny-malformed]


def denies_domain(entry, value):
    if isinstance(value, Exempt):  # [deny.exempt-url]
        text = value.strip(ref_paths.WHITE_SPACE)
        if text[:1] in ("/", "\\") or any(
            c in ref_paths.WHITE_SPACE or ref_paths.is_control(c) for c in text
        ):
            return False
        read = ref_domains.read(text)
        return read is not None and ref_domains.matches(entry, read, deny=True)
    return ref_domains.matches(entry, ref_domains.parse(value), deny=True)


def words_for_deny(arguments, added):
    return word_search(set(), added["command"], ref_words.BOTH, exemptions=False).run(arguments)


def denies_path_word(entry, word, bases):
    """[deny.word-path] [words.most]"""
    paths = ref_words.paths(word, strict=False)
    if paths is None:
        return True
    for path in paths:
        if ref_words.holds_dot_dot(path):
            return True
        try:
            if denies_path(entry, path, bases):
                return True
        except Malformed:
            continue
    return False


def denies_domain_word(entry, word):
    """[deny.word-host]"""
    return any(ref_domains.matches(entry, host, deny=True) for host in ref_words.hosts(word))


def denies_path(entry, path, bases):
    """[deny.relative]"""
    if isinstance(path, Glob):
        return ref_paths.glob_reaches(path, entry)
    if isinstance(path, Exempt):  # [deny.exempt-words]
        known = [base for base in bases if base is not None]  # [deny.exempt-relative]
        text = path.strip(ref_paths.WHITE_SPACE)
        return ref_paths.is_one_path(path) and denies_path(entry, text, known)
    segments = ref_paths.normalise(path, None)
    if segments is not None:
        return ref_paths.covers(entry, segments, itself=True)
    for base in bases:
        if base is None:
            return True
        if ref_paths.covers(entry, ref_paths.normalise(path, base), itself=True):
            return True
    return False
