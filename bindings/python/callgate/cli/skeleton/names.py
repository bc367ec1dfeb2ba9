"""What the name of a parameter says that the tool takes it for."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from callgate._native import key_classes

# Cut into words where case or a sign does.
_CUT: Final = re.compile(r"[A-Z]+s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

# Names that the engine takes for nothing, or for either of two things. "code" alone is code: a
# country_code is none.
_HOSTS: Final = re.compile(
    r"(.* )?(host|hostname|host name|domain|domainname|domain name|server|proxy|proxie|fqdn)s?"
)
_ROOTS: Final = re.compile(r"(.* )?roots?")
_CODE: Final = re.compile(
    r"(.* )?(sql|javascripts?|snippets?|source codes?)|codes?|expressions?|statements?"
)
_STARTS: Final = frozenset(("cwd", "workdir", "working dir", "working directory", "work dir"))
_REPOSITORIES: Final = frozenset(("repo path", "repo dir", "repository path", "git dir"))


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
    words = " ".join(_words(name))
    classes = _classes(name)
    if "command" in classes:
        return Role.COMMAND
    if "args" in classes:
        return Role.ARGUMENTS
    if "path" in classes or "source" in classes or _ROOTS.fullmatch(words):
        return Role.PATH
    if "domain" in classes:
        return Role.HOST if _HOSTS.fullmatch(words) else Role.URL
    return Role.CODE if _CODE.fullmatch(words) else Role.TEXT


def is_directory_to_run_in(name: str, *, beside_command: bool) -> bool:
    """Whether programs run in it, and so by what is written there: one that is always the same."""
    words = " ".join(_words(name))
    return words in _REPOSITORIES or (beside_command and words in _STARTS)


def reason_to_leave_out(name: str) -> str | None:
    """Why a policy that is written by itself never declares a parameter of that name."""
    classes = _classes(name)
    if "env" in classes:
        return "variables of an environment make programs run others"
    if "shell" in classes or _words(name) == ["interpreter"]:
        return "it chooses what runs commands"
    return None


def _classes(name: str) -> tuple[str, ...]:
    # Half of a surrogate pair, which the engine does not take, is a character of no word.
    return key_classes(name.encode("utf-8", "replace").decode())


def _words(name: str) -> list[str]:
    return [word.lower() for word in _CUT.findall(name)]
