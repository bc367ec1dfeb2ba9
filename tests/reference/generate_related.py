"""Contexts that are related to another, as a child's is to its parent's."""

import copy

import generate_atoms
from generate_atoms import (
    ADDABLE,
    COMMAND_ENTRIES,
    DOMAIN_ENTRIES,
    FREEABLE,
    PATH_ENTRIES,
    PATH_PARTS,
    PATTERNS,
    TOOLS,
    chance,
    some,
)
from generate_contexts import random_capability, random_context, random_deny, random_lists
from generate_related_schemas import narrow_schema, widen_schema
from generate_schemas import keep_base_declared, random_schema


def mutate(rng, context):
    """A context mostly narrower than the given one, sometimes wider or beside it."""
    child = copy.deepcopy(context)
    for _ in range(rng.choice([1, 1, 2, 3])):
        narrower = chance(rng, 70)
        steps = NARROWER if narrower else OTHER
        if generate_atoms.DECLARED and chance(rng, 35):
            steps = NARROWER_DECLARED if narrower else OTHER_DECLARED
        rng.choice(steps)(rng, child)
    for capability in child["capabilities"]:
        keep_base_declared(rng, constraints_of(capability), child.get("definitions", {}))
    return child


def related(rng, context):
    """Now and then one that has nothing to do with the given one."""
    return random_context(rng, context["name"]) if chance(rng, 12) else mutate(rng, context)


def constraints_of(capability):
    return capability.setdefault("constraints", {}) if "constraints" in capability else capability


def pick(rng, context):
    return rng.choice(context["capabilities"]) if context["capabilities"] else None


def pick_short(rng, context):
    """A capability in the short form."""
    return pick_where(rng, context, lambda constraints: "arguments" not in constraints)


def pick_declared(rng, context):
    """The constraints of a capability that declares its arguments."""
    capability = pick_where(rng, context, lambda constraints: "arguments" in constraints)
    return constraints_of(capability) if capability else None


def pick_where(rng, context, holds):
    found = [c for c in context["capabilities"] if holds(c.get("constraints", c))]
    return rng.choice(found) if found else None


def drop_capability(rng, context):
    if len(context["capabilities"]) > 1:
        context["capabilities"].remove(pick(rng, context))


def narrow_pattern(rng, context):
    capability = pick(rng, context)
    if capability:
        patterns = patterns_of(capability)
        names = dict.fromkeys(PATTERNS + TOOLS)
        within = [name for name in names if any(is_within(name, outer) for outer in patterns)]
        if within:
            several = chance(rng, 20)
            capability["tool_pattern"] = some(rng, within, 1, 3) if several else rng.choice(within)


def patterns_of(capability):
    patterns = capability["tool_pattern"]
    return patterns if isinstance(patterns, list) else [patterns]


def is_within(inner, outer):
    """Whether one pattern or name is within another, written for atoms only."""
    stem = outer.removesuffix("*")
    return inner.startswith(stem) and inner != stem if stem != outer else inner == outer


def narrow_list(rng, context):
    capability = pick_short(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        entries = constraints.get(key)
        if entries and chance(rng, 70):
            index = rng.randrange(len(entries))
            entries[index] = narrower_entry(rng, entries[index])
            constraints[key] = list(dict.fromkeys(entries))


def narrower_entry(rng, entry):
    if "/**/" in entry:
        return entry.replace("/**/", f"/{rng.choice(PATH_PARTS)}/**/") if chance(rng, 70) else entry
    if entry.startswith("/"):
        if entry.endswith("*"):
            return entry.rsplit("/", 1)[0] + "/" + rng.choice(PATH_PARTS)
        return entry.rstrip("/") + "/" + rng.choice([*PATH_PARTS, "*"])
    if entry.startswith("*."):
        return rng.choice(["a.", "*.a.", "b."]) + entry[2:]
    return entry


def drop_entry(rng, context):
    capability = pick_short(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        if len(constraints.get(key, [])) > 1 and chance(rng, 60):
            constraints[key].pop(rng.randrange(len(constraints[key])))


def draw_lists(rng, context):
    capability = pick_short(rng, context)
    if capability:
        constraints = constraints_of(capability)
        kind = rng.choice(["path", "domain", "command"])
        if kind == "command":
            constraints.pop("subcommand_allowlist", None)
            constraints.pop("exec", None)
        constraints |= random_lists(rng, kind)


def drop_only_argument(rng, context):
    capability = pick_short(rng, context)
    if capability and constraints_of(capability).get("only_arguments"):
        constraints_of(capability)["only_arguments"].pop()


def add_deny(rng, context):
    context.setdefault("deny_list", []).append(random_deny(rng))


def deny_absence(rng, context):
    capability = pick_short(rng, context)
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
    definitions = context.get("definitions", {})
    context["capabilities"].append(random_capability(rng, definitions=definitions))


def narrow_declared(rng, context):
    declared = pick_declared(rng, context)
    if declared:
        narrow_schema(rng, declared)


def widen_declared(rng, context):
    declared = pick_declared(rng, context)
    if declared:
        widen_schema(rng, declared)


def drop_other_arguments(rng, context):
    declared = pick_declared(rng, context)
    if declared:
        declared.pop("other_arguments", None)


def add_argument(rng, context):
    declared = pick_declared(rng, context)
    if declared:
        schema = random_schema(rng, context.get("definitions", {}), 1)
        declared["arguments"].setdefault(rng.choice(["n", "mode", "url"]), {**schema})


def widen_list(rng, context):
    capability = pick_short(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key, pool in (
        ("path_allowlist", PATH_ENTRIES),
        ("domain_allowlist", DOMAIN_ENTRIES),
        ("command_allowlist", COMMAND_ENTRIES),
    ):
        if key == "command_allowlist" and isinstance(constraints.get("subcommand_allowlist"), list):
            continue  # A plain list of subcommands is for one command.
        if key in constraints:
            append_once(constraints[key], rng.choice(pool))


def widen_pattern(rng, context):
    capability = pick(rng, context)
    if capability:
        patterns = list(patterns_of(capability))
        append_once(patterns, rng.choice(PATTERNS))
        capability["tool_pattern"] = patterns


def append_once(entries, entry):
    if entry not in entries:
        entries.append(entry)


def add_key(rng, context):
    capability = pick_short(rng, context)
    if capability:
        constraints = constraints_of(capability)
        kind = rng.choice(["path", "domain", "command"])
        append_once(constraints.setdefault(f"{kind}_arguments", []), rng.choice(ADDABLE))
        keep_free_and_added_apart(constraints)


def free_key(rng, context):
    capability = pick_short(rng, context)
    if capability:
        constraints = constraints_of(capability)
        append_once(constraints.setdefault("free_arguments", []), rng.choice(FREEABLE))
        keep_free_and_added_apart(constraints)


def keep_free_and_added_apart(constraints):
    added = {
        key
        for kind in ("path", "domain", "command")
        for key in constraints.get(f"{kind}_arguments", [])
    }
    if "free_arguments" in constraints:
        free = [key for key in constraints["free_arguments"] if key not in added]
        constraints["free_arguments"] = free


def unfree_key(rng, context):
    capability = pick_short(rng, context)
    if capability and constraints_of(capability).get("free_arguments"):
        constraints_of(capability)["free_arguments"].pop()


def drop_constraint(rng, context):
    capability = pick_short(rng, context)
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
        )
        if k in constraints
    ]
    if present:
        del constraints[rng.choice(present)]


def drop_deny(rng, context):
    if context.get("deny_list"):
        context["deny_list"].pop()


def allow_absence(rng, context):
    capability = pick_short(rng, context)
    if capability:
        constraints_of(capability)["when_absent"] = "allow"


NARROWER = [
    drop_capability,
    narrow_pattern,
    narrow_list,
    drop_entry,
    draw_lists,
    add_deny,
    deny_absence,
    lower_limit,
    reorder,
    drop_only_argument,
]
NARROWER_DECLARED = [narrow_declared, narrow_declared, drop_other_arguments]
OTHER = [
    add_capability,
    widen_pattern,
    widen_list,
    drop_constraint,
    drop_deny,
    allow_absence,
    add_key,
    free_key,
    unfree_key,
]
OTHER_DECLARED = [widen_declared, widen_declared, add_argument]
