"""Redaction: what an audit line shows of arguments, and what it never shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from callgate.audit import Redaction

REDACTED = "[redacted]"


def payload(arguments: object, **params: object) -> bytes:
    members = {"name": "t", "arguments": arguments, **params}
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": members}
    return json.dumps(request).encode()


def test_a_payload_without_secrets_is_kept_word_for_word() -> None:
    text = b'{"id":1,"params":{"arguments":{"x":1.50,"y":1e2,"z":123456789012345678901}}}'
    shown = Redaction().show("t", text)
    assert shown == (text.decode(), None, ())


@pytest.mark.parametrize(
    "key", ["password", "Password", "db_password", "API-Key", "apiKey", "access.token", "X-Api-Key"]
)
def test_keys_match_whatever_their_case_and_separators(key: str) -> None:
    shown = Redaction().show("t", payload({"deep": [{key: "hush"}]}))
    assert shown.payload is None
    assert shown.arguments == {"deep": [{key: REDACTED}]}
    assert shown.redacted == (f"/deep/0/{key}",)


def test_names_are_whole_names_and_patterns_are_patterns() -> None:
    redaction = Redaction(["pin", "*hash"])
    shown = redaction.show("t", payload({"pin": 1, "pinned": 2, "pass_hash": 3}))
    assert shown.arguments == {"pin": REDACTED, "pinned": 2, "pass_hash": REDACTED}


@pytest.mark.parametrize(
    "value",
    [
        "Bearer abcdefghijkl",
        "see eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJleGVjIn0.c2lnbmF0dXJlLg here",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
        "authorization: basic dXNlcjpwYXNzd29yZA==",
    ],
)
def test_what_looks_like_a_credential_is_redacted_under_any_key(value: str) -> None:
    shown = Redaction([]).show("t", payload({"note": value, "other": "fine"}))
    assert shown.arguments == {"note": REDACTED, "other": "fine"}


def test_a_secret_in_meta_keeps_the_payload_out_as_well() -> None:
    shown = Redaction().show("t", payload({"a": 1}, _meta={"authorization": "hush"}))
    assert shown.payload is None
    assert shown.arguments == {"a": 1}
    assert shown.redacted == ("/_meta/authorization",)


def test_of_more_values_than_any_tool_takes_nothing_is_shown() -> None:
    assert Redaction().show("t", payload({"a": [0] * 5000})) == (None, None, ("",))


def test_whole_tools_can_be_hidden_and_all_arguments() -> None:
    redaction = Redaction(tools=["vault.*"])
    assert redaction.show("vault.read", payload({"a": 1})) == (None, None, ("",))
    assert redaction.show("fs.read", payload({"a": 1})).payload is not None
    assert Redaction(arguments=False).show("fs.read", payload({})) == (None, None, ("",))


def test_long_payloads_are_shown_as_arguments_only() -> None:
    shown = Redaction().show("t", payload({"a": "x" * (64 << 10)}))
    assert shown.payload is None
    assert shown.arguments is not None


@pytest.mark.vectors("redaction.json", "secrets")
def test_secrets_are_told_by_key_and_by_shape(vector: dict[str, Any]) -> None:
    shown = Redaction().show("t", payload(vector["arguments"]))
    assert shown.payload is None
    assert list(shown.redacted) == vector["redacted"]


@pytest.mark.vectors("redaction.json", "harmless")
def test_what_only_looks_like_a_secret_is_shown(vector: dict[str, Any]) -> None:
    text = payload(vector["arguments"])
    assert Redaction().show("t", text) == (text.decode(), None, ())


def test_what_is_no_request_is_not_shown() -> None:
    for text in (b"", b"[]", b"\xff", b'{"password":'):
        assert Redaction().show("t", text) == (None, None, ("",))
