"""Random declared arguments: schemas, kinds and definitions."""

from generate_atoms import BASES, DECLARED_NAMES, PATTERN_TEXTS, chance, some
from generate_kinds import random_command, random_host, random_path, random_uri, random_url
from ref_numbers import Number

DEFINITIONS = ["source", "other"]


def random_declared(rng, definitions):
    """The constraints of a capability that declares its arguments."""
    declared = {"arguments": random_members(rng, definitions, rng.choice([0, 1, 1, 2, 2, 3]), 2)}
    if chance(rng, 12):
        declared["other_arguments"] = random_schema(rng, definitions, 1)
    keep_base_declared(rng, declared, definitions)
    return declared


def keep_base_declared(rng, constraints, definitions):
    """Declares the argument that a path is joined to."""
    if "arguments" in constraints and names_base([constraints, definitions]):
        declared = constraints["arguments"]
        if "base" not in declared or leans_on_base(declared["base"], definitions):
            declared["base"] = random_base(rng)


def leans_on_base(schema, definitions):
    """Whether a schema, or a definition that it uses, joins a path to the argument `base`."""
    if isinstance(schema, list):
        return any(leans_on_base(element, definitions) for element in schema)
    if not isinstance(schema, dict):
        return False
    used = schema.get("use")
    if isinstance(used, str) and names_base(definitions.get(used)):
        return True
    return names_base(schema) or any(leans_on_base(v, definitions) for v in schema.values())


def names_base(value):
    """Whether a path within is joined to the argument `base`."""
    if isinstance(value, list):
        return any(names_base(element) for element in value)
    if isinstance(value, dict):
        return value.get("base") == "base" or any(names_base(v) for v in value.values())
    return False


def random_definitions(rng):
    return {name: random_schema(rng, {}, 1) for name in some(rng, DEFINITIONS, 1, 2)}


def random_members(rng, definitions, count, depth):
    """Members of an object: of `arguments` (depth 2) or of `properties`."""
    members = {}
    for name in rng.sample(DECLARED_NAMES, count):
        members[name] = random_schema(rng, definitions, depth, name, member=True)
        if chance(rng, 25):
            members[name]["optional"] = True
        if chance(rng, 5) and "any" not in members[name]:
            members[name]["description"] = "what it is for"
    continued = [schema["command"] for schema in members.values() if has_args(schema)]
    for command in continued[1:]:  # One argument continues one command.
        del command["args"]
    if continued:
        members.pop("args", None)
    return members


def has_args(schema):
    return "args" in schema.get("command", {})


def random_schema(rng, definitions, depth, name="", member=False):
    """A valid schema whose lists and objects go no deeper than `depth`."""
    if definitions and chance(rng, 25):
        return {"use": rng.choice(sorted(definitions))}
    kind = FITTING.get(name) if chance(rng, 75) else None
    draw = kind or rng.choice([*DRAWS[: len(DRAWS) if depth else -3], *KINDS])
    if draw in (random_array, random_object, random_any_of):
        schema = draw(rng, definitions, depth - 1) if depth else {"type": "boolean"}
    elif draw is random_command:
        schema = draw(rng, definitions, depth, member)
    else:
        schema = draw(rng)
    if "any" not in schema and chance(rng, 10):
        schema["nullable"] = True
    return schema


def random_string(rng):
    schema = {"type": "string"}
    if chance(rng, 40):
        schema["pattern"] = rng.choice(PATTERN_TEXTS)
    return schema | random_lengths(rng)


def random_lengths(rng):
    lengths = {}
    if chance(rng, 30):
        lengths["minLength"] = rng.choice([0, 1, 2])
    if chance(rng, 40):
        lengths["maxLength"] = rng.choice([2, 3, 5, 20])
    return lengths


def random_integer(rng):
    schema = {"type": "integer", **random_bounds(rng, [-1, 0, 1], [5, 10, 50])}
    if chance(rng, 35):
        schema["multipleOf"] = rng.choice([1, 2, 3, 3])
    return schema


def random_number(rng):
    low = [-1, Number("0.1"), 0, Number("5e-1")]
    return {"type": "number", **random_bounds(rng, low, [5, 50, Number("1e2"), Number("50.5")])}


def random_bounds(rng, low, high):
    bounds = {}
    if chance(rng, 60):
        bounds[rng.choice(["minimum", "exclusiveMinimum"])] = rng.choice(low)
    if chance(rng, 60):
        bounds[rng.choice(["maximum", "exclusiveMaximum"])] = rng.choice(high)
    return bounds


def random_boolean(rng):
    return {"type": "boolean"}


def random_types(rng):
    types = some(rng, ["string", "number", "integer", "boolean"], 2, 3)
    schema = {"type": types}
    if "string" in types:
        schema |= random_lengths(rng)
    if {"number", "integer"} & set(types):
        schema |= random_bounds(rng, [-1, 0], [10, 50])
    return schema


def random_enum(rng):
    if chance(rng, 40):
        schema = {"type": "string", "enum": some(rng, ["r", "rw", "", "x", "/a/b"], 1, 3)}
        return schema | ({"maxLength": 4} if chance(rng, 20) else {})
    if chance(rng, 30):
        whole = {"type": "integer", "enum": some(rng, [0, 5, Number("1e1"), -3], 1, 3)}
        return rng.choice([whole, {**whole, "type": ["number", "string"]}])
    return {"enum": some(rng, ["r", "rw", "", "1", 1, 0, Number("2.5"), True, False], 1, 4)}


def random_const(rng):
    constants = [*["r", "/a", "x.test", "", 5, Number("5.0"), Number("1.5"), 0], Number("-0"), True]
    schema = {"const": rng.choice(constants)}
    if isinstance(schema["const"], str) and chance(rng, 30):
        schema["type"] = "string"
    return schema


def random_base(rng):
    return {"const": rng.choice(BASES)} if chance(rng, 70) else {"type": "string"}


def random_any(rng):
    return {"any": True}


def random_array(rng, definitions, depth):
    if chance(rng, 35):
        items = rng.choice([random_string, random_integer, random_number, random_types])(rng)
        return {"type": "array", "items": items, "uniqueItems": True, "maxItems": 4}
    schema = {"type": "array", "items": random_schema(rng, definitions, depth)}
    if chance(rng, 50):
        schema["minItems"] = rng.choice([0, 1, 1])
    if chance(rng, 50):
        schema["maxItems"] = rng.choice([1, 2, 2, 3])
    return schema


def random_object(rng, definitions, depth):
    schema = {"type": "object"}
    if chance(rng, 80):
        count = rng.choice([1, 1, 2, 3])
        schema["properties"] = random_members(rng, definitions, count, depth)
    if "properties" not in schema or chance(rng, 20):
        schema["additionalProperties"] = random_schema(rng, definitions, depth)
        schema["propertyNames"] = rng.choice(
            [
                {"type": "string", "pattern": "[a-z_]{1,12}"},
                {"enum": ["constructor", "x", "opt"]},
                {"const": rng.choice(["x", "prototype"])},
                {"type": "string", "maxLength": 3},
            ]
        )
        schema["maxProperties"] = len(schema.get("properties", [])) + rng.choice([1, 2])
    return schema


def random_any_of(rng, definitions, depth):
    draws = [random_schema(rng, definitions, depth) for _ in range(rng.choice([2, 2, 3]))]
    return {"anyOf": draws}


KINDS = [random_path, random_url, random_host, random_uri, random_command]
DRAWS = [
    random_string,
    random_integer,
    random_number,
    random_boolean,
    random_types,
    random_enum,
    random_const,
    random_any,
    random_array,
    random_object,
    random_any_of,
]
# What a name says is mostly what it holds.
FITTING = {
    "path": random_path,
    "file": random_path,
    "url": random_url,
    "host": random_host,
    "uri": random_uri,
    "command": random_command,
    "n": random_integer,
    "count": random_number,
    "text": random_string,
    "mode": random_enum,
    "opts": random_object,
    "items": random_array,
    "either": random_any_of,
    "base": random_base,
}
