"""Values that a declared argument accepts, mostly, and ways to spoil them."""

from generate_atoms import (
    HOSTS,
    PATH_PARTS,
    STRINGS,
    chance,
    fill,
    some,
)
from generate_hosts import host_of
from ref_numbers import Number, is_within

SAMPLES = {
    "[a-z]+": ["abc", "ab"],
    "[a-z ]{1,20}": ["a b", "ab"],
    "r|rw": ["r", "rw"],
    "[0-9]+": ["42", "5"],
    "[a-z/.:]+": ["/a/b", "/a"],
    "[a-z_]{1,12}": ["x", "opt_a"],
}
NUMBERS = ["0", "1", "2", "3", "4", "6", "9", "-1", "12", "0.5", "1.5", "49.5"]


def declared_arguments(rng, constraints, definitions):
    """Arguments that the capability probably allows."""
    arguments = sample_members(rng, constraints["arguments"], definitions)
    if "other_arguments" in constraints and chance(rng, 60):
        value = sample(rng, constraints["other_arguments"], definitions)
        arguments.setdefault(rng.choice(["x1", "note", "path", "Url"]), value)
    return arguments


def sample_members(rng, members, definitions):
    found = {}
    for name, schema in members.items():
        if schema.get("optional") and chance(rng, 30):
            continue
        value = sample(rng, schema, definitions)
        if name == "base" and isinstance(value, str):
            odd = [value, "a", "/a/..", "", "/a" + "/" * rng.choice([4094, 4095])]
            value = rng.choice([*odd, *["/a", "/a/b/", "/", "//d/.", "/a", "/d"] * 2])
        args = schema.get("command", {}).get("args")
        if args and value is not None and chance(rng, 60):
            value, found[args] = parted(rng, value)
        found[name] = value
    return found


def parted(rng, command):
    """A command as its first word and what continues it."""
    words = command if isinstance(command, list) else command.split(" ")
    rest = words[1:]
    whole = isinstance(command, str) and chance(rng, 70)
    first = words[0] if whole or chance(rng, 60) else words[:1]
    return first, (" ".join(rest) if whole and rest else rest)


def sample(rng, schema, definitions):
    """A value that the schema probably accepts."""
    if "use" in schema:
        return sample(rng, definitions.get(schema["use"], {"any": True}), definitions)
    if "any" in schema:
        values = [*STRINGS, None, 5, {"path": "/a/b"}, ["/a"], {"url": "https://x.test"}, {}]
        values += [{"command": "git status"}, {"__proto__": 1}, "/a/b", "a/b", {"env": {"A": "1"}}]
        values += [["/d/e", "git"], {"args": ["-x"]}, {"url": "https://x.test", "port": 22}, "git"]
        return rng.choice(
            [
                *values,
                "ls",
                "y.test",
                "https://y.test:8443/",
                {"src": "b"},
                [["/a"]],
                {"ip": 3221225991},
            ]
        )
    if schema.get("nullable") and chance(rng, 15):
        return None
    if "anyOf" in schema:
        return sample(rng, rng.choice(schema["anyOf"]), definitions)
    for keyword in ("const", "enum"):
        if keyword in schema:
            return rng.choice(schema["enum"] if keyword == "enum" else [schema["const"]])
    for kind, draw in KINDS.items():
        if kind in schema:
            return draw(rng, schema[kind], definitions)
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return TYPES[rng.choice(types)](rng, schema, definitions)


def sample_string(rng, schema, definitions):
    pool = SAMPLES.get(schema.get("pattern"), [*STRINGS, "ab", "abc", "\U0001f600\u00e9"])
    low, high = schema.get("minLength", 0), schema.get("maxLength", 99)
    return rng.choice([text for text in pool if low <= len(text) <= high] or pool)


def sample_number(rng, schema, definitions):
    bounds = {keyword: Number(str(bound)) for keyword, bound in schema.items() if "imum" in keyword}
    whole = "number" not in schema["type"]
    pool = [Number(text) for text in NUMBERS if not whole or "." not in text]
    fitting = [
        number
        for number in pool
        if is_within(number, bounds) and number.exact() % schema.get("multipleOf", 1) == 0
    ]
    return rng.choice(fitting or pool)


def sample_boolean(rng, schema, definitions):
    return chance(rng, 50)


def sample_array(rng, schema, definitions):
    low, high = schema.get("minItems", 0), schema.get("maxItems", 3)
    count = rng.randint(min(low, high), min(high, 3))
    values = [sample(rng, schema["items"], definitions) for _ in range(count)]
    if schema.get("uniqueItems") and chance(rng, 90):
        values = [value for i, value in enumerate(values) if value not in values[:i]]
    return values


def sample_object(rng, schema, definitions):
    found = sample_members(rng, schema.get("properties", {}), definitions)
    if "additionalProperties" in schema and chance(rng, 60):
        names = schema["propertyNames"]
        fitting = SAMPLES.get(names.get("pattern"), ["x", "ab"])
        name = names.get("const") or rng.choice(names.get("enum", fitting))
        found.setdefault(name, sample(rng, schema["additionalProperties"], definitions))
    return found


def sample_path(rng, path, definitions):
    entry = rng.choice(path["allow"] or ["/a"])
    segments = fill(rng, entry)
    if "/**/" not in entry:
        segments += some(rng, PATH_PARTS, 0, 2)
    base = path.get("base", "")
    prefix = [s for s in base.split("/") if s]
    if base.startswith("/") and segments[: len(prefix)] == prefix and chance(rng, 50):
        return "/".join(segments[len(prefix) :]) or "."
    return rng.choice(["/", "/", "/", "//", "/./"]) + "/".join(segments) + rng.choice(["", "/"])


def sample_host(rng, host, definitions):
    entry = rng.choice(host["allow"] or HOSTS)
    return "".join(host_of(rng, entry))


def sample_url(rng, url, definitions):
    scheme = rng.choice(url.get("schemes", ["https"]))
    host = sample_host(rng, url, definitions)
    port = rng.choice(["", "", "", ":443", ":80"]) if ":" not in host.split("]")[-1] else ""
    return f"{scheme}://{host}{port}" + rng.choice(["", "/", "/p?q=1", "#f"])


def sample_uri(rng, uri, definitions):
    scheme = rng.choice(uri["schemes"])
    fitting = [entry for entry in uri["allow"] if entry.startswith(scheme + ":") or entry == "*"]
    rest = {"file": "///a/", "git": "//x.test/", "urn": "a:", "https": "//x.test/"}[scheme]
    entry = rng.choice(fitting or ["*"])
    entry = entry if entry != "*" else f"{scheme}:{rest}*"
    return entry.replace("*", rng.choice(["b", "b/c", "", "b?x#y", "e%20f"]))


def sample_command(rng, command, definitions):
    rule = rng.choice(command["allow"])
    words = [*rule["words"]]
    if "then" in rule:
        words.append(rng.choice(rule["then"]))
    tail = []
    for option in rule.get("options", []):
        if chance(rng, 50):
            tail.append(sample_option(rng, option, definitions))
    operands = rule.get("operands", [])
    schemas = operands if isinstance(operands, list) else [operands] * rule.get("maxOperands", 2)
    least = rule.get("minOperands", 0)
    for schema in schemas[: max(least, rng.randint(0, len(schemas)))]:
        tail.append([str(sample(rng, schema, definitions))])
    if not isinstance(operands, list):
        rng.shuffle(tail)
    words += [word for part in tail for word in part]
    form = command.get("form", "either")
    if form == "list" or (form == "either" and chance(rng, 50)):
        return words
    return " ".join(quoted(rng, word) if " " in word or chance(rng, 10) else word for word in words)


def quoted(rng, word):
    return rng.choice(["'", '"']).join(["", word, ""])


def sample_option(rng, option, definitions):
    """The words of an option, with its value."""
    text, schema = next(iter(option.items())) if isinstance(option, dict) else (option, None)
    if "VALUE" not in text:
        return [text]
    value = str(sample(rng, schema, definitions)) if schema else rng.choice(["5", "a b", "x"])
    return (
        [*text.replace("VALUE", "").split(" ")[:1], value]
        if " " in text
        else [text.replace("VALUE", value)]
    )


KINDS = {
    "path": sample_path,
    "url": sample_url,
    "host": sample_host,
    "uri": sample_uri,
    "command": sample_command,
}
TYPES = {
    "string": sample_string,
    "number": sample_number,
    "integer": sample_number,
    "boolean": sample_boolean,
    "array": sample_array,
    "object": sample_object,
}
