"""Random kinds of declared arguments, and what the entries of commands hold."""

from generate_atoms import (
    BASES,
    DECLARED_COMMANDS,
    DECLARED_OPTIONS,
    DOMAIN_ALLOW,
    DOMAIN_EXCEPT,
    PATH_ALLOW,
    PATH_EXCEPT,
    PATTERN_TEXTS,
    URI_ALLOW,
    chance,
    some,
)


def random_path(rng):
    path = {"allow": some(rng, PATH_ALLOW, 0 if chance(rng, 3) else 1, 3)}
    if chance(rng, 40):
        path["except"] = some(rng, PATH_EXCEPT, 1, 2)
    if chance(rng, 50):
        path["base"] = "base" if chance(rng, 25) else rng.choice(BASES)
    return with_string_keywords(rng, {"path": path})


def random_hosts(rng):
    hosts = {"allow": some(rng, DOMAIN_ALLOW, 0 if chance(rng, 3) else 1, 3)}
    if chance(rng, 35):
        hosts["except"] = some(rng, DOMAIN_EXCEPT, 1, 2)
    return hosts


def random_url(rng):
    url = random_hosts(rng)
    if chance(rng, 50):
        url["schemes"] = some(rng, ["http", "https", "ws", "wss"], 1, 3)
    return with_string_keywords(rng, {"url": url})


def random_host(rng):
    return with_string_keywords(rng, {"host": random_hosts(rng)})


def random_uri(rng):
    schemes = some(rng, ["file", "git", "urn", "https"], 1, 4)
    return {"uri": {"schemes": schemes, "allow": some(rng, URI_ALLOW, 1, 3)}}


def with_string_keywords(rng, schema):
    if chance(rng, 8):
        schema["maxLength"] = rng.choice([5, 20])
    if chance(rng, 4):
        schema["pattern"] = "[a-z/.:]+"
    return schema


def random_command(rng, definitions, depth, member=False):
    allow = [random_rule(rng, definitions) for _ in range(rng.choice([1, 1, 2, 3]))]
    command = {"allow": allow}
    if chance(rng, 25):
        command["form"] = rng.choice(["text", "list", "either"])
    if chance(rng, 25):
        command["exec"] = rng.choice(["argv", "argv", "shell"])
    if member and chance(rng, 35):
        command["args"] = "args"
    if command.get("form") == "text" and chance(rng, 30):
        return {"command": command, "maxLength": rng.choice([12, 20])}
    return {"command": command}


def random_rule(rng, definitions):
    words, then = rng.choice(DECLARED_COMMANDS)
    rule = {"words": list(words)}
    if then and chance(rng, 70):
        rule["then"] = some(rng, then, 1, 3)
    options = [rng.choice(spellings) for spellings in some(rng, DECLARED_OPTIONS, 0, 3)]
    if options:
        rule["options"] = [
            {option: random_word(rng, definitions)}
            if "VALUE" in option and chance(rng, 60)
            else option
            for option in options
        ]
    if chance(rng, 55):
        rule["operands"] = random_word(rng, definitions)
        if chance(rng, 30):
            rule["operands"] = [random_word(rng, definitions) for _ in range(rng.choice([1, 2]))]
        elif chance(rng, 60):
            rule["maxOperands"] = rng.choice([1, 1, 2, 3])
        if chance(rng, 45):
            rule["minOperands"] = 1
    return rule


def random_word(rng, definitions):
    """A schema of an operand or of the value of an option."""
    taken = [name for name, schema in definitions.items() if "path" in schema or "host" in schema]
    if taken and chance(rng, 30):
        return {"use": rng.choice(taken)}
    if chance(rng, 6):
        return {"anyOf": [random_path(rng), rng.choice([random_host, random_enum_word])(rng)]}
    return rng.choice(WORDS)(rng)


def random_const_word(rng):
    return {"const": rng.choice(["x", "HEAD", "/a/b"])}


def random_enum_word(rng):
    return {"enum": some(rng, ["x", "a", "/a/b", "HEAD"], 1, 3)}


def random_pattern(rng):
    return {"type": "string", "pattern": rng.choice(PATTERN_TEXTS)}


WORDS = [
    *[random_path, random_path, random_host, random_url, random_uri],
    *[random_const_word, random_enum_word, random_pattern],
]
