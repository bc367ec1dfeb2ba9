"""Whether a value is as its schema declares it (section "Declared arguments").

A schema is the dictionary of the document, its definitions put in place. A fault is the stage at
which a value is refused.
"""

import re

import ref_declared_commands
import ref_kinds
from ref_keys import Malformed
from ref_numbers import Number, are_equal, is_within

# [order.furthest] [args.stages] The stages of a capability, in the order of the checks.
ARGUMENTS, PATH, DOMAIN, COMMAND, PATTERNS = range(5)

STAGES = {"path": PATH, "url": DOMAIN, "host": DOMAIN, "uri": DOMAIN, "command": COMMAND}
PROTOTYPES = ("__proto__", "constructor", "prototype")


def resolve(schema, definitions):
    """The schema with its definitions in place. [schema.definitions]"""
    if "use" in schema:
        beside = {key: value for key, value in schema.items() if key != "use"}
        return {**resolve(definitions[schema["use"]], {}), **beside}
    schema = dict(schema)
    for key in ("items", "additionalProperties", "propertyNames"):
        if key in schema:
            schema[key] = resolve(schema[key], definitions)
    if "properties" in schema:
        schema["properties"] = {
            name: resolve(member, definitions) for name, member in schema["properties"].items()
        }
    if "anyOf" in schema:
        schema["anyOf"] = [resolve(branch, definitions) for branch in schema["anyOf"]]
    if "command" in schema:
        allow = [
            ref_declared_commands.map_schemas(rule, lambda s: resolve(s, definitions))
            for rule in schema["command"]["allow"]
        ]
        schema["command"] = {**schema["command"], "allow": allow}
    return schema


def declared_fault(capability, arguments):
    """The earliest stage that refuses the arguments of a call, or None. [args.stages]"""
    return members_fault(
        capability["arguments"],
        lambda key: other_schema(capability, key),
        arguments,
        arguments,
    )


def other_schema(capability, key):
    """[args.other] [args.prototype]"""
    return None if key in PROTOTYPES else capability.get("other_arguments")


def members_fault(declared, other, obj, arguments):
    """The earliest fault of the members of an object; `other` gives the schema of the unlisted."""
    continuing = {key for key in map(args_name, declared.values()) if key}
    continued = {
        args_name(schema) for key, schema in declared.items() if obj.get(key) is not None
    } - {None}
    faults = []
    for key, value in obj.items():  # [args.key]
        if key in declared:
            faults.append(fault(declared[key], value, arguments, obj))
        elif key in continuing:  # [operand.args] The command judges what it holds.
            faults.append(None if key in continued and value is not None else ARGUMENTS)
        elif other(key) is None:  # [args.undeclared]
            faults.append(ARGUMENTS)
        else:
            faults.append(fault(other(key), value, arguments, None))
    for key, schema in declared.items():  # [args.missing]
        if key not in obj and schema.get("optional") is not True:
            faults.append(ARGUMENTS)
    return earliest(faults)


def args_name(schema):
    """[operand.args]"""
    return schema.get("command", {}).get("args")


def earliest(faults):
    return min((stage for stage in faults if stage is not None), default=None)


def fault(schema, value, arguments, beside=None):
    """The earliest stage at which the schema refuses the value, or None.

    `arguments` are those of the call, `beside` the object that holds the value as a member.
    """
    if schema.get("any"):  # [schema.any]
        return None
    if value is None and schema.get("nullable"):
        return None
    if "anyOf" in schema:  # [schema.any-of]
        faults = [fault(branch, value, arguments, beside) for branch in schema["anyOf"]]
        return None if None in faults else max(faults)  # [args.branches]
    if value is None:  # [args.null]
        return ARGUMENTS
    faults = [kind_fault(schema, value, arguments, beside)]
    faults.append(None if is_accepted(schema, value) else PATTERNS)
    if isinstance(value, list) and "items" in schema:  # [schema.items]
        faults += [fault(schema["items"], element, arguments) for element in value]
    if isinstance(value, dict) and schema.get("type") == "object":
        properties = schema.get("properties", {})
        faults.append(
            members_fault(properties, lambda key: additional(schema, key), value, arguments)
        )
    return earliest(faults)


def additional(schema, key):
    """The schema of a member that is not listed, or None. [schema.closed] [schema.additional]"""
    if "additionalProperties" not in schema:
        return None
    names = schema["propertyNames"]
    listed = [*names.get("enum", []), names.get("const")]
    if key in PROTOTYPES and key not in listed:  # [args.prototype]
        return None
    return schema["additionalProperties"] if fault(names, key, {}) is None else None


def kind_fault(schema, value, arguments, beside):
    for kind, stage in STAGES.items():
        if kind not in schema:
            continue
        if kind == "command":
            passes = command_passes(schema["command"], value, arguments, beside)
        else:
            passes = isinstance(value, str) and ref_kinds.passes(
                kind, schema[kind], value, arguments
            )
        return None if passes else stage
    return None


def command_passes(kind, value, arguments, beside):
    """[kind.command] Whether one entry accepts the command alone."""
    try:
        argv = ref_declared_commands.argv_of(kind, value, beside)
    except Malformed:
        return False
    return any(
        all(fault(schema, word, arguments) is None for schema, word in judged)
        for rule in kind["allow"]
        for judged in ref_declared_commands.readings(rule, argv, kind)
    )


def is_accepted(schema, value):
    """Whether the keywords but kinds, items and members accept a value that is not null."""
    if "type" in schema:  # [schema.type]
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_type(value, name) for name in types):
            return False
    constants = schema.get("enum", [schema["const"]] if "const" in schema else None)
    # [schema.enum] [schema.const]
    if constants is not None and not any(are_equal(value, constant) for constant in constants):
        return False
    if isinstance(value, Number):
        return is_number_accepted(schema, value)
    if isinstance(value, str):
        return is_string_accepted(schema, value)
    if isinstance(value, list):
        return is_list_accepted(schema, value)
    if isinstance(value, dict):  # [schema.additional]
        return len(value) <= number(schema, "maxProperties", len(value))
    return True


def is_type(value, name):
    if name == "number":
        return isinstance(value, Number) and value.is_number()
    if name == "integer":
        return isinstance(value, Number) and value.is_integer()
    return isinstance(value, TYPES[name])


TYPES = {"string": str, "boolean": bool, "array": list, "object": dict}


def number(schema, keyword, default):
    return int(schema[keyword].exact()) if keyword in schema else default


def is_number_accepted(schema, value):
    if not value.is_number() or not is_within(value, schema):
        return False
    # [schema.multiple-of]
    return value.exact() % number(schema, "multipleOf", 1) == 0 if "multipleOf" in schema else True


def is_string_accepted(schema, value):
    if not number(schema, "minLength", 0) <= len(value) <= number(schema, "maxLength", len(value)):
        return False  # [schema.length]
    # [schema.pattern]
    return "pattern" not in schema or re.fullmatch(schema["pattern"], value) is not None


def is_list_accepted(schema, value):
    if not number(schema, "minItems", 0) <= len(value) <= number(schema, "maxItems", len(value)):
        return False
    if schema.get("uniqueItems") is not True:
        return True
    # [schema.unique]
    return not any(
        are_equal(left, right) for i, left in enumerate(value) for right in value[i + 1 :]
    )
