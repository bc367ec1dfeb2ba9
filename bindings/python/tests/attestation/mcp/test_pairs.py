"""Real clients and servers of both lines of the SDK, over both transports and in both eras."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from attested_world import ON_FIRST_LINE
from peer_processes import Keys, python_client, python_server

pytestmark = pytest.mark.skipif(ON_FIRST_LINE, reason="each peer has its own line already")

SUBJECT = "spiffe://anthropic.com/model/claude-sonnet-4"


class Pair(NamedTuple):
    era: str
    client: int
    server: int
    transport: str
    kind: str

    def __str__(self) -> str:
        return f"{self.era}-{self.client}-{self.server}-{self.transport}-{self.kind}"


LINES = [(1, 1, "attesting"), (1, 2, "fast"), (2, 1, "fast"), (2, 2, "attesting")]
PAIRS = [
    Pair("legacy", client, server, transport, kind)
    for client, server, kind in LINES
    for transport in ("stdio", "http")
] + [
    Pair("modern", 2, 2, *other)
    for other in (("stdio", "fast"), ("http", "attesting"), ("http", "fast"))
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_pair_agrees_on_who_calls(pair: Pair, keys: Keys) -> None:
    with python_server(pair.server, pair.transport, pair.kind, keys) as where:
        credentials = [keys.issuer, "none", keys.forger]
        if pair.era == "legacy" and pair.transport == "http":
            credentials += [f"reused:{keys.issuer}"] * 2 + [f"ending:{keys.issuer}"]
        said = python_client(pair.client, pair.era, pair.transport, where, *credentials)
    attested, missing, forged = said[:3]
    modern = pair.era == "modern"
    assert attested["handshake"] == "ok"
    assert attested["whoami"] == SUBJECT
    assert attested["secret"] == ([-32015, "policy"] if modern else [-32006, "policy"])
    assert attested["tools"] == ["whoami"]
    assert attested["verified"]
    if modern:
        assert missing["whoami"] == missing["tools"] == [-32021, "not_provided"]
        assert forged["whoami"] == forged["tools"] == [-32010, "signature"]
    else:
        assert attested["status"]["trust_level"] == "provider"
        assert missing == {"handshake": [-32001, "not_provided"]}
        assert forged == {"handshake": [-32002, "signature"]}
    if len(said) > 3:
        used, again, ending = said[3:]
        assert (used["handshake"], again["handshake"]) == ("ok", [-32004, "replay"])
        assert (ending["whoami"], ending["ended"]) == (SUBJECT, [-32003, "expired"])
