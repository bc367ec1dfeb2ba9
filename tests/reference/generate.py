"""Random contexts and calls for the differential test and the ceiling's properties.

Everything is drawn from few atoms, so that contexts overlap and calls hit their edges. All
randomness comes from the generator that is passed in. `--shares N` prints how the reference
evaluator decides N pairs.
"""

import argparse
import collections
import copy
import json
import random

import policy_reference

TOOLS = ["fs.read", "fs.write", "fs.read.all", "web.get", "cmd.run", "search", "a:b"]
PATTERNS = ["fs.read", "fs.write", "web.get", "cmd.run", "search", "fs.*", "fs.read.*", "web.*", "*"]
PATH_ENTRIES = [
    "/", "/a", "/a/b", "/a/b/c", "/a/*", "/a/**", "/a/*/c", "/d", "/d/*", "/*/b", "/a/b/*",
]
BASES = ["/a", "/a/b", "/d", "/"]
DOMAIN_ENTRIES = [
    "x.test", "a.x.test", "*.x.test", "*.a.x.test", "y.test", "y.test:8443", "*.x.test:8443",
    "x.test:443", "192.0.2.7", "*.test",
]
COMMAND_ENTRIES = ["git", "git status", "npm", "npm test", "/bin/ls", "ls", "cat", "make -k"]
SUBCOMMANDS = ["status", "diff", "test", "push", "-k"]
PATH_KEYS = ["path", "file_path", "src", "PATH", "outputPath2", "fileName", "workdir", "paths"]
DOMAIN_KEYS = ["url", "host", "imageURL", "imageURLs", "Endpoint", "baseurl", "server"]
COMMAND_KEYS = ["command", "cmd", "commandLine", "Script"]
ARGS_KEYS = ["args", "argv", "extraFlags"]
PLAIN_KEYS = ["mode", "tree", "mirror", "run", "target", "content", "query", "note", "opt", "x1"]
TWISTED_KEYS = ["TREE", "Mirror", "Query", "pa\u017fs", "PathLike", "dest_", "hOST", "\u212aey"]
ADDABLE = ["tree", "mirror", "run", "target", "opt", "pass", "key"]
FREEABLE = ["target", "path", "url", "command", "content", "opt", "args", "note"]
PATTERN_TEXTS = ["[a-z]+", "[a-z ]{1,20}", "r|rw", "[0-9]+"]
HOSTS = [
    "x.test", "a.x.test", "b.a.x.test", "y.test", "z.test", "evilx.test", "test", "192.0.2.7",
    "192.0.2.8", "X.TEST", "x.test.",
]
PORTS = ["", "", "", ":443", ":80", ":8443"]
PATH_PARTS = ["a", "b", "c", "d", "e"]
STRINGS = ["hello", "abc", "r", "rw", "42", "", "a b", "x=y"]
ODD_STRINGS = [
    "..", "/a/../d", "~", "C:x", "file:///a", "/a\\b", "/a*", "/%2e%2e", "/a/\uff0e", " /a", "./b",
    "http:x", "//x.test", "ftp://x.test", "https://u@x.test", "https://x.test/a b", "[::1]",
    "git;ls", "git $x", "A=1 git", "git 'a", "\u00a0/a", "/a/ /b", "a\u0000b", "-x", "https://1.2",
]
TAILS = [
    "", " -v", " a b", " 'a b'", ' "a b"', " --file=/a/b", " /d/e", " --out=/a", " '/a/b'",
    " a;b", " ~/x", " ../a", " $(x)", ' "a$b"', " 'push'", " x=y=/a",
]


def some(rng, population, low, high):
    return rng.sample(population, rng.randint(low, min(high, len(population))))


def chance(rng, percent):
    return rng.randrange(100) < percent


# ----------------------------------------------------------------- contexts


def random_capability(rng, pattern=None):
    """A valid capability; constraints are nested or flat."""
    pattern = pattern or rng.choice(PATTERNS)
    constraints = {}
    wanted = {"fs": "path", "web": "domain", "cmd": "command"}.get(pattern.split(".")[0])
    for kind in ("path", "domain", "command"):
        if chance(rng, 80 if kind == wanted else 12):
            constraints |= random_lists(rng, kind)
    added = {}
    for kind in ("path", "domain", "command"):
        if chance(rng, 15):
            added[f"{kind}_arguments"] = some(rng, ADDABLE, 1, 2)
    constraints |= added
    if chance(rng, 20):
        taken = {key for keys in added.values() for key in keys}
        constraints["free_arguments"] = some(rng, [k for k in FREEABLE if k not in taken], 1, 3)
    if chance(rng, 12):
        constraints["argument_patterns"] = {
            key: rng.choice(PATTERN_TEXTS) for key in some(rng, ["query", "mode"], 1, 2)
        }
    if chance(rng, 15):
        constraints["only_arguments"] = some(
            rng, PATH_KEYS + DOMAIN_KEYS + COMMAND_KEYS + ARGS_KEYS + PLAIN_KEYS, 6, 24
        )
    if chance(rng, 25):
        constraints["rate_limit"] = random_limit(rng)
    if chance(rng, 10):
        constraints["max_response_size"] = rng.choice([0, 100, 1048576])
    if chance(rng, 55):
        constraints["when_absent"] = rng.choice(["allow", "allow", "deny"])
    return shaped(rng, pattern, constraints)


def shaped(rng, pattern, constraints):
    if not constraints or chance(rng, 40):
        return {"tool_pattern": pattern, **constraints}
    return {"tool_pattern": pattern, "constraints": constraints}


def random_lists(rng, kind):
    if kind == "path":
        lists = {"path_allowlist": some(rng, PATH_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
        if chance(rng, 40):
            lists["base_directory"] = rng.choice(BASES)
        return lists
    if kind == "domain":
        return {"domain_allowlist": some(rng, DOMAIN_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
    lists = {"command_allowlist": some(rng, COMMAND_ENTRIES, 0 if chance(rng, 5) else 1, 3)}
    if chance(rng, 35):
        firsts = sorted({entry.split()[0] for entry in lists["command_allowlist"]})
        lists["subcommand_allowlist"] = {
            first: some(rng, SUBCOMMANDS, 0 if chance(rng, 10) else 1, 3)
            for first in some(rng, firsts, 0, 2)
        }
        if len(lists["command_allowlist"]) == 1 and chance(rng, 30):
            lists["subcommand_allowlist"] = some(rng, SUBCOMMANDS, 1, 3)
    if chance(rng, 30):
        lists["exec"] = rng.choice(["argv", "argv", "shell"])
    return lists


def random_limit(rng):
    return {"calls": rng.choice([1, 5, 10, 20]), "per_seconds": rng.choice([1, 10, 60])}


def random_deny(rng):
    pattern = rng.choice(PATTERNS[:-1])
    kind = rng.choice([None, "path", "domain", "command"])
    if kind is None:
        return rng.choice([pattern, {"tool_pattern": pattern}])
    if kind == "path":
        entry = rng.choice(["/d/e", "/a/b/c", "/a/*/c", "/d/*", "/e"])
    elif kind == "domain":
        entry = rng.choice(["y.test", "*.a.x.test", "x.test:8443", "192.0.2.7"])
    else:
        entry = rng.choice(["git push", "npm", "rm", "/bin/ls", "git status"])
    # A text is split at the last colon, so an entry with a port needs the object.
    if ":" not in entry and chance(rng, 40):
        return f"{pattern}:{entry}"
    return {"tool_pattern": pattern, kind: entry}


def random_context(rng, name):
    """A valid document of one context."""
    context = {
        "name": name,
        "capabilities": [random_capability(rng) for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))],
    }
    if chance(rng, 35):
        context["deny_list"] = [random_deny(rng) for _ in range(rng.choice([1, 1, 2]))]
    return context


# ----------------------------------------------------------------- mutation


def mutate(rng, context):
    """A related context: mostly narrower than the given one, sometimes wider or beside it."""
    child = copy.deepcopy(context)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        step = rng.choice(NARROWER) if chance(rng, 70) else rng.choice(OTHER)
        step(rng, child)
    return child


def constraints_of(capability):
    return capability.setdefault("constraints", {}) if "constraints" in capability else capability


def pick(rng, context):
    return rng.choice(context["capabilities"]) if context["capabilities"] else None


def drop_capability(rng, context):
    if len(context["capabilities"]) > 1:
        context["capabilities"].remove(pick(rng, context))


def narrow_pattern(rng, context):
    capability = pick(rng, context)
    if capability:
        within = [p for p in TOOLS if policy_reference.matches_tool(capability["tool_pattern"], p)]
        if within:
            capability["tool_pattern"] = rng.choice(within)


def narrow_list(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        entries = constraints.get(key)
        if entries and chance(rng, 70):
            index = rng.randrange(len(entries))
            entries[index] = narrower_entry(rng, entries[index])
            constraints[key] = list(dict.fromkeys(entries))


def narrower_entry(rng, entry):
    if entry.startswith("/"):
        if entry.endswith("*"):
            return entry.rsplit("/", 1)[0] + "/" + rng.choice(PATH_PARTS)
        return entry.rstrip("/") + "/" + rng.choice([*PATH_PARTS, "*"])
    if entry.startswith("*."):
        return rng.choice(["a.", "*.a.", "b."]) + entry[2:]
    return entry


def drop_entry(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key in ("path_allowlist", "domain_allowlist"):
        if len(constraints.get(key, [])) > 1 and chance(rng, 60):
            constraints[key].pop(rng.randrange(len(constraints[key])))


def add_constraint(rng, context):
    capability = pick(rng, context)
    if capability:
        constraints = constraints_of(capability)
        kind = rng.choice(["path", "domain", "command"])
        if f"{kind}_allowlist" not in constraints:
            constraints |= random_lists(rng, kind)


def add_deny(rng, context):
    context.setdefault("deny_list", []).append(random_deny(rng))


def deny_absence(rng, context):
    capability = pick(rng, context)
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
    context["capabilities"].append(random_capability(rng))


def widen_list(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    for key, pool in (("path_allowlist", PATH_ENTRIES), ("domain_allowlist", DOMAIN_ENTRIES)):
        if key in constraints:
            extra = rng.choice(pool)
            if extra not in constraints[key]:
                constraints[key].append(extra)


def drop_constraint(rng, context):
    capability = pick(rng, context)
    constraints = constraints_of(capability) if capability else {}
    present = [k for k in ("path_allowlist", "domain_allowlist", "only_arguments", "rate_limit",
                           "argument_patterns", "free_arguments", "base_directory", "exec")
               if k in constraints]
    if present:
        del constraints[rng.choice(present)]


def drop_deny(rng, context):
    if context.get("deny_list"):
        context["deny_list"].pop()


def allow_absence(rng, context):
    capability = pick(rng, context)
    if capability:
        constraints_of(capability)["when_absent"] = "allow"


NARROWER = [drop_capability, narrow_pattern, narrow_list, drop_entry, add_constraint, add_deny,
            deny_absence, lower_limit, reorder]
OTHER = [add_capability, widen_list, drop_constraint, drop_deny, allow_absence]


# -------------------------------------------------------------------- calls


def random_call(rng, *contexts):
    """(tool, arguments) from the atoms of the contexts, mostly fitted to one capability."""
    capabilities = [c for context in contexts for c in context["capabilities"]]
    capability = rng.choice(capabilities) if capabilities else {"tool_pattern": "fs.read"}
    tool = tool_for(rng, capability["tool_pattern"])
    constraints = {**capability, **capability.get("constraints", {})}
    arguments = fitted(rng, constraints)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2])):
        spoil(rng, arguments, contexts)
    return tool, arguments


def tool_for(rng, pattern):
    if chance(rng, 4):
        return rng.choice([*TOOLS, "other", "fs", "fsx"])
    if chance(rng, 1):
        return rng.choice(["", "fs read", "fs.*", "f\u00e9", "x" * 129])
    if pattern == "*":
        return rng.choice(TOOLS)
    if pattern.endswith(".*"):
        return pattern[:-1] + rng.choice(["read", "get", "read.all", "run"])
    return pattern


def fitted(rng, constraints):
    """Arguments that the capability probably allows."""
    arguments = {}
    absent = 25 if constraints.get("when_absent") == "allow" else 4
    for kind, keys in (("path", PATH_KEYS), ("domain", DOMAIN_KEYS), ("command", COMMAND_KEYS)):
        entries = constraints.get(f"{kind}_allowlist")
        if entries is None and not chance(rng, 10) or entries is not None and chance(rng, absent):
            continue
        keys = keys + constraints.get(f"{kind}_arguments", [])
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
    elif shape < 17:
        value = [{key: value}]
    if chance(rng, 8):
        key, value = rng.choice(PLAIN_KEYS), {key: value}
    arguments[key] = value


def path_value(rng, entries, constraints):
    if not entries:
        return "/" + "/".join(some(rng, PATH_PARTS, 0, 3))
    entry = rng.choice(entries)
    base = constraints.get("base_directory")
    segments = [rng.choice(PATH_PARTS) if s in ("*", "**") else s for s in entry.split("/") if s]
    if not entry.endswith("*") or chance(rng, 20):
        segments += some(rng, PATH_PARTS, 0, 2)
    if chance(rng, 8) and segments:
        segments.pop()
    if base and chance(rng, 40):
        prefix = [s for s in base.split("/") if s]
        if segments[: len(prefix)] == prefix:
            return "/".join(segments[len(prefix):]) or "."
    return rng.choice(["/", "/", "/", "//", "/./"]) + "/".join(segments) + rng.choice(["", "", "/"])


def domain_value(rng, entries):
    if not entries or chance(rng, 8):
        host, port = rng.choice(HOSTS), rng.choice(PORTS)
    else:
        entry = rng.choice(entries)
        host, _, port = entry.partition(":")
        host = host.replace("*", rng.choice(["a", "b.a", "c"]))
        port = ":" + port if port else rng.choice(["", "", "", ":443", ":80", ":8443"])
    if chance(rng, 30):
        return host + (port if chance(rng, 50) else "")
    return rng.choice(["https", "https", "http", "wss"]) + "://" + host + port + rng.choice(
        ["", "/", "/p?q=1", "#f"]
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


def spoil(rng, arguments, contexts):
    """One change that may turn the verdict."""
    kind = rng.randrange(12)
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
        arguments[rng.choice(["env", "shell", "port", "envVars", "PORT"])] = rng.choice(
            [None, False, True, {}, {"A": "1"}, 80, 22, "443", "sh", []]
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
        denied = [d for context in contexts for d in context.get("deny_list", [])]
        denied = [d for d in denied if isinstance(d, dict)]
        for name in ("path", "domain", "command"):
            for entry in denied:
                if name in entry:
                    arguments[name] = entry[name].replace("*", "a")
    else:
        arguments[rng.choice(keys)] = rng.choice(STRINGS)


# ------------------------------------------------------------------- shares


def random_pair(rng):
    """(document, context name, tool, arguments as JSON text) for the evaluator's runs."""
    document = random_context(rng, "c")
    tool, arguments = random_call(rng, document)
    name = "unknown" if chance(rng, 2) else "c"
    text = "[]" if chance(rng, 1) else json.dumps(arguments)
    return document, name, tool, text


def shares(count, seed):
    rng = random.Random(seed)
    verdicts = collections.Counter()
    for _ in range(count):
        document, name, tool, text = random_pair(rng)
        contexts = policy_reference.load(json.dumps(document))
        allowed, code, _ = policy_reference.evaluate(contexts, name, tool, text)
        verdicts["allowed" if allowed else code] += 1
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shares", type=int, metavar="N", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for verdict, count in shares(options.shares, options.seed).most_common():
        print(f"{100 * count / options.shares:6.2f} %  {verdict}")


if __name__ == "__main__":
    main()
