"""The generator reaches every keyword, kind and rule of declared arguments."""

import collections
import random

import generate
import generate_atoms
import generate_schemas
import policy_reference
import pytest
import ref_denials
import ref_documents

SEED = 20260217
COUNT = 3000
MOST_DRAWN = 30000
# Each of them turns a verdict when it is taken out of the document.
TURNING = {
    *("enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
    *("maxProperties", "nullable", "optional", "other_arguments"),
    *("except", "base", "schemes", "form", "exec", "args"),
    *("then", "options", "operands", "minOperands", "maxOperands"),
}
STANDING = {
    *(
        "type",
        "items",
        "properties",
        "additionalProperties",
        "propertyNames",
        "anyOf",
        "any",
        "use",
    ),
    *("path", "url", "host", "uri", "command", "allow", "words", "definitions", "description"),
}


@pytest.fixture(scope="module")
def pairs():
    kept, generate_atoms.DECLARED = generate_atoms.DECLARED, 90
    rng = random.Random(SEED)
    drawn = [generate.random_pair(rng) for _ in range(COUNT)]
    generate_atoms.DECLARED = kept
    return [pair for pair in drawn if "arguments" in keywords(pair[0])]


def small_pair(rng):
    """A context of one capability, in which every keyword counts, and a call."""
    capability = {"tool_pattern": "fs.read", **generate_schemas.random_declared(rng, {})}
    document = {"name": "c", "capabilities": [capability]}
    tool, arguments = generate.random_call(rng, document)
    return document, "c", tool, generate.text_of(arguments)


def keywords(value):
    """Every key of the document."""
    if isinstance(value, dict):
        return set(value).union(*map(keywords, value.values()))
    return set().union(*map(keywords, value)) if isinstance(value, list) else set()


def without(value, keyword, within=""):
    """The document without a keyword; a URI needs its schemes."""
    if isinstance(value, list):
        return [without(element, keyword, within) for element in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without(member, keyword, key)
        for key, member in value.items()
        if key != keyword or within in ("uri", "arguments", "properties")
    }


def verdict(document, pair):
    contexts = ref_documents.load(generate.text_of(document))
    return policy_reference.evaluate(contexts, *pair[1:])


def test_every_keyword_and_kind_is_drawn(pairs):
    drawn = set().union(*(keywords(pair[0]) for pair in pairs))
    assert sorted((TURNING | STANDING) - drawn) == []


def test_every_keyword_turns_a_verdict():
    rng = random.Random(SEED)
    drawn, missing = 0, set(TURNING)
    while missing and drawn < MOST_DRAWN:
        pair = small_pair(rng)
        drawn += 1
        for keyword in sorted(missing & keywords(pair[0])):
            if verdict(without(pair[0], keyword), pair) != verdict(pair[0], pair):
                missing.remove(keyword)
    print(drawn)
    assert sorted(missing) == []


def test_declared_capabilities_allow_and_deny_in_every_stage(pairs):
    shares = collections.Counter()
    for pair in pairs:
        _, code, index = verdict(pair[0], pair)
        if index is not None and "arguments" in keywords(pair[0]["capabilities"][index]):
            shares[code] += 1
    print(shares)
    assert shares[None] >= 0.25 * shares.total()
    for kind in ("PATH", "DOMAIN", "COMMAND", "ARGUMENT"):
        assert shares[f"{kind}_NOT_ALLOWED"] >= 0.01 * shares.total()


def test_deny_entries_fire_on_what_is_declared(pairs):
    fired = collections.Counter()
    for pair in pairs:
        context = ref_documents.load(generate.text_of(pair[0]))["c"]
        shorts = [c for c in context["capabilities"] if "arguments" not in c]
        if verdict(pair[0], pair)[1] == "TOOL_EXPLICITLY_DENIED" and not shorts:
            arguments = policy_reference.parse_arguments(pair[3])
            fired.update(
                kind
                for pattern, kind, entry in context["deny"]
                if kind
                and ref_denials.denies(
                    (pattern, kind, entry), context["capabilities"], pair[2], arguments
                )
            )
    print(fired)
    assert min(fired[kind] for kind in ("path", "domain", "command")) >= 1
