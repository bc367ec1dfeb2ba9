"""Commands that are declared (section "Declared commands")."""

import re

from ref_commands import split, words_of
from ref_keys import Malformed

TEXT, LIST = "text", "list"


def map_schemas(rule, change):
    """An entry of `allow` with each of its schemas changed."""
    rule = dict(rule)
    if isinstance(rule.get("operands"), list):
        rule["operands"] = [change(schema) for schema in rule["operands"]]
    elif "operands" in rule:
        rule["operands"] = change(rule["operands"])
    rule["options"] = [
        {name: change(schema) for name, schema in option.items()}
        if isinstance(option, dict)
        else option
        for option in rule.get("options", [])
    ]
    return rule


def argv_of(kind, value, beside, form=None):
    """The words of a command and of what continues it, or Malformed."""
    form = form or kind.get("form", "either")  # (operand.form)
    held = (beside or {}).get(kind.get("args"))
    argv = []
    for part, may_be_empty in ((value, False), (held, True)):  # [operand.args]
        if part is None and may_be_empty:
            continue
        if not isinstance(part, (str, list)):
            raise Malformed
        if form != "either" and (form == TEXT) != isinstance(part, str):
            raise Malformed
        argv += split(part) if isinstance(part, str) else words_of(part, may_be_empty)
    if re.match("[A-Za-z_][A-Za-z0-9_]*=", argv[0].raw):  # (operand.rules) [command.assignment]
        raise Malformed
    return argv


def readings(rule, argv, kind):
    """How an entry reads argv: [[(schema, word), …]], or [] where it does not."""
    words = rule["words"]
    if [word.raw for word in argv[: len(words)]] != words:  # [operand.words]
        return []
    matched = len(words)
    if "then" in rule:  # (operand.then)
        if len(argv) == matched or argv[matched].raw not in rule["then"]:
            return []
        matched += 1
    try:
        for word in argv[:matched]:  # (operand.rules)
            word.plain()
        rest = [word.value(kind.get("exec") == "argv") for word in argv[matched:]]
        return [read_rest(rule, rest)]
    except Malformed:
        return []


def read_rest(rule, rest):
    """The words behind the matched ones, each with its schema, or Malformed."""
    options = [
        next(iter(option.items())) if isinstance(option, dict) else (option, None)
        for option in rule.get("options", [])
    ]
    judged, operands, dashes = [], [], False
    words = iter(rest)
    for word in words:
        if not word.startswith("-"):
            operands.append(word)
        elif dashes:  # (operand.dashes)
            raise Malformed
        else:
            judged += read_option(options, word, words)
            dashes = word == "--"
    schemas = operand_schemas(rule, len(operands))
    return judged + list(zip(schemas, operands, strict=True))


def read_option(options, word, words):
    """The value of an option with its schema, as a list, or Malformed. [operand.option]"""
    for text, schema in options:
        name, with_value, _ = text.partition("VALUE")
        if not with_value:
            if word == name:
                return []
            continue
        if name.endswith(" "):
            if word != name.rstrip(" "):
                continue
            value = next(words, None)
            # (operand.option-value) [operand.value-dash]
            if value is None or value.startswith("-"):
                raise Malformed
        else:
            if not word.startswith(name) or word == name:
                continue
            value = word[len(name) :]
        return [] if schema is None else [(schema, value)]
    raise Malformed


def operand_schemas(rule, count):
    """[operand.operands] The schemas of so many operands, or Malformed."""
    declared = rule.get("operands", [])
    least = int(str(rule.get("minOperands", 0)))
    most = int(str(rule.get("maxOperands", count)))
    if isinstance(declared, list):
        most = min(most, len(declared))
    if not least <= count <= most:
        raise Malformed
    return declared[:count] if isinstance(declared, list) else [declared] * count
