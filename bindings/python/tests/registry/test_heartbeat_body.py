"""The body of a heartbeat: what real agents send, and whatever else may come."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from callgate.registry.resolution import Dependency, LlmFilter
from callgate.registry.rows.body import parse_heartbeat
from callgate.registry.rows.registration import BadBody, Registration, Rejected

# As an agent of mcp-mesh 3.8 sends it, with all that it may have.
BODY: dict[str, Any] = {
    "agent_id": "prov-0000000a",
    "name": "prov",
    "agent_type": "mcp_agent",
    "version": "1.0.0",
    "description": "provider agent",
    "http_host": "127.0.0.1",
    "http_port": 9101,
    "namespace": "default",
    "status": "healthy",
    "runtime": "python",
    "a2a_producer": False,
    "a2a_consumer": False,
    "tools": [
        {
            "function_name": "ask",
            "capability": "asker",
            "version": "1.4.2",
            "tags": ["math", "fast"],
            "description": "two\nlines",
            "dependencies": [
                {"capability": "adder", "tags": ["+fast", "-slow", ["a", "b"]], "version": ">=1"},
                "greeter",
                [{"capability": "first", "required": True}, "second"],
            ],
            "inputSchema": {"type": "object", "maximum": 9223372036854775807},
            "outputSchemaCanonical": {"type": "integer"},
            "outputSchemaHash": "sha256:00",
            "kwargs": {"task": False, "timeout": 30.5},
            "llm_filter": {"filter": [{"capability": "adder"}], "filter_mode": "all"},
            "llm_provider": {"capability": "llm", "tags": ["+claude"], "version": ""},
        }
    ],
    "llm_agents": [{"function_id": "ask_c607c653"}],
}


def parse(body: object) -> Registration:
    return parse_heartbeat(json.dumps(body).encode())


def test_all_that_a_real_agent_sends_is_read() -> None:
    said = parse(BODY)
    (tool,) = said.tools
    assert (said.name, said.namespace, said.http_port) == ("prov", "default", 9101)
    assert tool.dependencies == (
        (Dependency(capability="adder", tags=("+fast", "-slow", ("a", "b")), version=">=1"),),
        (Dependency(capability="greeter"),),
        (Dependency(capability="first", required=True), Dependency(capability="second")),
    )
    assert tool.llm_filter == LlmFilter(selectors=(Dependency(capability="adder"),), mode="all")
    assert tool.kwargs == {"task": False, "timeout": 30.5}
    # A number that is no double stays what it was.
    assert tool.input_schema is not None
    assert tool.input_schema["maximum"] == 9223372036854775807


def test_an_id_alone_is_a_heartbeat() -> None:
    said = parse({"agent_id": "x"})
    assert (said.name, said.agent_type, said.runtime) == ("x", "mcp_agent", "python")
    assert (said.version, said.namespace, said.tools) == ("1.0.0", "default", ())


def test_nulls_are_as_if_they_were_not_there() -> None:
    assert parse({"agent_id": "x", "tools": None, "http_port": None}).tools == ()


def test_what_is_kept_reads_the_same() -> None:
    said = parse(BODY)
    assert parse_heartbeat(said.text) == said


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'{"agent_id":1}',
        b'{"agent_id":""}',
        b'{"agent_id":"a","agent_id":"b"}',
        b'{"agent_id":"a","tools":[{"function_name":"f","function_name":"g"}]}',
        b'{"agent_id":"\xc3\x28"}',
        b'{"agent_id":"\\ud800"}',
        b'{"agent_id":"a","tools":[' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b'{"agent_id":"a","http_port":"80"}',
        b'{"agent_id":"a","http_port":80.0}',
        b'{"agent_id":"a","http_port":true}',
        b'{"agent_id":"a","tools":[null]}',
        b'{"agent_id":"a","tools":[{"function_name":"f","tags":[1]}]}',
        b'{"agent_id":"a","tools":[{"function_name":"f","dependencies":[1]}]}',
    ],
)
def test_what_is_no_heartbeat_is_a_bad_body(text: bytes) -> None:
    with pytest.raises(BadBody):
        parse_heartbeat(text)


@pytest.mark.parametrize(
    "host",
    [
        *("a b", "a/b", "a@b", "a:80", "[::1]", "-a", "a..b", "é", "a\n", "a" * 254, "%61"),
        *("fe80::1%eth0", "fe80::1%a\nb", "::1%x]@evil.example:443?#[", "::1%\0"),
        *("127.1", "0x7f000001", "2130706433", "a.1", "010.0.0.1", "a-.b", "a" * 64),
    ],
)
def test_a_host_that_would_change_a_url_is_rejected(host: str) -> None:
    with pytest.raises(Rejected, match="http_host: expected a host name"):
        parse({"agent_id": "x", "http_host": host})


@pytest.mark.parametrize(
    "host", ["", "fe80::1", "a1", "1a.example", "localhost", "a-b.c_d.example", "10.0.0.1", "::1"]
)
def test_a_host_name_or_an_address_is_taken(host: str) -> None:
    assert parse({"agent_id": "x", "http_host": host}).http_host == host


def test_counts_and_sizes_are_bounded() -> None:
    for change in (
        {"tools": [{"function_name": "f", "tags": ["t"] * 65}]},
        {"tools": [{"function_name": "f", "dependencies": ["d"] * 65}]},
        {"tools": [{"function_name": "f", "dependencies": [[]]}]},
        {"tools": [{"function_name": "f", "capability": "c" * 257}]},
        {"description": "d" * 16_385},
        {"version": "1\x00"},
    ):
        with pytest.raises(Rejected, match="validation failed"):
            parse({"agent_id": "x", **change})
    with pytest.raises(BadBody):
        parse_heartbeat(b'{"agent_id":"a","x":"' + b"x" * (1 << 20) + b'"}')


def test_whatever_is_changed_is_read_or_refused() -> None:
    """No other exception, and what is read can be resolved and read again."""
    chance = random.Random(20_260_501)
    values: list[Any] = [
        None,
        True,
        -1,
        1 << 70,
        1.5,
        "",
        "x" * 300,
        "\u0000",
        [],
        [[]],
        {},
        {"a": 1},
    ]

    def changed(value: Any, depth: int = 0) -> Any:
        if chance.random() < 0.05 * (depth + 1):
            return chance.choice(values)
        if isinstance(value, dict):
            return {key: changed(one, depth + 1) for key, one in value.items()}
        if isinstance(value, list):
            return [changed(one, depth + 1) for one in value] * chance.choice([1, 1, 1, 2])
        return value

    read = 0
    for _ in range(3_000):
        try:
            said = parse(changed(BODY))
        except (BadBody, Rejected):
            continue
        read += 1
        assert parse_heartbeat(said.text) == said
        hash(tuple(one for tool in said.tools for one in tool.dependencies))
        said.provider("acme")
    assert read
