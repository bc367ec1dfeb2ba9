"""What a capability in the short form finds in a call, and whether it passes."""

import re

import ref_commands
import ref_domains
import ref_paths
import ref_words
from ref_keys import Malformed, Search, fold


def accepts_absence(capability):
    return capability.get("when_absent", "deny") == "allow"  # [doc.when-absent] [absent.each]


def only_known_arguments(capability, arguments):
    if "only_arguments" not in capability:
        return True
    # [only.other] [only.top-level] [key.only-bytes] [key.null]
    return all(key in capability["only_arguments"] for key, v in arguments.items() if v is not None)


def path_search(added, freed, commands, exemptions=True):
    return Search(
        lambda key, obj: ref_paths.is_path_key(key, added, obj),
        ref_paths.looks_like_path,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        lambda text: [],
        ref_paths.is_glob,
    )


def domain_search(added, freed, commands, reading, exemptions=True):
    return Search(
        lambda key, _: ref_domains.is_domain_key(key, added),
        ref_domains.looks_like_url,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        # [words.url]
        lambda text: [
            url for word in ref_words.words(text, reading) for url in ref_words.urls(word)
        ],
    )


def word_search(freed, commands, reading, exemptions=True):
    """For the words of commands alone."""
    return Search(
        lambda key, obj: False,
        lambda string: False,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        lambda text: ref_words.words(text, reading),
    )


def path_passes(capability, path):
    return ref_paths.allowed(path, capability["path_allowlist"], capability.get("base_directory"))


def paths_pass(capability, arguments):
    freed, commands = capability["free_arguments"], capability["command_arguments"]
    search = path_search(capability["path_arguments"], freed, commands)
    try:
        found = search.run(arguments)
    except Malformed:
        return False
    if "command_allowlist" not in capability:  # [words.path]
        words = word_search(freed, commands, ref_words.reading_of(capability)).run(arguments)
        if not all(path_word_passes(capability, word) for word in words):
            return False
    if not found:  # [path.absent]
        return accepts_absence(capability)
    return all(path_passes(capability, path) for path in found)  # [path.every]


def path_word_passes(capability, word):
    """[words.path] [words.most]"""
    paths = ref_words.paths(word, strict=True)
    return paths is not None and all(path_passes(capability, path) for path in paths)


def domains_pass(capability, arguments):
    search = domain_search(
        capability["domain_arguments"],
        capability["free_arguments"],
        capability["command_arguments"],
        ref_words.reading_of(capability),
    )
    try:
        found = search.run(arguments)
        ref_domains.check_ports(search, arguments)
    except Malformed:
        return False
    if ref_domains.numbers(arguments, capability["free_arguments"]):  # [domain.integer]
        return False
    if not found:  # [domain.absent]
        return accepts_absence(capability)
    # [domain.every]
    return all(ref_domains.allowed(value, capability["domain_allowlist"]) for value in found)


def command_failure(capability, arguments):
    """The code of what the command check denies, or None."""
    argv_mode = capability.get("exec", "shell") == "argv"  # [doc.exec]
    try:
        argvs = ref_commands.find_argvs(
            arguments, capability["command_arguments"], capability["free_arguments"]
        )
    except Malformed:
        return "COMMAND_NOT_ALLOWED"
    if not argvs:  # [command.absent]
        return None if accepts_absence(capability) else "COMMAND_NOT_ALLOWED"
    entries = capability["command_allowlist"]
    for argv in argvs:
        try:
            words = ref_commands.judged_words(
                argv, entries, capability["subcommand_allowlist"], argv_mode
            )
        except Malformed:
            return "COMMAND_NOT_ALLOWED"
        # [command.path-words]
        if "path_allowlist" in capability and not all(
            path_word_passes(capability, word) for word in [argv[0].raw, *words]
        ):
            return "PATH_NOT_ALLOWED"
    if len(argvs) > 1 and not ref_commands.one_entry_for_all(argvs, entries):
        return "COMMAND_NOT_ALLOWED"
    return None


def patterns_pass(capability, arguments):
    folded = {fold(key): value for key, value in arguments.items()}
    for key, pattern in capability["argument_patterns"].items():
        value = folded.get(key)
        if value is None:  # [pattern.absent]
            if not accepts_absence(capability):
                return False
        elif not isinstance(value, str) or not re.fullmatch(pattern, value):  # [pattern.not-string]
            return False
    return True
