"""Values at the edge of what a schema says."""

from generate_atoms import PATH_PARTS, WORD_HOSTS, chance, fill, respell, some
from generate_hosts import host_of, respelt
from ref_numbers import Number

DECORATED = [
    "",
    "a;b",
    "a b",
    "--",
    "-x",
    "--oneline",
    "x",
    "-n x",
    "-",
    "--since=a",
    "/e",
    "'a b'",
    "y.test",
]


def edge(rng, schema, value, deny_list):
    """A value on either side of what one keyword of the schema allows."""
    denied = {}
    for entry in map(entry_of, deny_list):
        denied |= entry
    for kind, draw in KINDS.items():
        if kind in schema:
            return draw(rng, schema[kind], value, denied)
    if isinstance(value, Number) or type(value) is int:
        return edge_number(rng, schema, str(value))
    if isinstance(value, str):
        return edge_string(rng, schema, value)
    if isinstance(value, list):
        return edge_list(rng, schema, value)
    if isinstance(value, dict) and value:
        names = rng.sample(["xx", "x", "opt", "constructor", "X", "ab"], rng.choice([1, 2, 3]))
        return {**value, **{name: rng.choice(list(value.values())) for name in names}}
    return None


def edge_number(rng, schema, value):
    bounds = [str(bound) for keyword, bound in schema.items() if "imum" in keyword]
    if bounds and chance(rng, 75):
        bound = rng.choice(bounds)
        shifted = [str(int(float(bound)) + step) for step in (-1, 1)]
        return Number(rng.choice([bound, bound, *shifted, nearly(bound)]))
    if not value.lstrip("-").isdigit():
        return Number(value)
    return Number(value + rng.choice(["", "e0", ".0", ".5"]))


def nearly(bound):
    """A number just beside the bound, whose nearest double is the bound's."""
    if "e" in bound or "." in bound:
        return bound
    low = "49.99999999999999999999" if bound == "50" else f"{bound}.00000000000000000001"
    return low if bound != "0" else "0.0"


def edge_string(rng, schema, value):
    lengths = [schema[keyword] for keyword in ("minLength", "maxLength") if keyword in schema]
    if lengths and chance(rng, 80):
        length = max(0, rng.choice(lengths) + rng.choice([-1, 0, 1]))
        return rng.choice(["a", "a", "\U0001f600"]) * length
    return rng.choice([value + "\n", value.upper(), value + "a", value[:-1], f" {value}"])


def edge_list(rng, schema, value):
    if value and chance(rng, 30):
        return value[:-1]
    if value and schema.get("uniqueItems") and chance(rng, 40):
        return [value[0], *value[:3]]
    lengths = [schema[keyword] for keyword in ("minItems", "maxItems") if keyword in schema]
    length = rng.choice(lengths or [1]) + rng.choice([-1, 0, 1])
    pool = [*value, *value, 1, 2, "ab", "x", True]
    return pool[: max(0, length)]


def edge_path(rng, path, value, denied):
    pool = [*path["allow"], *path.get("except", []), *path.get("except", [])]
    pool += [denied["path"]] * 6 if "path" in denied else []
    entry = rng.choice(pool or ["/a"])
    parts = [respell(rng, part) if chance(rng, 10) else part for part in fill(rng, entry)]
    parts += some(rng, PATH_PARTS, 0, 1)
    return rng.choice(["/", "/", "/", "", "/./", "//"]) + "/".join(parts)


def edge_host(rng, host, value, denied):
    pool = [*host["allow"], *host.get("except", []), *host.get("except", [])]
    pool += [denied["domain"]] * 6 if "domain" in denied else []
    entry = rng.choice(pool or ["x.test"])
    if entry in WORD_HOSTS or "/" in entry or "[" in entry:
        return respelt(rng, host_of(rng, entry)[0]) if chance(rng, 40) else host_of(rng, entry)[0]
    return rng.choice(
        [entry.replace("*.", ""), entry.replace("*", "b"), entry.upper(), entry + "."]
    )


def edge_url(rng, url, value, denied):
    scheme = rng.choice(["https", "https", "http", "ws", "wss"])
    return f"{scheme}://{edge_host(rng, url, value, denied)}" + rng.choice(["", "", "/", ":8443"])


def edge_uri(rng, uri, value, denied):
    if "path" in denied and chance(rng, 60):
        return "file://" + denied["path"].replace("*", "a").replace("d", rng.choice(["d", "%64"]))
    if "domain" in denied and chance(rng, 60):
        return "git://" + host_of(rng, denied["domain"])[0] + "/a"
    return rng.choice([*uri["allow"], str(value) + "/b", str(value).upper()]).replace("*", "c")


def edge_command(rng, command, value, denied):
    if "command" in denied and chance(rng, 40):
        value = denied["command"]
    if not isinstance(value, (str, list)):
        return "git"
    counted = [rule for rule in command["allow"] if isinstance(rule.get("operands"), dict)]
    if counted and chance(rng, 50):
        return counted_operands(rng, rng.choice(counted), value)
    if "path" in denied and chance(rng, 20):
        return add_word(value, denied["path"].replace("*", "a"))
    if isinstance(value, str) and chance(rng, 30):
        return value.split(" ")
    if isinstance(value, list) and value and chance(rng, 30):
        texts = [word for word in value if isinstance(word, str) and " " not in word]
        return " ".join(texts) if chance(rng, 60) else value[:-1]
    words = value.split(" ") if isinstance(value, str) else value
    last = words[-1] if isinstance(words, list) and words else ""
    if isinstance(last, str) and chance(rng, 35):
        return add_word(add_word(value, last), last) if chance(rng, 70) else words[:-1]
    return add_word(value, rng.choice(DECORATED))


def counted_operands(rng, rule, value):
    """About as few or as many operands as the entry takes."""
    counts = [rule[keyword] for keyword in ("minOperands", "maxOperands") if keyword in rule]
    count = rng.choice(counts or [0, 1])
    words = [*rule["words"], *rule.get("then", [])[:1]]
    words += [operand(rng, rule["operands"])] * max(0, count + rng.choice([-1, 0, 1]))
    return words if isinstance(value, list) else " ".join(words)


def operand(rng, schema):
    for kind in ("path", "host"):
        if kind in schema:
            return rng.choice(schema[kind]["allow"] or ["x"]).replace("*", "b")
    return rng.choice(schema.get("enum", ["abc", "r", "42"]))


def add_word(value, word):
    if isinstance(value, list):
        return [*value, word]
    return f"{value} {word}" if isinstance(value, str) else value


def entry_of(entry):
    """A deny entry, `pattern:entry` as the object that says the same."""
    if not isinstance(entry, str):
        return entry
    pattern, _, entry = entry.rpartition(":")
    if not pattern:
        return {}
    if entry.startswith(("/", "**/")):
        return {"path": entry}
    is_domain = "." in entry or entry in WORD_HOSTS
    return {"domain": entry} if is_domain else {"command": entry}


KINDS = {
    "path": edge_path,
    "url": edge_url,
    "host": edge_host,
    "uri": edge_uri,
    "command": edge_command,
}
