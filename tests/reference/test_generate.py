"""The generator reaches what it is for, so that the differential test agrees on something."""

import collections
import json
import random
import subprocess
import sys

import generate
import policy_reference
import ref_documents

SEED = 20260217
CODES = [
    "PATH_NOT_ALLOWED",
    "DOMAIN_NOT_ALLOWED",
    "COMMAND_NOT_ALLOWED",
    "ARGUMENT_NOT_ALLOWED",
    "TOOL_NOT_ALLOWED",
    "TOOL_EXPLICITLY_DENIED",
    "INVALID_ENVELOPE",
    "SCOPE_NOT_FOUND",
]


def evaluate(document, call):
    contexts = ref_documents.load(generate.text_of(document))
    return policy_reference.evaluate(contexts, "c", call[0], generate.text_of(call[1]))


def test_a_third_of_the_calls_is_allowed_and_every_denial_occurs():
    rng = random.Random(SEED)
    count = 5000
    shares = collections.Counter()
    for _ in range(count):
        document, name, tool, text = generate.random_pair(rng)
        contexts = ref_documents.load(generate.text_of(document))
        allowed, code, _ = policy_reference.evaluate(contexts, name, tool, text)
        shares["allowed" if allowed else code] += 1
    print({verdict: n / count for verdict, n in shares.items()})
    assert shares["allowed"] >= 0.30 * count
    for code in CODES:
        assert shares[code] >= 0.01 * count, code


def test_a_fifth_of_the_calls_put_to_a_ceiling_is_allowed_by_the_child():
    rng = random.Random(SEED)
    allowed = kept = 0
    count = 3000
    for _ in range(count):
        parent = generate.random_context(rng, "c")
        child = generate.related(rng, parent)
        call = generate.random_call(rng, child, parent)
        if evaluate(child, call)[0]:
            allowed += 1
            kept += evaluate(parent, call)[0]
    print({"allowed by the child": allowed / count, "of these by the parent": kept / allowed})
    assert allowed >= 0.20 * count
    assert kept < allowed  # Some children exceed their parent.


def test_one_seed_gives_one_run():
    runs = [[generate.random_pair(random.Random(SEED)) for _ in range(3)] for _ in range(2)]
    assert runs[0] == runs[1]


def test_one_seed_gives_one_file(tmp_path):
    texts = []
    for name in ("a", "b"):
        file = tmp_path / name
        command = [sys.executable, generate.__file__, str(file), "--seed", "7"]
        subprocess.run([*command, "--cases", "20", "--with-calls", "5"], check=True)
        texts.append(file.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    cases = [json.loads(line) for line in texts[0].splitlines()]
    assert [len(case["calls"]) for case in cases] == [generate.CALLS] * 5 + [0] * 15
    assert [[c["name"] for c in case["contexts"]] for case in cases] == [
        ["outer", "middle", "inner"]
    ] * 20


def test_mutation_leaves_the_context_as_it_was():
    rng = random.Random(SEED)
    for _ in range(500):
        context = generate.random_context(rng, "c")
        before = generate.text_of(context)
        generate.mutate(rng, context)
        assert generate.text_of(context) == before


def test_order_of_capabilities_never_changes_a_verdict():
    rng = random.Random(SEED)
    for _ in range(3000):
        document = generate.random_context(rng, "c")
        call = generate.random_call(rng, document)
        first = evaluate(document, call)[:2]
        rng.shuffle(document["capabilities"])
        assert evaluate(document, call)[0] == first[0], (document, call)
