"""What the name of a parameter says that the tool takes it for."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

# As section Keys of docs/policy.md cuts names into words.
_CUT: Final = re.compile(r"[A-Z]+s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

# The lists of sections Paths, Domains and Commands, and of what is run as it stands: a word at the
# end, the only one, two words at the end, and how the last word may end.
_LAST: Final = {
    "path": "path file filepath filename dir directory folder basedir workdir homedir rootdir"
    " tempdir tmpdir infile outfile pathname dirname root",
    "url": "url uri href link endpoint webhook site website",
    "host": "host hostname domain server proxy fqdn",
    "command": "command cmd program executable script commandline cmdline",
    "arguments": "args arguments argv flags",
    "code": "sql javascript snippet",
}
_ONLY: Final = {
    "path": "src dst dest source destination cwd",
    "code": "code expression statement",  # a country_code is none
}
_SUFFIXES: Final = {"path": "path filename directory folder", "url": "url uri hostname"}
_PAIRS: Final = {
    "path": "file name,path name,dir name,directory name,folder name",
    "url": "end point,web hook",
    "host": "host name,domain name",
    "command": "command line,cmd line",
    "code": "source code",
}
_STARTS: Final = frozenset(("cwd", "workdir", "working dir", "working directory", "work dir"))
_REPOSITORIES: Final = frozenset(("repo path", "repo dir", "repository path", "git dir"))
_ENVIRONMENTS: Final = re.compile(r"(env|environ|environment)s?|env(ironment)? ?(vars?|variables?)")
_SHELLS: Final = frozenset(("shell", "interpreter"))


class Role(Enum):
    """What a text is for; ``TEXT`` is anything else."""

    PATH = "path"
    URL = "url"
    HOST = "host"
    COMMAND = "command"
    ARGUMENTS = "arguments"
    CODE = "code"
    TEXT = "text"


@lru_cache(maxsize=4096)
def role_of(name: str) -> Role:
    """The role of a parameter that holds a string, or a list of strings."""
    words = _words(name)
    if not words:
        return Role.TEXT
    for role, listed in _ONLY.items():
        if len(words) == 1 and {words[0], _singular(words[0])} & set(listed.split()):
            return Role(role)
    for role, listed in _PAIRS.items():
        if _singular(" ".join(words[-2:])) in listed.split(","):
            return Role(role)
    for role, listed in _LAST.items():
        if words[-1] in listed.split() or _singular(words[-1]) in listed.split():
            return Role(role)
    for role, listed in _SUFFIXES.items():
        if _singular(words[-1]).endswith(tuple(listed.split())):
            return Role(role)
    return Role.TEXT


def is_directory_to_run_in(name: str, *, beside_command: bool) -> bool:
    """Whether programs run in it, and so by what is written there: one that is always the same."""
    words = " ".join(_words(name))
    return words in _REPOSITORIES or (beside_command and words in _STARTS)


def reason_to_leave_out(name: str) -> str | None:
    """Why a policy that is written by itself never declares a parameter of that name."""
    words = " ".join(_words(name))
    if _ENVIRONMENTS.fullmatch(words):
        return "variables of an environment make programs run others"
    if words in _SHELLS:
        return "it chooses what runs commands"
    return None


def _words(name: str) -> list[str]:
    return [word.lower() for word in _CUT.findall(name)]


def _singular(words: str) -> str:
    return words.removesuffix("s") if not words.endswith("ies") else f"{words[:-3]}y"
