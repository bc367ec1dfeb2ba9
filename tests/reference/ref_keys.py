"""Keys of arguments: folding, words, classes and the search for values (section "Keys")."""

import re

# [path.value-exempt] [domain.value-exempt]
EXEMPT = {
    "content",
    "contents",
    "text",
    "body",
    "data",
    "message",
    "messages",
    "query",
    "pattern",
    "patterns",
    "regex",
    "description",
    "str",
    "string",
    "code",
    "comment",
    "comments",
    "title",
    "prompt",
    "note",
    "notes",
    "summary",
    "subject",
    "html",
    "markdown",
    "sql",
}


def fold(key):
    """[key.fold]"""
    lowered = "".join(c.lower() if c.isascii() else c for c in key)
    return lowered.replace("\u017f", "s").replace("\u212a", "k")


def words(key):
    """The words of a key, folded."""
    found = []
    for letters in re.findall("[A-Za-z]+", key):  # [key.word-split]
        # [key.word-plural] first, so that its `s` is not taken for the start of a word.
        found += re.findall("[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+", letters)
        # [key.word-camel] [key.word-run] are the last two alternatives.
    return [fold(word) for word in found]


def forms(key):
    """[key.word-lower] The words as written and the words of the folded form."""
    return [words(key), words(fold(key))]


def is_word(key, *names):
    """Whether the key consists of one word that is one of the names."""
    return any(len(form) == 1 and form[0] in names for form in forms(key))


def last_word(key, names):
    return any(form and form[-1] in names for form in forms(key))


def last_two(key, pairs):
    return any(tuple(form[-2:]) in pairs for form in forms(key))


def plural(word):
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + "s"


def with_plurals(*listed):
    """[key.listed-plural]"""
    return {*listed, *map(plural, listed)}


def pairs(befores, lasts):
    """[key.listed-plural] Listed pairs of words."""
    return {(before, last) for before in befores for last in with_plurals(*lasts)}


def joined(*listed):
    """[key.listed-joined] Pairs of words, each written as one."""
    return {before + last for some in listed for before, last in some}


def is_exempt(key):
    """[path.value-exempt] The words of the key as written count."""
    form = words(key)
    return bool(form) and form[-1] in EXEMPT


ENV_WORDS = with_plurals("env", "environ", "environment")
ENV_PAIRS = pairs(("env", "environment"), ("var", "variable"))


def is_args_key(key):
    """[command.args]"""
    return last_word(key, {"args", "arguments", "argv", "flags"})


def is_env_key(key):
    """[command.env-key]"""
    return is_word(key, *ENV_WORDS, *joined(ENV_PAIRS)) or any(
        len(form) == 2 and tuple(form) in ENV_PAIRS for form in forms(key)
    )


def is_shell_key(key):
    """[command.shell]"""
    return is_word(key, "shell")


def is_port_key(key):
    """[domain.port-key]"""
    return is_word(key, "port")


def is_freed(key, freed):
    """[free.string] [free.built-in] [free.never]"""
    if is_args_key(key) or is_env_key(key) or is_shell_key(key) or is_port_key(key):
        return False
    return fold(key) in freed


def has_twins(value):
    """[key.twins] Whether some object at any depth holds two keys that fold together."""
    if isinstance(value, dict):
        folded = [fold(key) for key in value]
        return len(set(folded)) < len(folded) or any(has_twins(v) for v in value.values())
    if isinstance(value, list):
        return any(has_twins(element) for element in value)
    return False


class Exempt(str):
    """A string under an exempt word, as deny entries find it. [deny.exempt-words]"""


class Glob(str):
    """A string under a glob key, as deny entries find it. [deny.glob]"""


def is_glob_key(key):
    """[deny.glob-key]"""
    return last_word(key, with_plurals("glob", "include", "exclude", "pattern"))


class Malformed(Exception):
    """The call holds what is denied whatever the allowlist says."""


class Search:
    """What is looked for: the values of one class (paths or domains) in the arguments.

    in_class(key, obj) says whether the key of an object belongs to the class, by_value(string)
    whether the value rule takes a string under another key for one. Without exemptions, as in deny
    lists, strings under exempt words and, with is_glob(string), globs are found as such. The
    strings of commands are not for the value rule: is_command(key) says which keys hold one, and
    of_command((key, string, is_element)) gives what is found in one.
    """

    def __init__(self, in_class, by_value, freed, exemptions, is_command, of_command, is_glob=None):
        self.in_class = in_class
        self.by_value = by_value
        self.freed = freed
        self.exemptions = exemptions
        self.is_glob = is_glob
        self.is_command = is_command
        self.of_command = of_command

    def run(self, obj):
        """The strings found below one object, or Malformed. [key.any-depth]"""
        found = []
        for key, value in obj.items():
            found += self.member(key, value, obj, self.holds_command(key, obj))
        return found

    def holds_command(self, key, obj):
        """[words.texts] Whether the strings under a key of an object are of a command."""
        beside = any(v is not None and self.is_command(k) for k, v in obj.items())
        return self.is_command(key) or (beside and is_args_key(key))

    def member(self, key, value, obj, in_command):
        if value is None:  # [key.null]
            return []
        if not self.in_class(key, obj):
            return self.other(key, value, in_command)
        found = self.class_value(key, value)
        return found + (self.commands(key, value) if in_command else [])

    def commands(self, key, value, is_element=False):
        """What is found in the strings of a command under a key."""
        if isinstance(value, str):
            if self.exemptions and is_freed(key, self.freed):
                return []
            return self.of_command((key, value, is_element))
        if isinstance(value, list):
            return [found for element in value for found in self.commands(key, element, True)]
        return []

    def class_value(self, key, value):
        if isinstance(value, str):
            return [] if is_freed(key, self.freed) else [value]  # [free.built-in]
        if isinstance(value, dict):
            return self.class_object(value)
        if isinstance(value, list):  # [key.empty-list]
            found = []
            for element in value:
                if isinstance(element, str):
                    found += [] if is_freed(key, self.freed) else [element]
                elif isinstance(element, dict):  # [key.list-object]
                    found += self.class_object(element)
                else:  # [key.list] [key.null-in-list] [free.not-structure]
                    raise Malformed
            return found
        return []  # [key.scalar]

    def class_object(self, obj):
        if not self.holds_key(obj):  # [key.object-needs-key]
            raise Malformed
        return self.run(obj)  # [key.object]

    def holds_key(self, value):
        if isinstance(value, dict):
            return any(
                (v is not None and self.in_class(k, value)) or self.holds_key(v)
                for k, v in value.items()
            )
        return isinstance(value, list) and any(self.holds_key(element) for element in value)

    def other(self, key, value, in_command):
        """A value under a key outside the class. [key.nearest]"""
        if isinstance(value, str):
            if in_command:
                return self.commands(key, value)
            if self.exemptions and (is_exempt(key) or is_freed(key, self.freed)):
                return []
            if not self.by_value(value):
                return []
            if self.exemptions:
                return [value]
            if self.is_glob and is_glob_key(key) and self.is_glob(value):
                return [Glob(value)]
            return [Exempt(value) if is_exempt(key) else value]
        if isinstance(value, list):
            if in_command:
                return [found for e in value for found in self.element(key, e)]
            return [found for element in value for found in self.other(key, element, False)]
        if isinstance(value, dict):
            return self.run(value)
        return []

    def element(self, key, value):
        """An element of a list under a key of a command."""
        if isinstance(value, dict):
            return self.run(value)
        if isinstance(value, list):
            return [found for e in value for found in self.element(key, e)]
        return self.commands(key, value, True)
