"""Tools, paths, domains and commands: the policy's vectors through a gateway, and real servers."""

from __future__ import annotations

import pytest
from callgate import create_envelope
from rule_vectors import vectors_of_rows
from world import World

ROWS = vectors_of_rows()


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.attack(row)) for row in sorted(ROWS)]
)
def test_a_call_is_decided_as_the_policys_vectors_say(here: World, row: str) -> None:
    for vector in ROWS[row]:
        agent = here.agent(vector.context)
        params = f'{{"name":"{vector.tool}","arguments":{vector.arguments}}}'
        call = f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'
        envelope = create_envelope(call, agent.token, agent.key)
        assert here.verdict(envelope) == vector.code, vector.id
