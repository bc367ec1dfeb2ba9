"""Commands: keys, words, entries and calls (section "Commands")."""

import re

from ref_keys import (
    Malformed,
    fold,
    is_args_key,
    is_env_key,
    is_freed,
    is_shell_key,
    joined,
    last_two,
    last_word,
    pairs,
    with_plurals,
)
from ref_paths import is_control

LAST_TWO = pairs(("command", "cmd"), ("line",))
LAST = joined(LAST_TWO) | with_plurals("command", "cmd", "program", "executable", "script")
FORBIDDEN = ";&|<>$`(){}[]!#*?\\"
NOT_IN_SINGLE = "'\"`\\"
NOT_IN_DOUBLE = "'\"$`\\!"


class Word:
    """One word of argv.

    raw is the word as written and text the word without its quotes. from_list says that it was an
    element of a list.
    """

    def __init__(self, raw, from_list):
        self.raw = raw
        self.from_list = from_list

    def unquoted(self):
        """The word under the rules of strings, without its quotes; Malformed if it breaks them."""
        if self.raw == "" or self.raw.startswith("~"):  # [command.empty] [command.tilde]
            raise Malformed
        text, quote = "", ""
        for char in self.raw:
            if is_control(char):  # [command.control]
                raise Malformed
            if quote:
                if char == quote:
                    quote = ""
                elif char in (NOT_IN_SINGLE if quote == "'" else NOT_IN_DOUBLE):
                    # [command.single-quote] [command.double-quote]
                    raise Malformed
                else:
                    text += char
            elif char in "'\"":
                quote = char
            elif char == " " or char in FORBIDDEN:  # [command.list-word] [command.metacharacter]
                raise Malformed
            else:
                text += char
        if quote:  # [command.quote-elsewhere]
            raise Malformed
        return text

    def free(self):
        """The word as it stands where lists may hold anything. [command.exec-argv]"""
        if any(char in "\0\r\n" for char in self.raw):
            raise Malformed
        return self.raw

    def plain(self):
        """The word where no quotes may stand. [command.quote-elsewhere]"""
        if "'" in self.raw or '"' in self.raw:
            raise Malformed
        return self.unquoted()

    def value(self, argv_mode):
        """The word where quoted parts may stand."""
        return self.free() if self.from_list and argv_mode else self.unquoted()


def is_command_key(key, added):
    return (
        last_word(key, LAST)  # [command.key-last-word] [key.listed-joined]
        or last_two(key, LAST_TWO)  # [command.key-last-two]
        or fold(key) in added  # [command.key-added]
    )


def split(string):
    """[command.split] Words of a string; spaces in quotes do not separate."""
    raw_words, raw, quote = [], "", ""
    for char in string:
        if char == " " and not quote:
            raw_words += [raw] if raw else []
            raw = ""
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        raw += char
    raw_words += [raw] if raw else []
    if not raw_words:  # [command.empty]
        raise Malformed
    return [Word(w, False) for w in raw_words]


def words_of(value, may_be_empty):
    """The words of a command or args value, or Malformed."""
    if isinstance(value, str):
        return split(value)
    # [command.value] [command.args-form] [key.null-in-list]
    if not isinstance(value, list) or not all(isinstance(e, str) for e in value):
        raise Malformed
    if not value and not may_be_empty:
        raise Malformed
    return [Word(element, True) for element in value]


def objects(value):
    """Every object of the arguments, at any depth. [key.any-depth]"""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from objects(member)
    elif isinstance(value, list):
        for element in value:
            yield from objects(element)


def is_freed_command(key, value, freed):
    """[free.built-in] [free.not-structure]"""
    if not is_freed(key, freed) or isinstance(value, dict):
        return False
    return not isinstance(value, list) or all(isinstance(e, str) for e in value)


def sets_environment(value):
    """[command.env] [command.env-string]"""
    if isinstance(value, str):
        return "=" in value
    return isinstance(value, (dict, list)) and bool(value)


def find_argvs(arguments, added, freed):
    """Every argv of a call, of which there are none if it holds no command, or Malformed."""
    argvs = []
    command_keys = 0
    for obj in objects(arguments):
        present = {k: v for k, v in obj.items() if v is not None}  # [key.null]
        for key, value in present.items():
            if is_env_key(key) and sets_environment(value):
                raise Malformed
            if is_shell_key(key) and value is not False:  # [command.shell]
                raise Malformed
        commands = [
            (k, v)
            for k, v in present.items()
            if is_command_key(k, added) and not is_freed_command(k, v, freed)
        ]
        args = [v for k, v in present.items() if is_args_key(k) and not is_command_key(k, added)]
        command_keys += len(commands)
        if command_keys > 1:  # [command.one]
            raise Malformed
        # [key.scalar] A number or boolean is no command.
        commands = [(k, v) for k, v in commands if isinstance(v, (str, list, dict))]
        if not commands:
            if args:  # [command.args-alone]
                raise Malformed
            continue
        if len(args) > 1:  # [command.args-one]
            raise Malformed
        key, value = commands[0]
        argv = words_of(value, may_be_empty=False)
        if isinstance(value, list) and is_plural_key(key):
            argvs = several(value)
            if args:  # [command.several-args]
                raise Malformed
        elif args:  # [command.args]
            argvs = [argv + words_of(args[0], may_be_empty=True)]
        else:
            argvs = [argv]
    if any(re.match(r"[A-Za-z_][A-Za-z0-9_]*\+?=", a[0].raw) for a in argvs):
        raise Malformed  # [command.assignment]
    return argvs


def is_plural_key(key):
    """[command.several] By its name alone."""
    return is_command_key(key, set()) and re.sub("[^a-z]+$", "", fold(key)).endswith("s")


def several(elements):
    """[command.several] Every argv of a list of commands, or Malformed."""
    argvs = [split(element) for element in elements]
    for argv in argvs:
        for word in argv:
            word.unquoted()
    if not any(" " in element for element in elements):
        argvs.append([Word(element, True) for element in elements])
    return argvs


def entry_matches(entry, argv):
    """[command.entry-prefix] [command.slash] [command.case]"""
    entry_words = entry.split(" ")
    entry_words = [w for w in entry_words if w]
    return [w.raw for w in argv[: len(entry_words)]] == entry_words


def judged_words(argv, entries, subcommands, argv_mode):
    """The values of the words after the matched ones, or Malformed if no entry allows argv."""
    matching = [entry for entry in entries if entry_matches(entry, argv)]
    if not matching:
        raise Malformed
    matched = max(
        len([w for w in entry.split(" ") if w]) for entry in matching
    )  # [command.entry-any]
    first = argv[0].raw
    names = [name for name in (first, first.rsplit("/", 1)[-1]) if name in subcommands]
    if names:  # [subcommand.not-in-map]
        if len(argv) < 2:  # [subcommand.missing]
            raise Malformed
        if not any(argv[1].raw in subcommands[name] for name in names):  # [subcommand.listed]
            raise Malformed
        matched = max(matched, 2)
    for word in argv[:matched]:
        word.plain()
    return [word.value(argv_mode) for word in argv[matched:]]


def one_entry_for_all(argvs, entries):
    """[command.several]"""
    return any(all(entry_matches(entry, argv) for argv in argvs) for entry in entries)


class WithOption(str):
    """A deny entry for commands that hold an option. [deny.option]"""

    def __new__(cls, entry, option):
        self = super().__new__(cls, entry)
        self.option = option
        return self


def holds_option(word, option):
    """Whether a word could be the option for some program."""
    if not word.startswith("-"):
        return False
    word = word.split("=")[0]
    name = option.lstrip("-")
    if not option.startswith("--") and len(name) == 1:  # [deny.option-short]
        return not word.startswith("--") and name in word[1:]
    if word.startswith("--"):  # [deny.option-long]
        return len(word) > 2 and name.startswith(word[2:])
    return word[1:] == name


def deny_matches(entry, argv):
    """Whether a deny entry covers argv; Malformed counts as well."""
    words = [argv[0].plain()]
    words += [word.value(argv_mode=True) for word in argv[1:]]  # [deny.command-list]
    split_words = []  # [deny.command-split]
    for word, text in zip(argv, words, strict=False):
        split_words += [part for part in text.split(" ") if part] if word.from_list else [text]
    entry_words = [w for w in entry.split(" ") if w]
    if not any(deny_prefix(entry_words, candidate) for candidate in (words, split_words)):
        return False
    option = getattr(entry, "option", None)
    return option is None or any(holds_option(word, option) for word in split_words[1:])


def deny_prefix(entry_words, words):
    words = words[: len(entry_words)]
    if words == entry_words:
        return True
    # [deny.last-segment]
    last = [words[0].rsplit("/", 1)[-1], *words[1:]] if words else []
    return "/" not in entry_words[0] and last == entry_words
