"""The policy semantics of docs/policy.md as slow, plain Python.

Independent of the compiled engine on purpose: the two are compared on random calls. Documents are
taken to be valid. The id in brackets beside a piece of code names the rule it follows.
"""

import json

import ref_schemas
from ref_denials import denies
from ref_keys import has_twins
from ref_numbers import Number
from ref_schemas import ARGUMENTS, COMMAND, DOMAIN, PATH, PATTERNS
from ref_short_form import (
    command_failure,
    domains_pass,
    only_known_arguments,
    paths_pass,
    patterns_pass,
)
from ref_tools import is_on, is_tool_name

CODES = {
    ARGUMENTS: "ARGUMENT_NOT_ALLOWED",
    PATH: "PATH_NOT_ALLOWED",
    DOMAIN: "DOMAIN_NOT_ALLOWED",
    COMMAND: "COMMAND_NOT_ALLOWED",
    PATTERNS: "ARGUMENT_NOT_ALLOWED",
}


def parse_arguments(text):
    """The arguments of a call; ValueError if they are not one JSON object without twin keys."""

    def pairs(members):
        if len({key for key, _ in members}) < len(members):
            raise ValueError("duplicate key")
        return dict(members)

    def constant(name):
        raise ValueError(name)

    def number(text):
        if not Number(text).fits_double():
            raise ValueError(text)
        return Number(text)

    value = json.loads(
        text, object_pairs_hook=pairs, parse_int=number, parse_float=number, parse_constant=constant
    )
    if not isinstance(value, dict):
        raise ValueError("not an object")
    json.dumps(value, ensure_ascii=False, default=str).encode()  # ValueError: lone surrogates
    return value


def evaluate(contexts, context, tool, arguments_json):
    """(allowed, code name or None, index of the capability that decided or None)."""
    if context not in contexts:  # [order.context]
        return False, "SCOPE_NOT_FOUND", None
    if not is_tool_name(tool):  # [order.tool-name]
        return False, "INVALID_ENVELOPE", None
    try:
        arguments = parse_arguments(arguments_json)
    except ValueError:  # [order.arguments-object]
        return False, "INVALID_ENVELOPE", None
    capabilities = contexts[context]["capabilities"]
    for rule in contexts[context]["deny"]:  # [order.deny-first]
        if denies(rule, capabilities, tool, arguments):
            return False, "TOOL_EXPLICITLY_DENIED", None
    furthest = None
    for index, capability in enumerate(capabilities):
        if not is_on(capability, tool):
            continue
        failure = first_failure(capability, arguments)
        if failure is None:  # [order.any-capability]
            return True, None, index
        if furthest is None or failure[0] > furthest[0]:  # [order.furthest] [order.tie]
            furthest = (*failure, index)
    if furthest is None:  # [order.default-deny]
        return False, "TOOL_NOT_ALLOWED", None
    return False, furthest[1], furthest[2]


def first_failure(capability, arguments):
    """(stage, code name) of the first check that fails, or None."""
    if has_twins(arguments):  # [key.twins]
        return ARGUMENTS, "ARGUMENT_NOT_ALLOWED"
    if "arguments" in capability:
        stage = ref_schemas.declared_fault(capability, arguments)
        return None if stage is None else (stage, CODES[stage])
    if not only_known_arguments(capability, arguments):
        return ARGUMENTS, "ARGUMENT_NOT_ALLOWED"
    if "path_allowlist" in capability and not paths_pass(capability, arguments):
        return PATH, "PATH_NOT_ALLOWED"
    if "domain_allowlist" in capability and not domains_pass(capability, arguments):
        return DOMAIN, "DOMAIN_NOT_ALLOWED"
    if "command_allowlist" in capability:
        code = command_failure(capability, arguments)
        if code:
            return COMMAND, code
    if not patterns_pass(capability, arguments):
        return PATTERNS, "ARGUMENT_NOT_ALLOWED"
    return None
