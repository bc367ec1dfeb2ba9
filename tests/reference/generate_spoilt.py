"""Changes that may turn the verdict of a call with declared arguments."""

from generate_atoms import (
    DECLARED_NAMES,
    HOSTS,
    NUMBER_TEXTS,
    ODD_STRINGS,
    PATH_PARTS,
    STRINGS,
    chance,
    some,
)
from generate_edges import edge
from ref_numbers import Number

EDGES = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "command"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "maxProperties"),
}
PROTOTYPES = ["__proto__", "constructor", "prototype"]
WORDS = [
    *[
        "a\x00b",
        "a\nb",
        "--since=\x07",
        "'",
        '"a',
        "~x",
        "A=1",
        "\u00e9",
        "''",
        "a'b c'd",
        "-n -x",
        "/a/b",
    ],
    "--oneline",
    "-x",
    "--",
    "-n",
    "-n5",
    "--since=",
    "--since=x",
    "-out=/a",
    "-",
    "x",
    "$x",
]
ADDRESSES = [
    "0xC0000207",
    "192.0.519",
    "3221225991",
    "0300.0.2.7",
    "[::ffff:192.0.2.7]",
    "[::1]",
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "localhost",
    "192.0.2.7",
    "[2001:DB8::7]",
    "[2001:db8:0::7]",
    "[::192.0.2.7]",
    "[2002:c000:207::]",
    "[fe80::1%25eth0]",
    "127.1",
    "1.2.3.4.5",
    "192.0.2.7.",
    "192.0.2.256",
]
URIS = [
    *["file:///a/%2e%2e/d", "FILE:///a", "file://h/a", "git://u@x.test/a", "urn:a:..", "file:a"],
    *["x:[a]", "git://[::1]/a", "git://[2001:db8::7]:80/", "git://u:p@[::1]/a", "git:///a", "git:"],
    *["urn:a%", "urn:a%4", "urn:a%zz", "urn:a#b#c", "urn:\u00e9", "urn:a/./b", "urn:?..", "urn:#."],
    *["file:///a/%41", "file:///a%2Fb", "file:////a", "file:/a", "file:///a%5Cb", "file:///a\\b"],
    *["git://x.test/%00", "git://X.TEST/a", "git://@/a", "git://x.test:/a", "git://x.test:99999/a"],
    *[
        "https://192.0.519/",
        "file://localhost/a",
        "file:///%C3%A9",
        "file:///d/%FF",
        "https:y.test",
    ],
    *[
        "git://a@b@y.test/a",
        "https:\\\\y.test\\a",
        " file:///d/e",
        "file:///d/e?a",
        "file:///d/e#/a",
    ],
    *[
        "git://y.test:8443",
        "https://y.test%2e/",
        "urn:a:b%20c",
        "urn:a:b|c",
        "urn:a:b<c>",
        "urn:a\tb",
    ],
]


def spoil_declared(rng, arguments, declared, definitions, deny_list):
    """One change somewhere in the arguments."""
    objects, leaves = [arguments], []
    for name, schema in declared.items():
        if name in arguments:
            collect(arguments, name, schema, definitions, objects, leaves)
    step = rng.choice(STEPS)
    if not leaves or step in (add_member, add_prototype, add_twin, drop_member):
        rng.choice([add_member, add_prototype, add_twin, drop_member])(rng, rng.choice(objects))
        return
    held, key, schema = rng.choice(leaves)
    if step is at_edge:
        held, key, schema = rng.choice([leaf for leaf in leaves for _ in range(weight(leaf[2]))])
        held[key] = edge(rng, schema, held[key], deny_list)
    else:
        held[key] = step(rng, held[key])


def weight(schema):
    """How many edges a schema has."""
    return 1 + 4 * len(EDGES & set(schema))


def collect(held, key, schema, definitions, objects, leaves):
    """The values below one place, each with its schema, and the objects."""
    schema = definitions.get(schema.get("use"), schema)
    leaves.append((held, key, schema))
    value = held[key]
    for branch in schema.get("anyOf", []):
        leaves.append((held, key, branch))
    if isinstance(value, list):
        for index in range(len(value)):
            collect(value, index, schema.get("items", {}), definitions, objects, leaves)
    if isinstance(value, dict):
        objects.append(value)
        for name in value:
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            collect(value, name, inner, definitions, objects, leaves)


def add_member(rng, held):
    held[rng.choice([*DECLARED_NAMES, "note", "env"])] = rng.choice([*STRINGS, *ODD_STRINGS, 5, {}])


def add_prototype(rng, held):
    held[rng.choice(PROTOTYPES)] = rng.choice([1, {}, "x", None])


def add_twin(rng, held):
    if held:
        key = rng.choice(list(held))
        held[key.upper() if key != key.upper() else key.lower()] = held[key]


def drop_member(rng, held):
    if held:
        del held[rng.choice(list(held))]


def other_value(rng, value):
    return rng.choice([None, None, True, "", "1", "x", [], {}, 5, Number("5.5"), [value], {"a": 1}])


def other_number(rng, value):
    return Number(rng.choice(NUMBER_TEXTS))


def other_string(rng, value):
    return rng.choice([*ODD_STRINGS, *STRINGS])


def other_path(rng, value):
    path = "/".join(some(rng, [*PATH_PARTS, "..", "."], 1, 4))
    return rng.choice(["/", "/", "", "../", "~/"]) + path


def other_host(rng, value):
    host = rng.choice([*HOSTS, *ADDRESSES])
    scheme = rng.choice(["https://", "https://", "http://", "wss://", "HTTPS://", "ftp://", ""])
    return scheme + host + rng.choice(["", "", ":443", ":8443", "/a", ":0"])


def other_uri(rng, value):
    return rng.choice(URIS)


def longer(rng, value):
    if isinstance(value, str):
        return value + rng.choice(["x", "\n", "\u0301", " ", "/", "\\", "abcdefghijklmnopqrstuvw"])
    if isinstance(value, list):
        return [*value, *(value[:1] or [1])]
    return value


def other_command(rng, value):
    if isinstance(value, list):
        at = rng.choice([0, 1, len(value), len(value)])
        return [*value[:at], rng.choice(WORDS), *value[at:]]
    if isinstance(value, str):
        word = rng.choice(WORDS)
        return f"{word} {value}" if chance(rng, 10) else f"{value} {word}"
    return rng.choice(["git", "git log", ["git", "log"], "ls -x"])


def at_edge(rng, value):
    """What the schema says decides; see edge."""
    return value


STEPS = [
    *[at_edge] * 24,
    add_member,
    add_prototype,
    add_twin,
    drop_member,
    other_value,
    other_value,
    other_number,
    other_number,
    other_string,
    other_path,
    other_host,
    other_uri,
    longer,
    other_command,
    other_command,
]
