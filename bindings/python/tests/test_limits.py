"""Every limit of the engine, gone over, is refused with the code that docs/limits.md gives it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Limits, PolicySet
from gate_world import NOW, Agent, World

PAGE = Path(__file__).parents[3] / "docs" / "limits.md"
PATTERN = """
name: one
capabilities: [{tool_pattern: a, argument_patterns: {b: "[a-z]{1,100}"}}]
"""


def code_of(attempt: Callable[[], Any]) -> str | None:
    """Of the denial or the error that it ends with; None where it is allowed."""
    try:
        outcome = attempt()
    except CallgateError as error:
        return error.code_name
    return getattr(outcome, "code_name", None)


def signed(agent: Agent, arguments: str) -> bytes:
    params = f'{{"name":"fs.read","arguments":{arguments}}}'
    message = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'
    return callgate.create_envelope(message.encode(), agent.token, agent.key, now=NOW)


def of_json(limit: str, value: int, text: str) -> Iterator[str | None]:
    """``text`` is beyond the default; ``value`` is what an envelope and a token go over."""
    yield code_of(lambda: callgate.canonicalize(text))
    agent = World().agent()
    bounded = World(limits=Limits(**{limit: value}))
    envelope = signed(agent, '{"path":[[[[[123456789012345]]]]]}')
    yield code_of(lambda: bounded.gate.authorize(envelope, now=NOW))
    key = callgate.SecretKey.generate()
    token = bounded.token(key, "s1", nested=[[[[[123456789012345]]]]])
    yield code_of(lambda: bounded.gate.open_session(token, key.public_key, now=NOW))


def of_tokens(value: int) -> Iterator[str | None]:
    agent, bounded = World().agent(), World(limits=Limits(max_token_bytes=value))
    yield code_of(lambda: bounded.gate.authorize(agent.envelope(), now=NOW))
    yield code_of(lambda: bounded.gate.open_session(agent.token, agent.key.public_key, now=NOW))


def of_policies(limit: str, value: int) -> Iterator[str | None]:
    assert PolicySet.parse(PATTERN).context_names == ["one"]
    yield code_of(lambda: PolicySet.parse(PATTERN, limits=Limits(**{limit: value})))


def of_calls(limit: str, value: int) -> Iterator[str | None]:
    """Of the second call, each by a session of its own where that is what is counted."""
    world = World(limits=Limits(**{limit: value}))
    first = world.agent()
    second = first if limit.endswith("_entries_per_session") else world.agent("s2")
    assert first.call()
    yield second.call().code_name


def of_sessions(limit: str, value: int) -> Iterator[str | None]:
    world = World(limits=Limits(**{limit: value}))
    world.agent("s1")
    yield code_of(lambda: world.agent("s2", "narrow", parent="s1"))


# What goes over each, where the limit is as small as here or the text as large.
OVER: dict[str, Callable[[], Iterator[str | None]]] = {
    "max_json_bytes": partial(of_json, "max_json_bytes", 100, "[" + "0" * (1 << 20) + "]"),
    "max_json_depth": partial(of_json, "max_json_depth", 4, "[" * 65 + "]" * 65),
    "max_json_nodes": partial(of_json, "max_json_nodes", 8, "[" + "0," * 65_536 + "0]"),
    "max_number_bytes": partial(of_json, "max_number_bytes", 14, "1" * 1025),
    "max_token_bytes": partial(of_tokens, 50),
    "max_remembered_tokens": partial(of_calls, "max_remembered_tokens", 1),
    "max_policy_bytes": partial(of_policies, "max_policy_bytes", 50),
    "max_policy_nodes": partial(of_policies, "max_policy_nodes", 5),
    "max_regex_memory": partial(of_policies, "max_regex_memory", 50),
    "max_replay_entries": partial(of_calls, "max_replay_entries", 1),
    "max_replay_entries_per_session": partial(of_calls, "max_replay_entries_per_session", 1),
    "max_sessions": partial(of_sessions, "max_sessions", 1),
    "max_session_depth": partial(of_sessions, "max_session_depth", 0),
    "max_rate_windows": partial(of_calls, "max_rate_windows", 1),
    "max_rate_entries": partial(of_calls, "max_rate_entries", 1),
}


def test_every_limit_is_gone_over() -> None:
    assert OVER.keys() == dataclasses.asdict(Limits()).keys()


@pytest.mark.parametrize("limit", OVER)
def test_a_limit_is_told_with_its_documented_code(limit: str) -> None:
    row = re.search(rf"^\| `{limit}` \| [\d,]+ \| (.+?) \|", PAGE.read_text(), re.MULTILINE)
    assert row is not None
    documented: set[str | None] = set(re.findall(r"`([A-Z_]+)`", row[1]))
    assert set(OVER[limit]()) == (documented or {None})
