"""The vectors of tests/vectors/policy.json, run through the reference evaluator."""

import functools
import json
import pathlib

import policy_reference
import pytest
import ref_documents

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "vectors"
POLICY = json.loads((VECTORS / "policy.json").read_text(encoding="utf-8"))

RANDOM = json.loads((VECTORS / "random.json").read_text(encoding="utf-8"))


@functools.cache
def contexts_of(name):
    return ref_documents.load(POLICY["policies"][name])


@pytest.mark.parametrize("vector", POLICY["vectors"], ids=lambda vector: vector["id"])
def test_vector_is_decided_as_written(vector):
    text = vector.get("arguments_json")
    if text is None:
        text = json.dumps(vector["arguments"])
    allowed, code, capability = policy_reference.evaluate(
        contexts_of(vector["policy"]), vector["context"], vector["tool"], text
    )
    assert (allowed, code) == (vector["allowed"], vector["code"])
    if "capability" in vector:
        assert capability == vector["capability"]


@pytest.mark.parametrize("vector", RANDOM["vectors"], ids=lambda vector: vector["id"])
def test_random_call_is_decided_as_written(vector):
    contexts = ref_documents.load(json.dumps(vector["contexts"]))
    for call in vector["calls"]:
        for context in ("outer", "middle"):
            text = json.dumps(call["arguments"])
            answer = policy_reference.evaluate(contexts, context, call["tool"], text)
            assert answer[1] == call[context]
