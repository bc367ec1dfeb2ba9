"""Random calls, mostly fitted to a capability and then spoilt a little."""

from generate_atoms import (
    ADDABLE,
    ARGS_KEYS,
    COMMAND_ENTRIES,
    COMMAND_KEYS,
    DOMAIN_KEYS,
    FREEABLE,
    HOSTS,
    ODD_STRINGS,
    PATH_KEYS,
    PATH_PARTS,
    PLAIN_KEYS,
    PORTS,
    STRINGS,
    SUBCOMMANDS,
    TAILS,
    TEXT_KEYS,
    TOOLS,
    TWISTED_KEYS,
    chance,
    fill,
    respell,
    some,
)
from generate_edges import entry_of
from generate_hosts import hidden, host_of, some_spelling
from generate_samples import declared_arguments
from generate_spoilt import spoil_declared


def random_call(rng, fit, around=None):
    """(tool, arguments), mostly fitted to a capability of `fit`, spoilt by what `around` denies."""
    capabilities = fit["capabilities"]
    capability = rng.choice(capabilities) if capabilities else {"tool_pattern": "fs.read"}
    tool = tool_for(rng, capability["tool_pattern"])
    constraints = {**capability, **capability.get("constraints", {})}
    declared = constraints.get("arguments")
    definitions = fit.get("definitions", {})
    if declared is not None:
        arguments = declared_arguments(rng, constraints, definitions)
    else:
        arguments = fitted(rng, constraints)
    spoilt = [0, 0, 0, 0, 1, 1, 2] if declared is None else [0, 0, 1, 1, 1, 2]
    for _ in range(rng.choice(spoilt)):
        if declared is not None and chance(rng, 85):
            denied = (around or fit).get("deny_list", [])
            spoil_declared(rng, arguments, declared, definitions, denied)
        else:
            spoil(rng, arguments, around or fit)
    return tool, arguments


def tool_for(rng, pattern):
    if chance(rng, 4):
        return rng.choice([*TOOLS, "other", "fs", "fsx"])
    if chance(rng, 1):
        return rng.choice(["", "fs read", "fs.*", "f\u00e9", "x" * 129])
    if isinstance(pattern, list):
        return tool_for(rng, rng.choice(pattern))
    if pattern == "*":
        return rng.choice(TOOLS)
    if pattern.endswith("*"):
        within = [tool for tool in TOOLS if tool.startswith(pattern[:-1])]
        return rng.choice([*within, pattern[:-1] + rng.choice(["read", "get", "read.all", "run"])])
    return pattern


def fitted(rng, constraints):
    """Arguments that the capability probably allows."""
    arguments = {}
    absent = 25 if constraints.get("when_absent") == "allow" else 4
    for kind, keys in (("path", PATH_KEYS), ("domain", DOMAIN_KEYS), ("command", COMMAND_KEYS)):
        entries = constraints.get(f"{kind}_allowlist")
        if (entries is None and not chance(rng, 10)) or (
            entries is not None and chance(rng, absent)
        ):
            continue
        keys = keys + constraints.get(f"{kind}_arguments", []) * 3
        add_value(rng, arguments, kind, key_for(rng, keys, constraints), entries or [], constraints)
    for key, text in constraints.get("argument_patterns", {}).items():
        if not chance(rng, absent):
            samples = {"[a-z]+": "abc", "[a-z ]{1,20}": "a b", "r|rw": "rw", "[0-9]+": "42"}
            arguments[key] = samples[text]
    if chance(rng, 30):
        key = key_for(rng, PLAIN_KEYS, constraints)
        arguments.setdefault(key, rng.choice([*STRINGS, 5, True, None, {}, []]))
    return arguments


def key_for(rng, keys, constraints):
    known = [key for key in keys if key in constraints.get("only_arguments", keys)]
    return rng.choice(known or keys)


def add_value(rng, arguments, kind, key, entries, constraints):
    if kind == "command":
        add_command(rng, arguments, key, entries, constraints)
        return
    value = path_value(rng, entries, constraints) if kind == "path" else domain_value(rng, entries)
    shape = rng.randrange(100)
    if shape < 10:
        value = [value, value]
    elif shape < 14:
        value = {key: value}
    elif shape < 20:
        added = constraints.get(f"{kind}_arguments", [])
        value = {rng.choice((PATH_KEYS if kind == "path" else DOMAIN_KEYS) + added): value}
    elif shape < 23:
        value = [{key: value}]
    if chance(rng, 8):
        key, value = rng.choice(PLAIN_KEYS), {key: value}
    arguments[key] = value


def path_value(rng, entries, constraints):
    if not entries:
        return "/" + "/".join(some(rng, PATH_PARTS, 0, 3))
    entry = rng.choice(entries)
    base = constraints.get("base_directory")
    segments = fill(rng, entry)
    if not entry.endswith("*") or chance(rng, 20):
        segments += some(rng, PATH_PARTS, 0, 2)
    if chance(rng, 8) and segments:
        segments.pop()
    if base and chance(rng, 40):
        prefix = [s for s in base.split("/") if s]
        if segments[: len(prefix)] == prefix:
            return "/".join(segments[len(prefix) :]) or "."
    return rng.choice(["/", "/", "/", "//", "/./"]) + "/".join(segments) + rng.choice(["", "", "/"])


def domain_value(rng, entries):
    if not entries or chance(rng, 8):
        host, port = rng.choice(HOSTS), rng.choice(PORTS)
    else:
        host, port = host_of(rng, rng.choice(entries))
        port = port or rng.choice(["", "", "", ":443", ":80", ":8443"])
    host = some_spelling(rng, host)
    if chance(rng, 30):
        return host + (port if chance(rng, 50) else "")
    return (
        rng.choice(["https", "https", "http", "wss"])
        + "://"
        + host
        + port
        + rng.choice(["", "/", "/p?q=1", "#f"])
    )


def add_command(rng, arguments, key, entries, constraints):
    words = (rng.choice(entries) if entries else rng.choice(COMMAND_ENTRIES)).split()
    subcommands = constraints.get("subcommand_allowlist", {})
    listed = subcommands if isinstance(subcommands, list) else subcommands.get(words[0], [])
    if len(words) == 1 and listed and chance(rng, 85):
        words.append(rng.choice(listed))
    elif len(words) == 1 and chance(rng, 30):
        words.append(rng.choice(SUBCOMMANDS))
    tail = rng.choice(TAILS) if chance(rng, 50) else ""
    if key == "commands" and chance(rng, 60):
        one = " ".join(words)
        others = [one, one + tail, one + rng.choice(TAILS), rng.choice(COMMAND_ENTRIES)]
        arguments[key] = [one + tail, *some(rng, others, 0, 2)]
        return
    args_key = key_for(rng, ARGS_KEYS, constraints)
    shape = rng.randrange(4)
    if shape == 0:
        arguments[key] = " ".join(words) + tail
    elif shape == 1:
        arguments[key] = words + tail.split()
    elif shape == 2:
        arguments[key], arguments[args_key] = words[0], words[1:] + tail.split()
    else:
        arguments[key] = words[0]
        rest = (" ".join(words[1:]) + tail).strip()
        if rest:
            arguments[args_key] = rest if chance(rng, 60) else [rest]


def spoil(rng, arguments, around):
    """One change that may turn the verdict."""
    kind = rng.randrange(13)
    keys = PATH_KEYS + DOMAIN_KEYS + COMMAND_KEYS + ARGS_KEYS + PLAIN_KEYS + TWISTED_KEYS
    if kind == 0:
        arguments[rng.choice(keys)] = rng.choice(ODD_STRINGS)
    elif kind == 1 and arguments:
        del arguments[rng.choice(list(arguments))]
    elif kind == 2:
        arguments[rng.choice(keys)] = "/" + "/".join(some(rng, PATH_PARTS, 0, 3))
    elif kind == 3:
        arguments[rng.choice(keys)] = domain_value(rng, [])
    elif kind == 4:
        arguments[rng.choice(keys)] = rng.choice(COMMAND_ENTRIES) + rng.choice(TAILS)
    elif kind == 5 and arguments:
        key = rng.choice(list(arguments))
        arguments[key.upper() if key != key.upper() else key.lower()] = arguments[key]
    elif kind == 6:
        key = rng.choice(["env", "shell", "port", "envVars", "PORT", "environ"])
        arguments[key] = rng.choice(
            [None, False, True, {}, {"A": "1"}, 80, 22, "443", "sh", "A=1", []]
        )
    elif kind == 7 and arguments:
        key = rng.choice(list(arguments))
        arguments[key] = rng.choice([None, 5, True, "", [], {}, [None], [5], [[arguments[key]]]])
    elif kind == 8 and arguments:
        key = rng.choice(list(arguments))
        arguments[rng.choice(keys)] = rng.choice([{key: arguments[key]}, [arguments[key]]])
    elif kind == 9:
        arguments[rng.choice(ADDABLE + FREEABLE)] = rng.choice([*ODD_STRINGS, "/a/b", "x.test"])
    elif kind == 10:
        add_denied(rng, arguments, around)
    elif kind == 11:
        value = domain_value(rng, []) if chance(rng, 50) else path_value(rng, [], {})
        arguments[rng.choice(TEXT_KEYS)] = value
    else:
        arguments[rng.choice(keys)] = rng.choice(STRINGS)


def add_denied(rng, arguments, context):
    """Values that the deny list names, under keys of their class or any."""
    for entry in context.get("deny_list", []):
        entry = entry_of(entry)
        for kind, keys in (("path", PATH_KEYS), ("domain", DOMAIN_KEYS), ("command", COMMAND_KEYS)):
            if kind not in entry:
                continue
            value = entry[kind].replace("*", rng.choice(PATH_PARTS))
            if kind == "path":
                value = denied_path(rng, entry[kind])
            if kind == "domain":
                host = some_spelling(rng, host_of(rng, entry[kind])[0])
                value = "https://" + host if chance(rng, 70) else host
                if chance(rng, 25):
                    hiding, named = hidden(rng, host)
                    arguments[hiding] = named
                    continue
            arguments[rng.choice(PLAIN_KEYS if chance(rng, 40) else keys)] = value


def denied_path(rng, entry):
    segments = [respell(rng, s) if chance(rng, 25) else s for s in fill(rng, entry)]
    return rng.choice(["/", "/", "/", ""]) + "/".join(segments + some(rng, PATH_PARTS, 0, 1))
