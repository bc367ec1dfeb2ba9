"""What deny entries see of declared arguments (rules args.deny, args.deny-guess, args.deny-uri).

A sight is (kind, value, base): a path with its base, the text of a domain, the words of a command,
or with the kind "guess" an object that is searched as in the short form. A path that the capability
may take for something else has the kind "perhaps path".
"""

import ref_declared_commands
import ref_kinds
from ref_keys import Malformed
from ref_schemas import additional, args_name, other_schema


def sights(capability, arguments):
    """What the entries see through one capability that declares its arguments."""
    return list(
        of_members(
            capability["arguments"],
            lambda key: other_schema(capability, key),
            arguments,
            arguments,
        )
    )


def of_members(declared, other, obj, arguments):
    continuing = {args_name(schema) for schema in declared.values()}
    for key, value in obj.items():
        if key in declared:
            yield from of_value(declared[key], value, arguments, key, obj)
        elif key not in continuing and other(key) is not None:
            yield from of_value(other(key), value, arguments, key)


def of_value(schema, value, arguments, key, beside=None):
    if schema.get("any"):
        yield "guess", {key: value}, None
    for branch in schema.get("anyOf", []):
        found = of_value(branch, value, arguments, key, beside)
        yield from found if takes_only_paths(schema) else perhaps(found)
    if isinstance(value, list) and "items" in schema:
        for element in value:
            yield from of_value(schema["items"], element, arguments, key)
    if isinstance(value, dict) and schema.get("type") == "object":
        yield from of_members(
            schema.get("properties", {}),
            lambda name: additional(schema, name),
            value,
            arguments,
        )
    if "command" in schema:
        yield from of_command(schema["command"], value, arguments, key, beside)
    if isinstance(value, str):
        yield from of_string(schema, value, arguments)


def of_string(schema, value, arguments):
    if "path" in schema:
        yield "path", value, ref_kinds.base_of(schema["path"], arguments)
    if "url" in schema or "host" in schema:
        yield "domain", value, None
    if "uri" in schema:
        host = ref_kinds.uri_host(value)
        if host is not None:
            yield "domain", host, None
        path = ref_kinds.uri_path(value)
        if path is not None:
            yield "perhaps path", path, None


def of_command(kind, value, arguments, key, beside):
    if not isinstance(value, str) and not (
        isinstance(value, list) and value and all(isinstance(word, str) for word in value)
    ):
        return
    try:
        argv = ref_declared_commands.argv_of(kind, value, beside, form="either")
    except Malformed:
        return
    yield "command", argv, None
    for rule in kind["allow"]:
        for judged in ref_declared_commands.readings(rule, argv, kind):
            for schema, word in judged:
                yield from perhaps(of_value(schema, word, arguments, key))


def perhaps(found):
    for kind, value, base in found:
        yield "perhaps path" if kind == "path" else kind, value, base


def takes_only_paths(schema):
    """[args.deny-malformed] Whether each string that an anyOf takes is a path."""
    for branch in schema["anyOf"]:
        if "anyOf" in branch:
            if not takes_only_paths(branch):
                return False
        elif "path" not in branch and takes_text(branch):
            return False
    return True


def takes_text(schema):
    if "enum" in schema or "const" in schema:
        return any(isinstance(one, str) for one in schema.get("enum", [schema.get("const")]))
    types = schema.get("type")
    return types is None or "string" in ([types] if isinstance(types, str) else types)
