"""Calls of declared arguments, decided by the reference evaluator."""

import json

import policy_reference
import pytest
import ref_documents


def decide(capabilities, arguments, deny=(), definitions=None):
    """The code of a denial, or None."""
    capabilities = [{"tool_pattern": "t", **c} for c in capabilities]
    document = {"name": "c", "capabilities": capabilities, "deny_list": list(deny)}
    contexts = ref_documents.load(json.dumps({**document, "definitions": definitions or {}}))
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return policy_reference.evaluate(contexts, "c", "t", text)[1]


def passes(schema, text):
    """Whether a schema accepts the JSON text of a value."""
    return decide([{"arguments": {"a": schema}}], f'{{"a": {text}}}') is None


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"type": "string"}, ['""', '"x"'], ["1", "null", "true", "[]"]),
        ({"type": "string", "nullable": True}, ["null"], ["0"]),
        ({"type": "integer"}, ["0", "-5", "9007199254740991"], ["-0", "1.0", "1e2"]),
        ({"type": "integer"}, [], ["9007199254740992", "true", '"1"']),
        ({"type": "number"}, ["1.5", "-0", "1e308"], ["0e-401", "1e400", '"1"']),
        ({"type": ["integer", "string"]}, ["1", '"a"'], ["1.5", "false"]),
        ({"type": "number", "exclusiveMaximum": 50}, ["49.9"], ["50", "49.99999999999999999999"]),
        ({"type": "number", "maximum": 0.1}, ["0.1", "1e-1"], ["0.10000000000000000001"]),
        ({"type": "number", "minimum": -1}, ["-1.0"], ["-1.00000000000000000001"]),
        ({"type": "integer", "multipleOf": 3}, ["-9", "0"], ["4"]),
        ({"const": 5}, ["5", "5.0", "50e-1"], ['"5"', "5.1", "null"]),
        ({"const": True}, ["true"], ["1", "false"]),
        ({"enum": ["", "1", 2]}, ['""', '"1"', "2.0"], ["1", '"2"']),
        ({"enum": [0]}, ["-0", "0e-400"], ["0e-401"]),
        (
            {"type": "string", "minLength": 1, "maxLength": 2},
            ['"\\ud83d\\ude00b"'],
            ['""', '"abc"'],
        ),
        ({"type": "string", "pattern": "a|ab"}, ['"ab"'], ['"abc"', '"xa"', '"a\\n"']),
        ({"anyOf": [{"type": "integer"}, {"const": "x"}]}, ["1", '"x"'], ['"y"', "null"]),
        ({"any": True}, ["null", "[[]]", '{"__proto__": 1}'], []),
    ],
)
def test_schema_accepts_and_refuses(schema, accepted, refused):
    assert [text for text in accepted if not passes(schema, text)] == []
    assert [text for text in refused if passes(schema, text)] == []


def test_lists_are_counted_and_their_elements_judged():
    schema = {"type": "array", "items": {"type": "number"}, "maxItems": 3, "uniqueItems": True}
    assert passes(schema, "[]") and passes(schema, "[1, 2, 3]")
    assert not passes(schema, "[1, 1.0]")
    assert not passes(schema, "[1, null]")
    assert not passes(schema, "[1, 2, 3, 4]")


def test_objects_are_closed_at_every_depth():
    inner = {"type": "object", "properties": {"k": {"type": "string", "optional": True}}}
    schema = {"type": "object", "properties": {"in": inner}}
    assert passes(schema, '{"in": {}}') and passes(schema, '{"in": {"k": ""}}')
    for text in ("{}", '{"in": {"K": ""}}', '{"in": {"k": null}}', '{"in": {}, "x": 1}'):
        assert not passes(schema, text)


def test_unlisted_members_need_a_name_that_is_accepted():
    schema = {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "propertyNames": {"type": "string", "pattern": "[a-z_]+"},
        "maxProperties": 2,
    }
    assert passes(schema, '{"a": 1, "b": 2}')
    for text in ('{"A": 1}', '{"a": "1"}', '{"a": 1, "b": 2, "c": 3}', '{"__proto__": 1}'):
        assert not passes(schema, text)
    schema["propertyNames"] = {"enum": ["constructor"]}
    assert passes(schema, '{"constructor": 1}')


PATH = {"path": {"allow": ["/w"], "except": ["/w/secret/*"], "base": "/w"}}
URL = {"url": {"allow": ["x.test"], "schemes": ["https", "http"]}}


@pytest.mark.parametrize(
    ("schema", "value", "code"),
    [
        (PATH, "/w/a", None),
        (PATH, "a/b", None),
        (PATH, "secret", "PATH_NOT_ALLOWED"),
        (PATH, "/w/../etc", "PATH_NOT_ALLOWED"),
        (PATH, 5, "PATH_NOT_ALLOWED"),
        (PATH, None, "ARGUMENT_NOT_ALLOWED"),
        ({"path": {"allow": ["/w"]}}, "a", "PATH_NOT_ALLOWED"),
        (URL, "http://x.test:80/", None),
        (URL, "wss://x.test/", "DOMAIN_NOT_ALLOWED"),
        (URL, "x.test", "DOMAIN_NOT_ALLOWED"),
        ({"host": {"allow": ["x.test"]}}, "x.test", None),
        ({"host": {"allow": ["x.test"]}}, "https://x.test", "DOMAIN_NOT_ALLOWED"),
        ({"uri": {"schemes": ["file"], "allow": ["file:///w/*"]}}, "file:///w/a", None),
        ({"uri": {"schemes": ["file"], "allow": ["*"]}}, "file:///w/%2e", "DOMAIN_NOT_ALLOWED"),
        ({"uri": {"schemes": ["file"], "allow": ["*"]}}, "file://h/w", "DOMAIN_NOT_ALLOWED"),
        ({"uri": {"schemes": ["x"], "allow": ["*"]}}, "x:a/../b", "DOMAIN_NOT_ALLOWED"),
    ],
)
def test_kind_denies_in_its_own_stage(schema, value, code):
    assert decide([{"arguments": {"a": schema}}], {"a": value}) == code


def test_base_may_be_the_name_of_an_argument():
    capability = {
        "arguments": {
            "repo": {"type": "string", "optional": True},
            "file": {"path": {"allow": ["/w"], "base": "repo"}},
        }
    }
    assert decide([capability], {"repo": "/w", "file": "a"}) is None
    for repo in ({}, {"repo": "w"}, {"repo": "/w/../x"}, {"repo": "/etc"}):
        assert decide([capability], {**repo, "file": "a"}) == "PATH_NOT_ALLOWED"


GIT = {
    "words": ["git"],
    "then": ["log"],
    "options": ["--oneline", "--since=VALUE", {"-n VALUE": {"enum": ["1", "2"]}}, "--"],
    "operands": {"path": {"allow": ["/w"], "base": "/w"}},
    "maxOperands": 1,
}


@pytest.mark.parametrize(
    ("command", "passes"),
    [
        ("git log", True),
        ("git log --oneline -n 1 a", True),
        ("git log a --oneline", True),
        ("git log '--since=1 week' -- a", True),
        (["git", "log", "a"], True),
        ("git", False),
        ("git push", False),
        ("git --oneline log", False),
        ("git log --since=", False),
        ("git log --since x", False),
        ("git log -n 3", False),
        ("git log -n --oneline", False),
        ("git log -n", False),
        ("git log a b", False),
        ("git log /etc", False),
        ("git log -- --oneline", False),
        ("git log --one", False),
        ("git log $x", False),
        ("git 'log'", False),
        ([], False),
        (["git", 5], False),
    ],
)
def test_command_is_read_by_one_entry(command, passes):
    capability = {"arguments": {"run": {"command": {"allow": [GIT]}}}}
    expected = None if passes else "COMMAND_NOT_ALLOWED"
    assert decide([capability], {"run": command}) == expected


def test_sibling_continues_a_command():
    capability = {"arguments": {"run": {"command": {"allow": [GIT], "args": "more"}}}}
    assert decide([capability], {"run": "git", "more": ["log"]}) is None
    assert decide([capability], {"run": "git log"}) is None
    assert decide([capability], {"run": "git", "more": ["push"]}) == "COMMAND_NOT_ALLOWED"
    assert decide([capability], {"run": "git log", "more": None}) == "ARGUMENT_NOT_ALLOWED"
    capability["arguments"]["run"]["optional"] = True
    assert decide([capability], {"more": ["log"]}) == "ARGUMENT_NOT_ALLOWED"


def test_earliest_stage_and_furthest_branch_are_reported():
    capability = {"arguments": {"p": PATH, "n": {"type": "integer"}}}
    assert decide([capability], {"p": "/x", "n": ""}) == "PATH_NOT_ALLOWED"
    assert decide([capability], {"p": "/x"}) == "ARGUMENT_NOT_ALLOWED"
    either = {"arguments": {"a": {"anyOf": [PATH, URL]}}}
    assert decide([either], {"a": "z"}) is None
    assert decide([either], {"a": "/x"}) == "DOMAIN_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("schema", "value", "entry"),
    [
        (PATH, "a", {"path": "/w/a"}),
        (URL, "https://x.test:8443/", {"domain": "x.test"}),
        ({"uri": {"schemes": ["file"], "allow": []}}, "FILE:///%65tc/a", {"path": "/etc"}),
        ({"uri": {"schemes": ["git"], "allow": []}}, "git://u@x.test:1/a", {"domain": "x.test"}),
        ({"command": {"allow": [GIT]}}, "git log a", {"command": "git log"}),
        ({"command": {"allow": [GIT]}}, ["git", "log", "a"], {"path": "/w/a"}),
        ({"any": True}, {"path": "/etc/a"}, {"path": "/etc"}),
        ({"type": "array", "items": {"anyOf": [PATH, URL]}}, ["/etc"], {"path": "/etc"}),
    ],
)
def test_deny_entry_sees_what_is_declared(schema, value, entry):
    capability = {"arguments": {"a": schema}}
    deny = [{"tool_pattern": "t", **entry}]
    assert decide([capability], {"a": value}, deny) == "TOOL_EXPLICITLY_DENIED"


def test_deny_entry_guesses_nothing_of_a_declared_string():
    capability = {"arguments": {"path": {"type": "string"}}}
    deny = [{"tool_pattern": "t", "path": "/etc"}]
    assert decide([capability], {"path": "/etc/passwd"}, deny) is None
    assert decide([capability, {}], {"path": "/etc/passwd"}, deny) == "TOOL_EXPLICITLY_DENIED"
    assert decide([{**capability, "tool_pattern": "x"}], {}, deny) == "TOOL_NOT_ALLOWED"


def test_malformed_declared_value_fires_no_deny_entry():
    capability = {"arguments": {"a": {"anyOf": [{"const": "-"}, PATH]}}}
    deny = [{"tool_pattern": "t", "path": "/w/x"}]
    assert decide([capability], {"a": "-"}, deny) is None
    assert decide([capability], {"a": "../x"}, deny) == "ARGUMENT_NOT_ALLOWED"
    assert decide([capability], {"a": "x"}, deny) == "TOOL_EXPLICITLY_DENIED"


def test_definitions_are_put_in_place():
    capability = {
        "arguments": {"a": {"use": "p", "optional": True}},
        "other_arguments": {"type": "array", "items": {"use": "p"}},
    }
    definitions = {"p": PATH}
    assert decide([capability], {"more": ["a"]}, definitions=definitions) is None
    assert decide([capability], {"a": "/x"}, definitions=definitions) == "PATH_NOT_ALLOWED"
    assert decide([capability], {"more": "a"}, definitions=definitions) == "ARGUMENT_NOT_ALLOWED"
    assert decide([capability], {"constructor": []}, definitions=definitions) == (
        "ARGUMENT_NOT_ALLOWED"
    )
