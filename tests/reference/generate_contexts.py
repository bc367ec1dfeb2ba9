"""Random contexts."""

import generate_atoms
from generate_atoms import (
    ADDABLE,
    ARGS_KEYS,
    BASES,
    COMMAND_ENTRIES,
    COMMAND_KEYS,
    DENIED_PATHS,
    DOMAIN_DENY,
    DOMAIN_ENTRIES,
    DOMAIN_KEYS,
    FREEABLE,
    PATH_ENTRIES,
    PATH_KEYS,
    PATTERN_TEXTS,
    PATTERNS,
    PLAIN_KEYS,
    SUBCOMMANDS,
    chance,
    some,
)
from generate_schemas import random_declared, random_definitions


def random_capability(rng, pattern=None, definitions=None):
    """A valid capability; constraints are nested or flat."""
    pattern = pattern or rng.choice(PATTERNS)
    if chance(rng, generate_atoms.DECLARED):
        return shaped(rng, random_tools(rng, pattern), random_declaration(rng, definitions or {}))
    constraints = {}
    wanted = {"fs": "path", "web": "domain", "cmd": "command"}.get(pattern.split(".")[0])
    for kind in ("path", "domain", "command"):
        if chance(rng, 80 if kind == wanted else 12):
            constraints |= random_lists(rng, kind)
    added = {}
    for kind in ("path", "domain", "command"):
        if chance(rng, 15):
            added[f"{kind}_arguments"] = some(rng, ADDABLE, 1, 2)
    constraints |= added
    if chance(rng, 20):
        taken = {key for keys in added.values() for key in keys}
        constraints["free_arguments"] = some(rng, [k for k in FREEABLE if k not in taken], 1, 3)
    if chance(rng, 12):
        constraints["argument_patterns"] = {
            key: rng.choice(PATTERN_TEXTS) for key in some(rng, ["query", "mode"], 1, 2)
        }
    if chance(rng, 15):
        constraints["only_arguments"] = some(
            rng,
            PATH_KEYS + DOMAIN_KEYS + COMMAND_KEYS + ARGS_KEYS + PLAIN_KEYS,
            *rng.choice([(0, 0), (1, 3), (1, 3), *[(6, 24)] * 7]),
        )
    if chance(rng, 25):
        constraints["rate_limit"] = random_limit(rng)
    if chance(rng, 10):
        constraints["max_response_size"] = rng.choice([0, 100, 1048576])
    if chance(rng, 55):
        constraints["when_absent"] = rng.choice(["allow", "allow", "deny"])
    return shaped(rng, random_tools(rng, pattern), constraints)


def random_declaration(rng, definitions):
    constraints = random_declared(rng, definitions)
    if chance(rng, 20):
        constraints["rate_limit"] = random_limit(rng)
    if chance(rng, 10):
        constraints["max_response_size"] = rng.choice([0, 100, 1048576])
    return constraints


def random_tools(rng, pattern):
    """The pattern, a list that holds it, or all names that begin so."""
    if chance(rng, 15):
        return list(dict.fromkeys([pattern, *some(rng, PATTERNS, 1, 2)]))
    return pattern[:-2] + "*" if chance(rng, 10) and len(pattern) > 4 else pattern


def shaped(rng, pattern, constraints):
    if not constraints or chance(rng, 40):
        return {"tool_pattern": pattern, **constraints}
    return {"tool_pattern": pattern, "constraints": constraints}


def random_lists(rng, kind):
    if kind == "path":
        lists = {"path_allowlist": some(rng, PATH_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
        if chance(rng, 40):
            lists["base_directory"] = rng.choice(BASES)
        return lists
    if kind == "domain":
        return {"domain_allowlist": some(rng, DOMAIN_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
    lists = {"command_allowlist": some(rng, COMMAND_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
    if chance(rng, 35):
        firsts = sorted({entry.split()[0] for entry in lists["command_allowlist"]})
        lists["subcommand_allowlist"] = {
            first: some(rng, SUBCOMMANDS, 0 if chance(rng, 10) else 1, 3)
            for first in some(rng, firsts, 0, 2)
        }
        if len(lists["command_allowlist"]) == 1 and chance(rng, 30):
            lists["subcommand_allowlist"] = some(rng, SUBCOMMANDS, 1, 3)
    if chance(rng, 30):
        lists["exec"] = rng.choice(["argv", "argv", "shell"])
    return lists


def random_limit(rng):
    return {"calls": rng.choice([1, 5, 10, 20]), "per_seconds": rng.choice([1, 10, 60])}


def random_deny(rng, patterns=()):
    pattern = rng.choice([*PATTERNS, *patterns])
    kind = rng.choice([None, "path", "domain", "command"])
    if kind is None:
        pattern = rng.choice(PATTERNS[:-1])  # a deny list that stops every tool says little
        return rng.choice([pattern, {"tool_pattern": pattern}])
    if kind == "path":
        entry = rng.choice(DENIED_PATHS)
    elif kind == "domain":
        entry = rng.choice(DOMAIN_DENY)
    else:
        entry = rng.choice(["git push", "npm", "rm", "/bin/ls", "git status", "git", "ls"])
        if chance(rng, 25):
            option = rng.choice(["-v", "--out", "--file", "-k", "-I"])
            return {"tool_pattern": pattern, kind: entry, "option": option}
    # An entry with a port needs the object, and so do blocks and IPv6.
    if ":" not in entry and not (kind == "domain" and "/" in entry) and chance(rng, 40):
        return f"{pattern}:{entry}"
    return {"tool_pattern": pattern, kind: entry}


def random_context(rng, name):
    """A valid document of one context."""
    context = {"name": name}
    definitions = {}
    if generate_atoms.DECLARED and chance(rng, 30):
        definitions = context["definitions"] = random_definitions(rng)
    context["capabilities"] = [
        random_capability(rng, definitions=definitions)
        for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))
    ]
    if chance(rng, 35):
        patterns = [p for p in map(plain_pattern, context["capabilities"]) if p] * 5
        context["deny_list"] = [random_deny(rng, patterns) for _ in range(rng.choice([1, 1, 2]))]
    return context


def plain_pattern(capability):
    """The tool pattern of a capability that declares its arguments, if it is a text."""
    pattern = capability["tool_pattern"]
    declares = "arguments" in {**capability, **capability.get("constraints", {})}
    return pattern if declares and isinstance(pattern, str) else None
