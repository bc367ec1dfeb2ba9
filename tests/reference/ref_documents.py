"""Valid documents as plain dictionaries (section "Document")."""

import json
import re

import ref_addresses
import ref_commands
import ref_domains
import ref_schemas
import yaml
from ref_keys import Malformed, fold
from ref_numbers import Number
from ref_tools import is_tool_name


class PlainLoader(yaml.SafeLoader):
    """[doc.plain-scalars] Only true, false and JSON numbers are no strings."""


PlainLoader.yaml_implicit_resolvers = {}
PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"),
    "-0123456789",
)
PlainLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: Number(node.value))


def load(text):
    """{name: context} of a valid document. A context is {"capabilities": […], "deny": […]}."""
    try:
        # [doc.json-by-text]
        documents = [json.loads(text, parse_int=Number, parse_float=Number)]
    except ValueError:
        documents = list(yaml.load_all(text, PlainLoader))  # [doc.shape-multi]
    contexts = {}
    for document in documents:
        for context in document if isinstance(document, list) else [document]:  # [doc.shape-list]
            contexts[context["name"]] = read_context(context)
    return contexts


def without_nulls(mapping):
    """[doc.json-null-absent]"""
    return {key: value for key, value in mapping.items() if value is not None}


def read_context(document):
    context = without_nulls(document)
    deny = []
    for entry in context.get("deny_list", []):
        deny += read_deny(entry)
    return {
        "capabilities": [
            read_capability(c, context.get("definitions", {})) for c in context["capabilities"]
        ],
        "deny": deny,
    }


def read_capability(document, definitions):
    flat = without_nulls(document)
    # [doc.both-shapes]
    capability = {**flat, **without_nulls(flat.get("constraints", {}))}
    if isinstance(capability["tool_pattern"], str):  # [tool.list-order]
        capability["tool_pattern"] = [capability["tool_pattern"]]
    if "arguments" in capability:  # [schema.definitions]
        capability["arguments"] = {
            name: ref_schemas.resolve(schema, definitions)
            for name, schema in capability["arguments"].items()
        }
    if "other_arguments" in capability:  # [args.other]
        capability["other_arguments"] = ref_schemas.resolve(
            capability["other_arguments"], definitions
        )
    for key in ("free", "path", "domain", "command"):
        folded = {fold(k) for k in capability.get(f"{key}_arguments", [])}
        capability[f"{key}_arguments"] = folded
    patterns = without_nulls(capability.get("argument_patterns", {}))
    capability["argument_patterns"] = {fold(k): p for k, p in patterns.items()}
    subcommands = capability.get("subcommand_allowlist", {})
    if isinstance(subcommands, list):  # [subcommand.list]
        subcommands = {capability["command_allowlist"][0].split()[0]: subcommands}
    capability["subcommand_allowlist"] = without_nulls(subcommands)
    return capability


def read_deny(entry):
    """The deny rules (pattern, kind, entry) that one entry of the list stands for."""
    if isinstance(entry, dict):
        entry = without_nulls(entry)
        for kind in ("path", "domain", "command"):
            if kind in entry:  # [deny.path] [deny.domain] [deny.command]
                value = entry[kind]
                if "option" in entry:  # [deny.option]
                    value = ref_commands.WithOption(value, entry["option"])
                return [(entry["tool_pattern"], kind, value)]
        return [(entry["tool_pattern"], None, None)]  # [deny.object]
    if ":" not in entry:  # [deny.pattern]
        return [(entry, None, None)]
    at = entry.find(":/")  # [deny.sugar-path]
    if at < 0:
        at = entry.rfind(":")  # [deny.sugar-last-colon]
    pattern, value = entry[:at], entry[at + 1 :]
    if value.startswith(("/", "**/")):  # [deny.sugar-name]
        kinds = ["path"]
    elif value.startswith("*."):  # [deny.sugar-domain]
        kinds = ["domain"]
    elif is_host_with_dot(value) or value in ref_addresses.NAMES:  # [deny.sugar-both]
        kinds = ["domain", "command"]
    else:  # [deny.sugar-command]
        kinds = ["command"]
    rules = [(pattern, kind, value) for kind in kinds]
    if is_tool_name(entry):  # [deny.sugar-tool]
        rules.append((entry, None, None))
    return rules


def is_host_with_dot(text):
    try:
        ref_domains.normal_host(text)
    except Malformed:
        return False
    return "." in text
