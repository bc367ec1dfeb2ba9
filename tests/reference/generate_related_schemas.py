"""Schemas that are narrower or wider than a given one, mostly. They change it in place."""

from generate_atoms import (
    DECLARED_NAMES,
    DOMAIN_ALLOW,
    DOMAIN_EXCEPT,
    PATH_ALLOW,
    PATH_EXCEPT,
    URI_ALLOW,
    chance,
)
from generate_schemas import random_schema
from ref_numbers import Number

ALLOW = {"path": PATH_ALLOW, "url": DOMAIN_ALLOW, "host": DOMAIN_ALLOW, "uri": URI_ALLOW}
EXCEPT = {"path": PATH_EXCEPT, "url": DOMAIN_EXCEPT, "host": DOMAIN_EXCEPT}
MEMBERS = ("arguments", "properties")


def schemas_of(value):
    """Every schema below declared arguments, definitions or a schema, outer ones first."""
    for keyword in MEMBERS:
        for schema in value.get(keyword, {}).values():
            yield schema
            yield from schemas_of(schema)
    for keyword in ("other_arguments", "items", "additionalProperties"):
        if keyword in value:
            yield value[keyword]
            yield from schemas_of(value[keyword])
    for branch in value.get("anyOf", []):
        yield branch
        yield from schemas_of(branch)


def narrow_schema(rng, declared):
    """Narrows one schema of a capability."""
    schemas = list(schemas_of(declared))
    if schemas:
        schema = rng.choice(schemas)
        rng.choice(NARROWER)(rng, schema)


def widen_schema(rng, declared):
    schemas = list(schemas_of(declared))
    if schemas:
        rng.choice(WIDER)(rng, rng.choice(schemas))


def without_null(rng, schema):
    schema.pop("nullable", None)


def with_null(rng, schema):
    if "use" not in schema and "any" not in schema:
        schema["nullable"] = True


def required(rng, schema):
    schema.pop("optional", None)


def drop_allowed(rng, schema):
    kind = next((kind for kind in ALLOW if kind in schema), None)
    if kind and len(schema[kind]["allow"]) > 1:
        schema[kind]["allow"].pop(rng.randrange(len(schema[kind]["allow"])))


def add_allowed(rng, schema):
    kind = next((kind for kind in ALLOW if kind in schema), None)
    if kind:
        append_once(schema[kind]["allow"], rng.choice(ALLOW[kind]))


def add_except(rng, schema):
    kind = next((kind for kind in EXCEPT if kind in schema), None)
    if kind:
        append_once(schema[kind].setdefault("except", []), rng.choice(EXCEPT[kind]))


def drop_except(rng, schema):
    kind = next((kind for kind in EXCEPT if kind in schema), None)
    if kind:
        schema[kind].pop("except", None)


def lower_bound(rng, schema):
    if "enum" in schema or "const" in schema:
        return  # The bound may be what the last of them meets.
    for keyword in ("maxLength", "maxItems"):
        least = schema.get(keyword.replace("max", "min"), 0)
        if keyword in schema and schema[keyword] > max(least, 1):
            schema[keyword] -= 1
    for keyword in ("maximum", "exclusiveMaximum"):
        if keyword in schema and not isinstance(schema[keyword], Number):
            schema[keyword] = rng.choice([schema[keyword], 5])


def raise_bound(rng, schema):
    for keyword in ("maxLength", "maximum", "exclusiveMaximum"):
        if keyword in schema and not isinstance(schema[keyword], Number):
            schema[keyword] += 1


def drop_bound(rng, schema):
    for keyword in ("maximum", "minimum", "maxLength", "minLength", "pattern", "multipleOf"):
        if keyword in schema and chance(rng, 40) and schema.get("type") != "array":
            if keyword == "pattern" and "path" not in schema and "url" not in schema:
                continue  # A word of a command needs its pattern.
            del schema[keyword]


def drop_constant(rng, schema):
    if len(schema.get("enum", [])) > 1:
        schema["enum"].pop()


def add_constant(rng, schema):
    if "enum" in schema and "y" not in schema["enum"]:
        schema["enum"].append("y")


def one_constant(rng, schema):
    """A string becomes one of its values."""
    if schema.get("type") == "string" and "pattern" not in schema and "enum" not in schema:
        optional = {"optional": True} if "optional" in schema else {}
        schema.clear()
        schema |= {"const": rng.choice(["abc", "rw"]), **optional}


def drop_branch(rng, schema):
    if len(schema.get("anyOf", [])) > 2:
        schema["anyOf"].pop(rng.randrange(len(schema["anyOf"])))


def one_branch(rng, schema):
    if "anyOf" in schema:
        beside = {k: v for k, v in schema.items() if k == "optional"}
        branch = rng.choice(schema["anyOf"])
        schema.clear()
        schema |= {**branch, **beside}


def add_branch(rng, schema):
    if 0 < len(schema.get("anyOf", [])) < 8:
        schema["anyOf"].append(random_schema(rng, {}, 0))


def drop_entry(rng, schema):
    allow = schema.get("command", {}).get("allow", [])
    if len(allow) > 1:
        allow.pop(rng.randrange(len(allow)))


def narrow_entry(rng, schema):
    for rule in schema.get("command", {}).get("allow", []):
        if "options" in rule and chance(rng, 50):
            del rule["options"]
        elif len(rule.get("then", [])) > 1:
            rule["then"].pop()
        elif isinstance(rule.get("operands"), dict):
            narrow_some(rng, rule["operands"])


def narrow_some(rng, schema):
    rng.choice([drop_allowed, add_except, drop_constant])(rng, schema)


def drop_property(rng, schema):
    properties = schema.get("properties", {})
    if len(properties) > 1:
        properties.pop(rng.choice(list(properties)))


def add_property(rng, schema):
    if "properties" in schema:
        name = rng.choice([name for name in DECLARED_NAMES if name != "args"])
        schema["properties"].setdefault(name, {"type": "string", "optional": True})


def append_once(entries, entry):
    if entry not in entries:
        entries.append(entry)


NARROWER = [
    without_null,
    required,
    drop_allowed,
    add_except,
    lower_bound,
    drop_constant,
    one_constant,
    drop_branch,
    one_branch,
    drop_entry,
    narrow_entry,
]
WIDER = [
    with_null,
    add_allowed,
    drop_except,
    raise_bound,
    drop_bound,
    add_constant,
    add_branch,
    add_property,
    drop_property,
]
