"""schema: what editors are told is what the readers take."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from callgate import PolicyError, PolicySet
from callgate._error_codes import MEANINGS
from callgate._yaml import scalar_value
from cli_command import CONTEXTS, POLICIES, ROOT, run, run_json

VECTORS = json.loads((ROOT / "tests" / "vectors" / "policy_documents.json").read_bytes())["vectors"]
DOCUMENTS = ("policy", "suite", "executions", "gateway")

# What a schema of data cannot say: the text of a document, names that must differ or exist, numbers
# by value, expressions, and what entries of lists are in detail.
BEYOND = {
    *("doc.duplicate-key", "doc.folded-key", "doc.duplicate-name", "doc.string-key", "doc.integer"),
    *("doc.freed-and-added", "doc.position", "doc.wrong-type", "doc.empty"),
    *("doc.no-yaml-null", "doc.no-anchor", "doc.no-alias", "doc.no-tag"),
    *("pattern.bad", "schema.pattern", "schema.number-text", "schema.empty", "schema.depth"),
    *("schema.definitions", "schema.unique", "schema.documents", "kind.path-base"),
    *("operand.one-shape", "operand.bounded", "operand.args", "operand.option"),
    *("operand.operands", "operand.words", "command.entry-legal"),
    *("subcommand.key", "subcommand.list", "subcommand.word"),
}
# Entries of kinds in detail, and a line feed that the $ of Python's expressions overlooks.
BEYOND_VECTORS = {"kind-path-4", "kind-url-3", "kind-host-4", "doc-name-12"}
BEYOND_FAMILIES = ("path.", "domain.", "address.", "name.", "deny.", "doc.yaml-")


def schema_of(document: str) -> Any:
    return run_json("schema", document, exit_code=0)


@pytest.fixture(scope="module")
def policy_schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema_of("policy"))


def data_of(node: yaml.Node) -> Any:
    """A document by the rules of policies."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: data_of(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [data_of(one) for one in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return scalar_value(node)


def documents(text: str, filename: str = "") -> Iterator[Any]:
    """The documents of a text. Raises ValueError, YAMLError for none."""
    try:
        yield json.loads(text)
    except ValueError:
        if filename.endswith(".json"):
            raise
        yield from (data_of(node) for node in yaml.compose_all(text, Loader=yaml.SafeLoader))


def without_nulls(data: Any) -> Any:
    """In JSON a member whose value is null is absent."""
    if isinstance(data, dict):
        return {key: without_nulls(value) for key, value in data.items() if value is not None}
    return [without_nulls(one) for one in data] if isinstance(data, list) else data


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_schema_is_one_and_is_printed_alike(document: str) -> None:
    schema = schema_of(document)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"].startswith("callgate ")
    assert json.loads(run("schema", document).stdout) == schema


@pytest.mark.parametrize("file", [*CONTEXTS.glob("*.yaml"), *POLICIES.glob("*.yaml")], ids=str)
def test_every_example_policy_meets_its_schema(
    file: Path, policy_schema: jsonschema.Draft202012Validator
) -> None:
    for document in documents(file.read_text()):
        policy_schema.validate(document)


def test_every_document_that_loads_meets_its_schema(
    policy_schema: jsonschema.Draft202012Validator,
) -> None:
    for vector in VECTORS:
        # PyYAML refuses some tabs that the reader takes.
        if not vector["loads"] or "\t" in vector["text"]:
            continue
        for document in documents(vector["text"], vector["filename"]):
            faults = [error.message for error in policy_schema.iter_errors(without_nulls(document))]
            assert faults == [], vector["id"]


def test_what_does_not_load_fails_its_schema_or_is_beyond_it(
    policy_schema: jsonschema.Draft202012Validator,
) -> None:
    refused = [vector for vector in VECTORS if not vector["loads"]]
    passed = []
    for vector in refused:
        try:
            found = list(documents(vector["text"], vector["filename"]))
        except (ValueError, yaml.YAMLError):
            continue
        if all(policy_schema.is_valid(document) for document in found):
            passed.append(vector)
    unexplained = [
        vector["id"]
        for vector in passed
        if vector["id"] not in BEYOND_VECTORS
        and not any(r in BEYOND or r.startswith(BEYOND_FAMILIES) for r in vector["rules"])
    ]
    assert unexplained == []
    assert BEYOND - {rule for vector in passed for rule in vector["rules"]} == set()
    assert len(passed) < len(refused) / 2


def keys_told(context: str) -> set[str]:
    """The keys that the reader says it knows where it meets one that it does not."""
    with pytest.raises(PolicyError) as caught:
        PolicySet.parse(context)
    (told,) = [
        fault.message.removeprefix("expected one of the keys ")
        for fault in caught.value.errors
        if fault.found == "zzzzzzzz"
    ]
    return set(re.split(", ", told))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("context", "{zzzzzzzz: 1}"),
        ("capability", "{name: c, capabilities: [{tool_pattern: t, zzzzzzzz: 1}]}"),
        ("constraints", "{name: c, capabilities: [{tool_pattern: t, constraints: {zzzzzzzz: 1}}]}"),
        ("schema", "{name: c, capabilities: [{tool_pattern: t, arguments: {a: {zzzzzzzz: 1}}}]}"),
        (
            "commandRule",
            "{name: c, capabilities: [{tool_pattern: t, arguments: "
            "{a: {command: {allow: [{zzzzzzzz: 1}]}}}}]}",
        ),
    ],
)
def test_the_schema_has_the_keys_of_the_reader(place: str, text: str) -> None:
    assert set(schema_of("policy")["$defs"][place]["properties"]) == keys_told(text)


@pytest.mark.parametrize("kind", ["path", "url", "host", "uri", "command"])
def test_the_schema_has_the_keys_of_each_kind(kind: str) -> None:
    arguments = f"{{a: {{{kind}: {{zzzzzzzz: 1}}}}}}"
    text = f"{{name: c, capabilities: [{{tool_pattern: t, arguments: {arguments}}}]}}"
    properties = schema_of("policy")["$defs"]["schema"]["properties"][kind]["properties"]
    assert set(properties) == keys_told(text)


def test_the_schema_of_deny_entries_has_the_keys_of_the_reader() -> None:
    of_object = schema_of("policy")["$defs"]["denyEntry"]["anyOf"][1]["properties"]
    text = "{name: c, capabilities: [], deny_list: [{tool_pattern: t, zzzzzzzz: 1}]}"
    assert set(of_object) == keys_told(text)


@pytest.mark.parametrize(
    "file", [*(CONTEXTS / "tests").glob("*.yaml"), *(POLICIES / "tests").glob("*.yaml")], ids=str
)
def test_every_example_suite_meets_its_schema(file: Path) -> None:
    for document in documents(file.read_text()):
        jsonschema.validate(document, schema_of("suite"))


CASE = {"context": "c", "tool": "t", "expect": "deny"}


@pytest.mark.parametrize(
    ("suite", "is_valid"),
    [
        ({"policy": "p.yaml", "cases": [CASE]}, True),
        ({"policy": "p.yaml", "cases": [{**CASE, "code": "PATH_NOT_ALLOWED"}]}, True),
        ({"policy": "p.yaml", "context": "c", "cases": [{"tool": "t", "expect": "allow"}]}, True),
        ({"policy": "p.yaml", "cases": [{"tool": "t", "expect": "allow"}]}, False),
        ({"policy": "p.yaml", "cases": []}, False),
        ({"cases": [CASE]}, False),
        ({"policy": "p.yaml", "cases": [{**CASE, "expects": "deny"}]}, False),
        ({"policy": "p.yaml", "cases": [{**CASE, "code": "WRONG"}]}, False),
        (
            {"policy": "p.yaml", "cases": [{**CASE, "expect": "allow", "code": "KEY_REFUSED"}]},
            False,
        ),
        ({"policy": "p.yaml", "cases": [{**CASE, "arguments": []}]}, False),
    ],
)
def test_the_schema_of_suites_is_that_of_the_reader(suite: Any, is_valid: bool) -> None:
    assert jsonschema.Draft202012Validator(schema_of("suite")).is_valid(suite) is is_valid


def test_the_schema_of_suites_knows_every_code() -> None:
    assert schema_of("suite")["$defs"]["case"]["properties"]["code"]["enum"] == list(MEANINGS)


def test_the_schema_of_executions_is_that_of_the_reader() -> None:
    validator = jsonschema.Draft202012Validator(schema_of("executions"))
    key = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    entry = {"workload_id": "exec-1", "scopes": ["c"], "tie": {"key": key}}
    assert validator.is_valid([entry])
    assert validator.is_valid([{**entry, "tie": "none"}])
    assert not validator.is_valid([{**entry, "scope": "c"}])
    assert not validator.is_valid(entry)
