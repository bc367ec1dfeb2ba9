"""policy init: from a server's schemas to a closed policy that loads."""

import json
from pathlib import Path
from typing import Any

import pytest
from callgate import PolicySet
from callgate.cli.skeleton.document import skeleton
from cli_command import ROOT, assert_error, run, run_json

GOLDEN = ROOT / "bindings" / "python" / "tests" / "golden"


def listing(properties: dict[str, Any], *required: str, **more: Any) -> str:
    schema = {"type": "object", "properties": properties, "required": list(required), **more}
    return json.dumps({"tools": [{"name": "t", "inputSchema": schema}]})


def init(tools: str) -> str:
    listed = json.loads(tools)
    return skeleton(listed["tools"] if isinstance(listed, dict) else listed, "agent").text


def declared(schema: dict[str, Any], name: str = "a", **more: Any) -> list[str]:
    """The lines that one required argument becomes."""
    lines = init(listing({name: schema}, name, **more)).split("    arguments:\n")[1].splitlines()
    return [line.strip() for line in lines]


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ({"type": "string"}, "{type: string}"),
        (
            {"type": "string", "minLength": 1, "maxLength": 9},
            "{type: string, minLength: 1, maxLength: 9}",
        ),
        ({"type": "integer", "minimum": 1, "maximum": 2**53 - 1}, "{type: integer, minimum: 1}"),
        ({"type": "number", "exclusiveMinimum": 0.5}, "{type: number, exclusiveMinimum: 0.5}"),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            "{type: number, exclusiveMinimum: 0}",
        ),
        ({"type": "integer", "multipleOf": 5}, "{type: integer, multipleOf: 5}"),
        ({"type": "boolean"}, "{type: boolean}"),
        ({"enum": ["open", "closed", 1]}, "{enum: [open, closed, 1]}"),
        ({"const": "acme"}, "{const: acme}"),
        ({"enum": ["true", "1", True]}, '{enum: ["true", "1", true]}'),
        ({"type": ["string", "null"]}, "{type: string, nullable: true}"),
        ({"type": ["string", "integer"]}, "{type: [string, integer]}"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "{type: string, nullable: true}"),
        ({"anyOf": [{"const": "a"}, {"const": "b"}]}, "{enum: [a, b]}"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "{type: [string, number]}"),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
            "{type: array, items: {type: integer}, minItems: 1, maxItems: 3}",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "maxItems": 9, "uniqueItems": True},
            "{type: array, items: {type: string}, maxItems: 9, uniqueItems: true}",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
            "{type: array, items: {type: [string, number]}, maxItems: 2}",
        ),
        (
            {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]},
            "{type: object, properties: {x: {type: number}}}",
        ),
        (
            {"type": "object", "properties": {"x": {"type": "number"}}},
            "{type: object, properties: {x: {type: number, optional: true}}}",
        ),
        ({"type": "string", "pattern": "^[a-z]+$"}, '{type: string, pattern: "[a-z]+"}'),
        ({"type": "string", "pattern": "^(a|b)$"}, '{type: string, pattern: "(a|b)"}'),
        ({"type": "string", "pattern": "^a|b$"}, '{type: string, pattern: "(?s:.*(?:^a|b$).*)"}'),
        ({"type": "string", "pattern": "ab"}, '{type: string, pattern: "(?s:.*(?:ab).*)"}'),
        ({"type": "string", "pattern": "a.b"}, '{type: string, pattern: "(?s:.*(?-s:a.b).*)"}'),
        ({"type": "string", "pattern": "^\\u0041$"}, "{type: string, pattern: '\\x{0041}'}"),
    ],
)  # fmt: skip
def test_a_schema_becomes(schema: dict[str, Any], line: str) -> None:
    assert declared(schema)[-1] == f"a: {line}"


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("path", "{path: {allow: []}}", "a path"),
        ("outputDir", "{path: {allow: []}}", "a path"),
        ("file_name", "{path: {allow: []}}", "a path"),
        ("cwd", "{path: {allow: []}}", "a path"),
        ("destinations", "{path: {allow: []}}", "a path"),
        ("outputpath", "{path: {allow: []}}", "a path"),
        ("workingdirectory", "{path: {allow: []}}", "a path"),
        ("baseurl", "{url: {allow: []}}", "a URL, or a URI of MCP"),
        ("imageURL", "{url: {allow: []}}", "a URL, or a URI of MCP"),
        ("hostname", "{host: {allow: []}}", "a host"),
        ("cmd", "{command: {allow: []}}", "a command"),
    ],
)
def test_a_name_that_looks_like_one_allows_nothing(name: str, kind: str, what: str) -> None:
    assert declared({"type": "string"}, name) == [f"# REVIEW: {what}", f"{name}: {kind}"]


@pytest.mark.parametrize("name", ["profile", "timezone", "xpath_text", "commander", "pattern"])
def test_a_name_that_only_resembles_one_is_a_text(name: str) -> None:
    assert declared({"type": "string"}, name) == [
        "# REVIEW: any text",
        f"{name}: {{type: string}}",
    ]


@pytest.mark.parametrize(
    ("bound", "is_told"),
    [({}, True), ({"minLength": 1}, True), ({"maxLength": 9}, False), ({"pattern": "^a$"}, False),
     ({"enum": ["a"]}, False)],
)  # fmt: skip
def test_a_text_that_nothing_bounds_is_told(bound: dict[str, Any], is_told: bool) -> None:
    told = "# REVIEW: any text" in declared({"type": "string", **bound})
    items = declared({"type": "array", "items": {"type": "string", **bound}})
    assert told == ("# REVIEW: any text" in items) == is_told


@pytest.mark.parametrize("name", ["sql", "code", "source_code", "expression", "javascript"])
def test_what_a_server_runs_allows_nothing(name: str) -> None:
    assert declared({"type": "string"}, name) == [
        "# REVIEW: what the server runs: give it a pattern or an enum",
        f"{name}: {{type: string, maxLength: 0}}",
    ]


@pytest.mark.parametrize("name", ["country_code", "zipcode", "query"])
def test_a_code_that_only_names_something_is_a_text(name: str) -> None:
    assert declared({"type": "string"}, name)[-1] == f"{name}: {{type: string}}"


def test_a_list_of_paths_and_a_format_are_of_their_kind() -> None:
    files = declared({"type": "array", "items": {"type": "string"}}, "files")
    assert files[1] == "files: {type: array, items: {path: {allow: []}}}"
    page = declared({"type": "string", "format": "uri", "minLength": 1}, "page")
    assert page[1] == "page: {url: {allow: []}, minLength: 1}"
    assert declared({"enum": ["a.txt"]}, "path") == ["path: {const: a.txt}"]


def test_a_command_takes_its_arguments_along() -> None:
    text = init(
        listing({"command": {"type": "string"}, "args": {"type": "array", "items": {}}}, "command")
    )
    assert "      command: {command: {allow: [], args: args}}\n" in text
    assert "      args:" not in text


@pytest.mark.parametrize(
    ("other", "name", "what"),
    [
        ("command", "cwd", "the directory that programs run in: write one as a const"),
        ("command", "workingDir", "the directory that programs run in: write one as a const"),
        ("max", "repo_path", "the directory that programs run in: write one as a const"),
        ("max", "cwd", "a path"),
        ("command", "path", "a path"),
    ],
)
def test_a_directory_to_run_in_is_to_be_one(other: str, name: str, what: str) -> None:
    text = init(listing({other: {"type": "string"}, name: {"type": "string"}}, other, name))
    assert f"# REVIEW: {what}\n      {name}: {{path: {{allow: []}}}}\n" in text


def test_arguments_of_a_program_that_is_listed_are_declared_alone() -> None:
    command, args = {"enum": ["ls"]}, {"type": "array", "items": {"type": "string"}}
    text = init(listing({"command": command, "args": args}, "command", "args"))
    assert "      command: {const: ls}\n      # REVIEW: arguments of a program" in text
    assert "      args: {type: array, items: {type: string, maxLength: 0}}\n" in text


def test_an_optional_argument_says_so() -> None:
    text = init(listing({"n": {"type": "integer", "default": 5}}))
    assert "      n: {type: integer, optional: true}\n" in text


def test_a_default_that_would_be_denied_has_to_be_given() -> None:
    text = init(listing({"path": {"type": "string", "default": "."}, "n": {"type": "null"}}))
    assert '# required: the server\'s own value, ".", would be denied\n' in text
    assert "      path: {path: {allow: []}}\n" in text
    assert "# n is left out: it is null alone\n" in text


@pytest.mark.parametrize(
    "name",
    [
        "env",
        "environment",
        "env_vars",
        "shell",
        "ENV",
        "interpreter",
        "envs",
        "environs",
        "envvars",
    ],
)
def test_environments_and_shells_are_left_out(name: str) -> None:
    text = init(listing({name: {"type": "object"}, "a": {"type": "string"}}, "a"))
    assert f"  # {name} is left out: " in text
    assert f"      {name}:" not in text
    [left] = run_json(
        "policy", "init", "--tools", "-", exit_code=0, stdin=listing({name: {}}, name)
    )["left_out"]
    assert left["tool"] == "t"
    assert left["reason"].startswith(f"it requires {name}: ")


def test_references_are_followed_and_loops_left_out() -> None:
    definitions = {
        "id": {"type": "string", "maxLength": 8},
        "tree": {"type": "object", "properties": {"id": {"$ref": "#/$defs/id"},
                 "child": {"$ref": "#/$defs/tree"}}, "required": ["id"]},
    }  # fmt: skip
    text = init(listing({"a": {"$ref": "#/$defs/tree"}}, "a", **{"$defs": definitions}))
    assert "      a: {type: object, properties: {id: {type: string, maxLength: 8}}}\n" in text
    assert "# child is left out: it holds itself\n" in text


def test_a_schema_of_schemas_is_bounded() -> None:
    many = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 9} for n in range(30)}
    text = init(listing({"a": {"$ref": "#/$defs/d0"}}, **{"$defs": {**many, "d30": {}}}))
    assert "# a is left out: " in text


def test_references_that_stand_for_too_much_are_left_out() -> None:
    values = {"enum": [f"value {n}" for n in range(2_000)]}
    many = {f"a{n}": {"$ref": "#/$defs/values"} for n in range(1_500)}
    text = init(listing(many, **{"$defs": {"values": values}}))
    assert "# a1499 is left out: its references stand for more than 1000000 characters\n" in text


def test_a_reference_to_an_anchor_is_left_out() -> None:
    anchored = {"$anchor": "id", "type": "integer"}
    text = init(listing({"a": {"$ref": "#id"}}, **{"$defs": {"id": anchored}}))
    assert "# a is left out: it refers to a schema by an anchor\n" in text


def test_all_of_is_joined_and_what_is_lost_is_said() -> None:
    both = {"allOf": [{"type": "string", "maxLength": 5}, {"maxLength": 4, "minLength": 1}]}
    assert declared(both) == [
        "# of two keywords maxLength one is kept",
        "a: {type: string, minLength: 1, maxLength: 5}",
    ]


@pytest.mark.parametrize(
    ("schema", "note"),
    [
        ({"type": "string", "format": "date-time"}, "left to the server: format date-time"),
        ({"type": "string", "not": {"const": "a"}}, "left to the server: not"),
        ({"type": "number", "multipleOf": 0.5}, "left to the server: multipleOf"),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True},
         "left to the server: uniqueItems"),
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
         "oneOf is taken as anyOf: several branches may hold"),
        ({"type": "object", "properties": {}, "additionalProperties": True},
         "REVIEW: members that are not named here are refused"),
        ({}, "REVIEW: the server does not say what it takes; lists and objects are left out"),
    ],
)  # fmt: skip
def test_what_is_not_said_stands_in_a_comment(schema: dict[str, Any], note: str) -> None:
    assert f"# {note}" in declared(schema)[:-1]


@pytest.mark.parametrize(
    "pattern",
    [
        "^(?=a)",
        "\\S+",
        "[^\\s]",
        "a(",
        "\\Aa\\z",
        "[]a]",
        "(?i)a",
        "[a[:digit:]]",
        "[\\][:alpha:]]",
        "[^\\]\\s]",
        "a)|(?:b",
        "\\x{3}",
    ],
)
def test_a_pattern_read_otherwise_by_re2_accepts_nothing(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    comment, line = declared(schema)
    assert comment == f"# REVIEW: write what this pattern means in RE2: {pattern}"
    assert line == "a: {type: string, maxLength: 0}"


def test_words_of_a_server_stay_in_their_comment() -> None:
    tool = {
        "name": "t",
        "description": "x\u2028capabilities:\r\n  - tool_pattern: '*'",
        "annotations": {"destructiveHint": True, "readOnlyHint": "yes\n"},
        "inputSchema": {"type": "object"},
    }
    other = {"name": "bad name\n- *", "inputSchema": {"type": "object"}}
    text = init(json.dumps([tool, other]))
    assert "\n  # x capabilities:\n  # destructiveHint: true\n" in text
    assert "\n  # bad name - * is left out: " in text
    assert PolicySet.parse(text).could_allow("agent", ["t", "other"]) == ["t"]


def test_what_cannot_be_said_leaves_out_its_tool_alone() -> None:
    twins = {"a": {"type": "string"}, "A": {"type": "string"}}
    tools = [
        {"name": "twins", "inputSchema": {"type": "object", "properties": twins}},
        {"name": "good", "inputSchema": {"type": "object"}},
        {"name": "good", "inputSchema": {"type": "object"}},
        {"name": "none"},
    ]
    found = run_json("policy", "init", "--tools", "-", exit_code=0, stdin=json.dumps(tools))
    assert found["tools"] == ["good"]
    assert [left["tool"] for left in found["left_out"]] == ["twins", "good", "none"]


@pytest.mark.parametrize("name", ["*", "fs.*", "fs*"])
def test_a_name_that_would_match_other_tools_is_left_out(name: str) -> None:
    text = init(json.dumps([{"name": name, "inputSchema": {"type": "object"}}]))
    assert f"# {name} is left out: its name would be a pattern, which other tools" in text
    assert PolicySet.parse(text).could_allow("agent", ["fs.read", "t"]) == []


def test_branches_of_a_tool_are_capabilities() -> None:
    text = init(
        listing(
            {"id": {"type": "integer"}, "name": {"type": "string"}},
            anyOf=[{"required": ["id"]}, {"required": ["name"]}],
        )
    )
    policy = PolicySet.parse(text)
    assert policy.evaluate("agent", "t", {"id": 1}).allowed
    assert policy.evaluate("agent", "t", {"name": "a"}).allowed
    assert not policy.evaluate("agent", "t", {}).allowed


def test_the_tools_of_a_fetching_server() -> None:
    done = run("policy", "init", "--tools", GOLDEN / "fetch.tools.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (GOLDEN / "fetch.yaml").read_text()


def test_a_file_is_written_once(tmp_path: Path) -> None:
    output = tmp_path / "agent.yaml"
    call = ["policy", "init", "--name", "web", "-o", output, "--tools", GOLDEN / "fetch.tools.json"]
    done = run(*call)
    assert done.returncode == 0
    assert done.stdout == f"{output}: 1 tools, 1 places marked REVIEW\n"
    assert "tool_pattern: web.fetch\n" in output.read_text()
    output.write_text("mine")
    assert_error(run(*call), f"{output}: it is there already; --force writes over it")
    assert output.read_text() == "mine"
    assert run(*call, "--force").returncode == 0
    assert output.read_text() != "mine"


def test_faults_of_the_command_line() -> None:
    init = ["policy", "init"]
    assert_error(run(*init, "--tools", "-", stdin="{"), "<stdin>: expected JSON")
    assert_error(run(*init, "--tools", "-", stdin='{"a": 1}'), "<stdin>: expected a list of tools")
    assert_error(run(*init, "--tools", "-", stdin="[{}]"), "<stdin>: tool 0 has no name")
    assert_error(run(*init, "--upstream"), "--upstream: expected a command or a URL")
    assert_error(
        run(*init, "--context", "A", "--tools", "-", stdin="[]"), '--context: "A": expected a name'
    )
    assert run(*init).returncode == 2
    for twice in (["--tools", "a", "--tools", "b"], ["--name", "a", "--name", "b", "--tools", "a"]):
        done = run(*init, *twice)
        assert done.returncode == 2
        assert "given twice; name one server" in done.stderr


def nested(keyword: str, depth: int) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = {keyword: [schema]} if keyword in ("allOf", "anyOf") else {keyword: schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        *(nested(keyword, 400) for keyword in ("allOf", "anyOf", "items", "additionalProperties")),
        {"enum": [f"value {n}" for n in range(20_000)]},
        {"anyOf": [{"const": n} for n in range(5_000)]},
        {"type": "string", "pattern": "[^" * 100_000},
        {"type": "string", "pattern": "a" * 100_000},
        {"type": "string", "title": "\ud800", "enum": ["\ud800", "a"]},
        {"type": "object", "properties": {"\ud800": {"default": "\ud800"}}},
        {"type": "object", "properties": {f"p{n}": {"$ref": "#"} for n in range(3_000)}},
        {"type": {"a": 1}, "enum": {}, "anyOf": 1, "properties": [], "items": 7, "$ref": []},
        {"$ref": "#/properties/a"},
        {"type": "array", "items": [], "minItems": -1, "maxItems": "x", "prefixItems": {}},
        {"minimum": 1e400, "maximum": float("-inf"), "multipleOf": 0, "type": ["number", 1]},
        {"allOf": [True, False]},
        None,
        [],
        7,
    ],
    ids=lambda schema: str(schema)[:40],
)
def test_a_hostile_schema_is_declared_or_left_out(schema: Any) -> None:
    PolicySet.parse(init(listing({"a": schema, "b": {"type": "boolean"}}, "b")))
    PolicySet.parse(init(listing({"a": schema}, "a")))
    PolicySet.parse(skeleton([{"name": "t", "inputSchema": schema}], "c").text)
