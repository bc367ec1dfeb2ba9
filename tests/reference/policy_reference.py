"""The policy semantics of docs/policy.md as slow, plain Python.

Independent of the compiled engine on purpose: the two are compared on random calls. Documents are
taken to be valid. The id in brackets beside a piece of code names the rule it follows.
"""

import json
import re

import ref_addresses
import ref_commands
import ref_domains
import ref_paths
import ref_schemas
import ref_sights
import ref_words
import yaml
from ref_keys import Exempt, Glob, Malformed, Search, fold, has_twins
from ref_numbers import Number
from ref_schemas import ARGUMENTS, COMMAND, DOMAIN, PATH, PATTERNS

CODES = {
    ARGUMENTS: "ARGUMENT_NOT_ALLOWED",
    PATH: "PATH_NOT_ALLOWED",
    DOMAIN: "DOMAIN_NOT_ALLOWED",
    COMMAND: "COMMAND_NOT_ALLOWED",
    PATTERNS: "ARGUMENT_NOT_ALLOWED",
}

# ---------------------------------------------------------------- documents


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


# --------------------------------------------------------------- evaluation


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


def is_tool_name(tool):
    return re.fullmatch(r"[A-Za-z0-9_.:/-]{1,128}", tool) is not None  # [tool.name]


def is_on(capability, tool):
    return any(matches_tool(pattern, tool) for pattern in capability["tool_pattern"])  # [tool.list]


def matches_tool(pattern, tool):
    if pattern == "*":  # [tool.star]
        return True
    if pattern.endswith("*"):  # [tool.prefix]
        return tool.startswith(pattern[:-1]) and len(tool) > len(pattern) - 1
    return pattern == tool  # [tool.exact] [tool.bytes]


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


def accepts_absence(capability):
    return capability.get("when_absent", "deny") == "allow"  # [doc.when-absent] [absent.each]


def only_known_arguments(capability, arguments):
    if "only_arguments" not in capability:
        return True
    # [only.other] [only.top-level] [key.only-bytes] [key.null]
    return all(key in capability["only_arguments"] for key, v in arguments.items() if v is not None)


def path_search(added, freed, commands, exemptions=True):
    return Search(
        lambda key, obj: ref_paths.is_path_key(key, added, obj),
        ref_paths.looks_like_path,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        lambda text: [],
        ref_paths.is_glob,
    )


def domain_search(added, freed, commands, reading, exemptions=True):
    return Search(
        lambda key, _: ref_domains.is_domain_key(key, added),
        ref_domains.looks_like_url,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        # [words.url]
        lambda text: [
            url for word in ref_words.words(text, reading) for url in ref_words.urls(word)
        ],
    )


def word_search(freed, commands, reading, exemptions=True):
    """For the words of commands alone."""
    return Search(
        lambda key, obj: False,
        lambda string: False,
        freed,
        exemptions,
        lambda key: ref_commands.is_command_key(key, commands),
        lambda text: ref_words.words(text, reading),
    )


def path_passes(capability, path):
    return ref_paths.allowed(path, capability["path_allowlist"], capability.get("base_directory"))


def paths_pass(capability, arguments):
    freed, commands = capability["free_arguments"], capability["command_arguments"]
    search = path_search(capability["path_arguments"], freed, commands)
    try:
        found = search.run(arguments)
    except Malformed:
        return False
    if "command_allowlist" not in capability:  # [words.path]
        words = word_search(freed, commands, ref_words.reading_of(capability)).run(arguments)
        if not all(path_word_passes(capability, word) for word in words):
            return False
    if not found:  # [path.absent]
        return accepts_absence(capability)
    return all(path_passes(capability, path) for path in found)  # [path.every]


def path_word_passes(capability, word):
    """[words.path] [words.most]"""
    paths = ref_words.paths(word, strict=True)
    return paths is not None and all(path_passes(capability, path) for path in paths)


def domains_pass(capability, arguments):
    search = domain_search(
        capability["domain_arguments"],
        capability["free_arguments"],
        capability["command_arguments"],
        ref_words.reading_of(capability),
    )
    try:
        found = search.run(arguments)
        ref_domains.check_ports(search, arguments)
    except Malformed:
        return False
    if ref_domains.numbers(arguments, capability["free_arguments"]):  # [domain.integer]
        return False
    if not found:  # [domain.absent]
        return accepts_absence(capability)
    # [domain.every]
    return all(ref_domains.allowed(value, capability["domain_allowlist"]) for value in found)


def command_failure(capability, arguments):
    """The code of what the command check denies, or None."""
    argv_mode = capability.get("exec", "shell") == "argv"  # [doc.exec]
    try:
        argvs = ref_commands.find_argvs(
            arguments, capability["command_arguments"], capability["free_arguments"]
        )
    except Malformed:
        return "COMMAND_NOT_ALLOWED"
    if not argvs:  # [command.absent]
        return None if accepts_absence(capability) else "COMMAND_NOT_ALLOWED"
    entries = capability["command_allowlist"]
    for argv in argvs:
        try:
            words = ref_commands.judged_words(
                argv, entries, capability["subcommand_allowlist"], argv_mode
            )
        except Malformed:
            return "COMMAND_NOT_ALLOWED"
        # [command.path-words]
        if "path_allowlist" in capability and not all(
            path_word_passes(capability, word) for word in [argv[0].raw, *words]
        ):
            return "PATH_NOT_ALLOWED"
    if len(argvs) > 1 and not ref_commands.one_entry_for_all(argvs, entries):
        return "COMMAND_NOT_ALLOWED"
    return None


def patterns_pass(capability, arguments):
    folded = {fold(key): value for key, value in arguments.items()}
    for key, pattern in capability["argument_patterns"].items():
        value = folded.get(key)
        if value is None:  # [pattern.absent]
            if not accepts_absence(capability):
                return False
        elif not isinstance(value, str) or not re.fullmatch(pattern, value):  # [pattern.not-string]
            return False
    return True


# ---------------------------------------------------------------- deny list


def denies(rule, capabilities, tool, arguments):
    pattern, kind, entry = rule
    if not matches_tool(pattern, tool):
        return False
    if kind is None:
        return True
    # [deny.added-keys]
    added = {
        one: set().union(*(c[f"{one}_arguments"] for c in capabilities))
        for one in ("path", "domain", "command")
    }
    on_tool = [c for c in capabilities if is_on(c, tool)]
    short = [c for c in on_tool if "arguments" not in c]
    if short or not on_tool:  # [args.deny-guess]
        bases = [c.get("base_directory") for c in short]
        if guess_denies(kind, entry, added, bases, arguments):
            return True
    return any(
        sight_denies(kind, entry, added, sight)
        for capability in on_tool
        if "arguments" in capability
        for sight in ref_sights.sights(capability, arguments)
    )


def guess_denies(kind, entry, added, bases, arguments):
    """Whether an entry fires on what the short form finds."""
    try:
        if kind == "path":
            # [deny.value-rule] [deny.no-free]
            search = path_search(added["path"], set(), added["command"], exemptions=False)
            found = search.run(arguments)
            return any(denies_path(entry, path, bases) for path in found) or any(
                denies_path_word(entry, word, bases) for word in words_for_deny(arguments, added)
            )
        if kind == "domain":
            search = domain_search(
                added["domain"], set(), added["command"], ref_words.BOTH, exemptions=False
            )
            values = domain_search(added["domain"], set(), added["command"], None, False)
            values.of_command = lambda text: []
            found = values.run(arguments)
            ref_domains.check_ports(search, arguments)
            numbers = ref_domains.numbers(arguments, set())  # [domain.integer]
            return (
                any(denies_domain(entry, value) for value in found)
                or any(
                    ref_domains.matches(entry, (None, address, None), deny=True)
                    for address in numbers
                )
                or any(denies_domain_word(entry, w) for w in words_for_deny(arguments, added))
            )
        argvs = ref_commands.find_argvs(arguments, added["command"], set())
        return any(ref_commands.deny_matches(entry, argv) for argv in argvs)
    except Malformed:  # [deny.malformed]
        return True


def sight_denies(kind, entry, added, sight):
    """Whether an entry fires on what it sees of a declared argument. [args.deny]"""
    seen, value, base = sight
    if seen == "guess":
        return guess_denies(kind, entry, added, [None], value)
    if seen != kind:
        return False
    try:
        if kind == "path":
            segments = ref_paths.normalise(value, base)
            return segments is not None and ref_paths.covers(entry, segments, itself=True)
        if kind == "domain":
            return denies_domain(entry, value)
        return ref_commands.deny_matches(entry, value)
    except Malformed:
        if kind == "domain":  # what clients make of it
            read = ref_domains.read(value)
            return read is not None and ref_domains.matches(entry, read, deny=True)
        return False


def denies_domain(entry, value):
    if isinstance(value, Exempt):  # [deny.exempt-words]
        try:
            return denies_domain(entry, value.strip(ref_paths.WHITE_SPACE))
        except Malformed:
            return False
    return ref_domains.matches(entry, ref_domains.parse(value), deny=True)


def words_for_deny(arguments, added):
    return word_search(set(), added["command"], ref_words.BOTH, exemptions=False).run(arguments)


def denies_path_word(entry, word, bases):
    """[deny.word-path] [words.most]"""
    paths = ref_words.paths(word, strict=False)
    if paths is None:
        return True
    for path in paths:
        if ref_words.holds_dot_dot(path):
            return True
        try:
            if denies_path(entry, path, bases):
                return True
        except Malformed:
            continue
    return False


def denies_domain_word(entry, word):
    """[deny.word-host]"""
    return any(ref_domains.matches(entry, host, deny=True) for host in ref_words.hosts(word))


def denies_path(entry, path, bases):
    """[deny.relative]"""
    if isinstance(path, Glob):
        return ref_paths.glob_reaches(path, entry)
    if isinstance(path, Exempt):  # [deny.exempt-words]
        known = [base for base in bases if base is not None]  # [deny.exempt-relative]
        text = path.strip(ref_paths.WHITE_SPACE)
        return ref_paths.is_one_path(path) and denies_path(entry, text, known)
    segments = ref_paths.normalise(path, None)
    if segments is not None:
        return ref_paths.covers(entry, segments, itself=True)
    for base in bases:
        if base is None:
            return True
        if ref_paths.covers(entry, ref_paths.normalise(path, base), itself=True):
            return True
    return False
