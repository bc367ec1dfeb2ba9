"""Payloads: one reading of one text, and that reading is what reaches the tool."""

from __future__ import annotations

import base64
import gzip
import json
import socket
from typing import Any

import pytest
from callgate import create_envelope
from signing import Agent, call, canonical, message, seconds_of
from world import INVOKE, JSON, World, mark

attack = pytest.mark.attack
PATH = '"path":"/workspace/a"'


def refused(here: World, agent: Agent, payload: str, **how: Any) -> None:
    """Not executed, whatever is signed."""
    envelope = agent.sign(payload, **how)
    answer = here.post(envelope)
    assert (answer.status, answer.code, answer.number) == (400, "INVALID_ENVELOPE", 1000), payload


@attack("A19")
@pytest.mark.parametrize(
    "payload",
    ['"tools/call"', "[]", "[1]", "1", "null", "true", "{}", '""', f"[{call('fs.read', {})}]"],
)
def test_a_payload_is_one_request(here: World, payload: str) -> None:
    refused(here, here.agent("any"), payload)


@attack("A20", "A21")
@pytest.mark.parametrize(
    "method",
    [
        "fs.read",
        "tools/call ",
        " tools/call",
        "Tools/Call",
        "TOOLS/CALL",
        "tools\uff0fcall",
        "tools/call\u0000",
        "resources/read",
        "initialize",
        "",
    ],
)
def test_only_the_exact_method_calls_a_tool(here: World, method: str) -> None:
    agent, id = here.agent("any"), mark()
    payload = call("fs.read", {"mark": id}).replace('"tools/call"', canonical(method))
    refused(here, agent, payload)
    refused(here, agent, payload.replace('"name":"fs.read"', '"path":"/workspace/a"'))
    assert here.times(id) == 0


@attack("A21")
def test_a_method_with_an_escape_is_the_same_string(here: World) -> None:
    agent = here.agent("any")
    for spelling in (r"tools\/call", r"tools\u002fcall"):
        id = mark()
        payload = call("fs.read", {"mark": id})
        assert (
            here.verdict(agent.sign(payload, seen=payload.replace("tools/call", spelling))) is None
        )
        assert here.times(id) == 1


@attack("A22")
@pytest.mark.parametrize(
    "name",
    [
        *('"fs.read\\u0000"', '"fs.read\\n"', '"fs.read\u200b"', '"\u202efs.read"'),
        *('"fs.re\u0430d"', '""', f'"{"x" * 129}"', f'"{"x" * 500_000}"', '"fs read"'),
        *("1", "null", '["fs.read"]', '{"fs.read":1}', "true"),
    ],
    ids=lambda name: name[:20].encode("unicode_escape").decode(),
)
def test_a_tool_has_a_plain_name(here: World, name: str) -> None:
    agent = here.agent("any")
    payload = call("NAME", {}).replace('"NAME"', name)
    assert here.verdict(agent.sign(payload)) in ("INVALID_ENVELOPE", "TOOL_NOT_ALLOWED")


@attack("A23")
def test_absent_arguments_are_none_and_others_are_an_object(here: World) -> None:
    agent = here.agent("any")
    payload = call("db.query", {})
    absent = payload.replace('"arguments":{},', "")
    assert here.post(agent.sign(absent)).arguments == "{}"
    for arguments in ("null", "[]", '"{}"', "1", "false", '[{"path":"/workspace/a"}]'):
        refused(here, agent, payload.replace('"arguments":{}', f'"arguments":{arguments}'))


@attack("A24")
@pytest.mark.parametrize(
    "twice",
    [
        ('"name":"fs.read"', '"name":"fs.read","name":"fs.delete"'),
        ('"name":"fs.read"', r'"name":"fs.read","n\u0061me":"fs.delete"'),
        (PATH, f'{PATH},"path":"/etc/passwd"'),
        (PATH, rf'{PATH},"p\u0061th":"/etc/passwd"'),
        (PATH, f'"o":[{{"a":{{"k":1,"k":1}}}}],{PATH}'),
        ('"method":', '"method":"tools/list","method":'),
        ('"params":', '"params":{},"params":'),
        ('"name":"fs.read"', '"name":"fs.read","Name":"fs.delete"'),
        ('"arguments":', '"Arguments":{},"arguments":'),
        ('"id":1', '"ID":2,"id":1'),
    ],
    ids=lambda pair: pair[1][:30],
)
def test_no_member_comes_twice_at_any_depth(here: World, twice: tuple[str, str]) -> None:
    agent = here.agent()
    payload = call("fs.read", {"path": "/workspace/a"})
    forged = payload.replace(*twice)
    assert forged != payload
    # Signed as it is, and put in the place of what is signed.
    refused(here, agent, forged)
    refused(here, agent, payload, seen=forged)
    assert here.verdict(agent.sign(payload)) is None


@attack("A24")
def test_no_member_of_the_envelope_comes_twice(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id).decode()
    for member in ("protocol", "payload", "signature", "security_token", "timestamp"):
        for name in (member, member.replace("o", r"\u006f").replace("i", r"\u0069")):
            twice = envelope.replace("{", f'{{"{name}": "smcp/v1", ', 1)
            assert here.verdict(twice.encode()) == "INVALID_ENVELOPE"
    assert here.times(id) == 0


@attack("A25", "A26")
@pytest.mark.parametrize(
    ("signed", "seen"),
    [
        ("9007199254740992", "9007199254740993"),
        ("1", "1.0"),
        ("1.0", "1"),
        ("100", "1e2"),
        ("0.1", "0.1000000000000000055"),
        ("0", "-0"),
        ("1e2", "1E2"),
    ],
)
def test_a_number_with_other_digits_is_another_number(here: World, signed: str, seen: str) -> None:
    agent, id = here.agent("any"), mark()
    payload = call("db.query", f'{{"mark":"{id}","x":{signed}}}')
    smuggled = payload.replace(f'"x":{signed}', f'"x":{seen}')
    assert here.verdict(agent.sign(payload, seen=smuggled)) == "INVALID_SIGNATURE"
    answer = here.post(agent.sign(payload))
    assert answer.arguments == f'{{"mark":"{id}","x":{signed}}}'
    assert here.times(id) == 1


@attack("A27")
@pytest.mark.parametrize(
    "number",
    ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x10", "1_0"],
)
def test_what_is_no_json_number_is_refused(here: World, number: str) -> None:
    refused(here, here.agent("any"), call("db.query", f'{{"x":{number}}}'))


@attack("A28", "A33", "A35")
@pytest.mark.parametrize(
    "arguments",
    [
        '{"t":1.0}',
        '{"t":1e-05}',
        '{"t":1e-7}',
        '{"t":100000000000000000000}',
        '{"t":-0.0}',
        '{"\ue000":1,"\U0001f600":2}',
        '{"\U0001f600":2,"\ue000":1}',
        '{"e\u0301":"e\u0301","\u00e9":"\u00e9"}',
        '{"__proto__":{"admin":true},"constructor":1,"toJSON":2}',
    ],
)
def test_what_any_client_signs_reaches_the_tool_as_it_was_signed(
    here: World, arguments: str
) -> None:
    answer = here.post(here.agent("any").call("db.query", arguments))
    assert answer.code is None
    assert answer.arguments == arguments


@attack("A29")
@pytest.mark.parametrize("text", [r"\ud800", r"\udc00", r"\ude00\ud83d", r"\ud800x"])
def test_half_a_character_is_no_text(here: World, text: str) -> None:
    agent = here.agent("any")
    refused(here, agent, call("db.query", {}), seen=call("db.query", f'{{"x":"{text}"}}'))
    refused(here, agent, call("db.query", {}), seen=call("db.query", f'{{"{text}":1}}'))


@attack("A30", "A31")
@pytest.mark.parametrize(
    "raw",
    [
        *(b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80", b"\xff"),
        *(b"\x00", b"\n", b"\x1f", b"\xe0\x80\xae\xe0\x80\xae"),
    ],
)
def test_bytes_that_are_no_json_text_are_refused_even_if_signed(here: World, raw: bytes) -> None:
    agent = here.agent("any")
    payload = call("db.query", {"x": "RAW"}).encode().replace(b"RAW", raw)
    envelope = json.loads(agent.call("db.query", {"x": "RAW"}))
    signed = message("PAYLOAD", agent.token, seconds_of(envelope["timestamp"]))
    signature = agent.key.sign(signed.replace(b"PAYLOAD", payload))
    envelope |= {"payload": "PAYLOAD", "signature": base64.b64encode(signature).decode()}
    body = json.dumps(envelope).encode().replace(b'"PAYLOAD"', payload)
    assert here.verdict(body) == "INVALID_ENVELOPE"


@attack("A30")
def test_a_body_in_another_encoding_is_refused(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    for body in (
        b"\xef\xbb\xbf" + envelope,
        envelope.decode().encode("utf-16"),
        envelope.decode().encode("utf-32"),
        envelope + b"\x00",
        envelope + b"{}",
        b"",
    ):
        assert here.verdict(body) == "INVALID_ENVELOPE"
    assert here.times(id) == 0


@attack("A32")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ('{"x":' + "[" * 100_000 + "]" * 100_000 + "}", "INVALID_ENVELOPE"),
        ("{" + ",".join(f'"{n}":0' for n in range(70_000)) + "}", "INVALID_ENVELOPE"),
        ('{"x":' + "1" * 100_000 + "}", "INVALID_ENVELOPE"),
        ('{"x":"' + "y" * 10_000_000 + '"}', "LIMIT_EXCEEDED"),
    ],
    ids=["depth", "width", "digits", "length"],
)
def test_a_body_is_bounded_before_it_is_worked_on(here: World, arguments: str, code: str) -> None:
    agent, id = here.agent("any"), mark()
    envelope = agent.sign(call("db.query", arguments))
    assert here.verdict(envelope) == code
    assert here.verdict(agent.call("db.query", {"mark": id})) is None
    assert here.times(id) == 1


@attack("A36")
def test_a_body_that_is_compressed_or_of_another_type_is_not_read(here: World) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    bomb = gzip.compress(bytes(50_000_000))
    for body, headers in (
        (gzip.compress(envelope), {"content-encoding": "gzip"}),
        (bomb, {"content-encoding": "gzip"}),
        (envelope, {"content-encoding": "identity, gzip"}),
        (envelope, {"content-type": "text/plain"}),
        (envelope, {"content-type": "application/x-www-form-urlencoded"}),
        (envelope, {"content-type": "application/json; charset=utf-16"}),
    ):
        answer = here.post(body, **headers)
        assert (answer.status, answer.code) == (415, "INVALID_ARGUMENT"), headers
    assert here.times(id) == 0
    assert here.verdict(envelope) is None


@attack("A36")
@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {n}\r\nContent-Length: 5",
        "Content-Length: {n}\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Content-Length: -1",
        "Content-Length: {n}x",
        "Content-Length : {n}",
    ],
)
def test_a_body_whose_end_is_ambiguous_is_refused(here: World, framing: str) -> None:
    agent, id = here.agent(), mark()
    envelope = here.read_as(agent, id)
    host, _, port = here.gateway.url.removeprefix("http://").partition(":")
    head = f"POST {INVOKE['B']} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {JSON['content-type']}"
    with socket.create_connection((host, int(port)), 20) as connection:
        request = f"{head}\r\n{framing.format(n=len(envelope))}\r\n\r\n".encode() + envelope
        connection.sendall(request)
        reply = connection.makefile("rb").readline()
    assert reply.split()[1] in (b"400", b"501"), reply
    assert here.times(id) == 0


@attack("A124")
@pytest.mark.parametrize("scope", ["any", "limited"])
def test_no_argument_is_taken_away(here: World, scope: str) -> None:
    agent = here.agent(scope, here.own_execution(scope))
    arguments = canonical({"force": True, "version": "1", "_meta": {"a": 1}, "name": None, "": []})
    assert here.post(agent.call("db.query", arguments)).arguments == arguments


@attack("A124")
def test_what_is_signed_beside_the_arguments_is_not_forwarded(here: World) -> None:
    agent, id = here.agent("any"), mark()
    params = {"name": "db.query", "arguments": {"mark": id}, "_meta": {"progressToken": "theirs"}}
    request = {"jsonrpc": "2.0", "id": "theirs", "method": "tools/call", "params": params}
    answer = here.post(create_envelope(request, agent.token, agent.key))
    assert answer.body["payload"]["id"] == "theirs"
    assert "theirs" not in answer.text
