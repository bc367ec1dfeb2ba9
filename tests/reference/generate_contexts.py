"""Random contexts and contexts related to them."""

import copy

import policy_reference
from generate_atoms import (
    ADDABLE,
    ARGS_KEYS,
    BASES,
    COMMAND_ENTRIES,
    COMMAND_KEYS,
    DOMAIN_ENTRIES,
    DOMAIN_KEYS,
    FREEABLE,
    PATH_ENTRIES,
    PATH_KEYS,
    PATH_PARTS,
    PATTERN_TEXTS,
    PATTERNS,
    PLAIN_KEYS,
    SUBCOMMANDS,
    TOOLS,
    chance,
    some,
)


def random_capability(rng, pattern=None):
    """A valid capability; constraints are nested or flat."""
    pattern = pattern or rng.choice(PATTERNS)
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
            rng, PATH_KEYS + DOMAIN_KEYS + COMMAND_KEYS + ARGS_KEYS + PLAIN_KEYS, 6, 24
        )
    if chance(rng, 25):
        constraints["rate_limit"] = random_limit(rng)
    if chance(rng, 10):
        constraints["max_response_size"] = rng.choice([0, 100, 1048576])
    if chance(rng, 55):
        constraints["when_absent"] = rng.choice(["allow", "allow", "deny"])
    return shaped(rng, pattern, constraints)


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


def random_deny(rng):
    pattern = rng.choice(PATTERNS[:-1])
    kind = rng.choice([None, "path", "domain", "command"])
    if kind is None:
        return rng.choice([pattern, {"tool_pattern": pattern}])
    if kind == "path":
        entry = rng.choice(["/d/e", "/a/b/c", "/a/*/c", "/d/*", "/e"])
    elif kind == "domain":
        entry = rng.choice(["y.test", "*.a.x.test", "x.test:8443", "192.0.2.7"])
    else:
        entry = rng.choice(["git push", "npm", "rm", "/bin/ls", "git status"])
    # A text is split at the last colon, so an entry with a port needs the object.
    if ":" not in entry and chance(rng, 40):
        return f"{pattern}:{entry}"
    return {"tool_pattern": pattern, kind: entry}


def random_context(rng, name):
    """A valid document of one context."""
    context = {
        "name": name,
        "capabilities": [random_capability(rng) for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))],
    }
    if chance(rng, 35):
        context["deny_list"] = [random_deny(rng) for _ in range(rng.choice([1, 1, 2]))]
    return context


def mutate(rng, context):
    """A related context: mostly narrower than the given one, sometimes wider or beside it."""
    child = copy.deepcopy(context)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        step = rng.choice(NARROWER) if chance(rng, 70) else rng.choice(OTHER)
        step(rng, child)
    return child


def constraints_of(capability):
    return capability.setdefault("constraints", {}) if "constraints" in capability else capability


def pick(rng, context):
    return rng.choice(context["capabilities"]) if context["capabilities"] else None


def drop_capability(rng, context):
    if len(context["capabilities"]) > 1:
        context["capabilities"].remove(pick(rng, context))


def narrow_pattern(rng, context):
    capability = pick(rng, context)
    if capability:
        within = [p for p in TOOLS if policy_reference.matches_tool(capability["tool_pattern"], p)]
        if within:
            capability["tool_pattern"] = rng.choice(within)


def narrow_list(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        entries = constraints.get(key)
        if entries and chance(rng, 70):
            index = rng.randrange(len(entries))
            entries[index] = narrower_entry(rng, entries[index])
            constraints[key] = list(dict.fromkeys(entries))


def narrower_entry(rng, entry):
    if entry.startswith("/"):
        if entry.endswith("*"):
            return entry.rsplit("/", 1)[0] + "/" + rng.choice(PATH_PARTS)
        return entry.rstrip("/") + "/" + rng.choice([*PATH_PARTS, "*"])
    if entry.startswith("*."):
        return rng.choice(["a.", "*.a.", "b."]) + entry[2:]
    return entry


def drop_entry(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        if len(constraints.get(key, [])) > 1 and chance(rng, 60):
            constraints[key].pop(rng.randrange(len(constraints[key])))


def add_constraint(rng, context):
    capability = pick(rng, context)
    if capability:
        constraints = constraints_of(capability)
        kind = rng.choice(["path", "domain", "command"])
        if f"{kind}_allowlist" not in constraints:
            constraints |= random_lists(rng, kind)


def add_deny(rng, context):
    context.setdefault("deny_list", []).append(random_deny(rng))


def deny_absence(rng, context):
    capability = pick(rng, context)
    if capability:
        constraints_of(capability).pop("when_absent", None)


def lower_limit(rng, context):
    capability = pick(rng, context)
    limit = constraints_of(capability).get("rate_limit") if capability else None
    if limit:
        limit["calls"] = max(1, limit["calls"] // 2)


def reorder(rng, context):
    rng.shuffle(context["capabilities"])


def add_capability(rng, context):
    context["capabilities"].append(random_capability(rng))


def widen_list(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key, pool in (("path_allowlist", PATH_ENTRIES), ("domain_allowlist", DOMAIN_ENTRIES)):
        if key in constraints:
            extra = rng.choice(pool)
            if extra not in constraints[key]:
                constraints[key].append(extra)


def drop_constraint(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    present = [
        k
        for k in (
            "path_allowlist",
            "domain_allowlist",
            "only_arguments",
            "rate_limit",
            "argument_patterns",
            "free_arguments",
            "base_directory",
            "exec",
        )
        if k in constraints
    ]
    if present:
        del constraints[rng.choice(present)]


def drop_deny(rng, context):
    if context.get("deny_list"):
        context["deny_list"].pop()


def allow_absence(rng, context):
    capability = pick(rng, context)
    if capability:
        constraints_of(capability)["when_absent"] = "allow"


NARROWER = [
    drop_capability,
    narrow_pattern,
    narrow_list,
    drop_entry,
    add_constraint,
    add_deny,
    deny_absence,
    lower_limit,
    reorder,
]
OTHER = [add_capability, widen_list, drop_constraint, drop_deny, allow_absence]
