"""Agents and servers in Python and in Node, over both transports and in both eras."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from attested_world import ON_FIRST_LINE
from peer_processes import (
    Keys,
    node_client,
    node_project,
    node_server,
    python_client,
    python_server,
)

pytestmark = pytest.mark.skipif(ON_FIRST_LINE, reason="each peer has its own line already")
TRANSPORTS = ("stdio", "http")
NODE_SUBJECT = "spiffe://issuer.com/model/family-4-large"
PYTHON_SUBJECT = "spiffe://anthropic.com/model/claude-sonnet-4"
MODERN = "2.x modern"


class Pair(NamedTuple):
    era: str
    client: str
    server: int
    transport: str

    def __str__(self) -> str:
        return f"{self.client} to {self.server}.x over {self.transport}"


def pairs(*clients: tuple[str, str]) -> list[Pair]:
    return [
        Pair(era, client, server, transport)
        for era, client in clients
        for server in ((1, 2) if era == "legacy" else (2,))
        for transport in TRANSPORTS
    ]


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return node_project(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    "pair", pairs(("legacy", "1.x"), ("legacy", "2.x legacy"), ("modern", MODERN)), ids=str
)
def test_an_agent_in_node_calls_a_server_in_python(pair: Pair, keys: Keys, peers: Path) -> None:
    with python_server(pair.server, pair.transport, "attesting", keys) as where:
        attested, proven, missing, forged = node_client(peers, pair.client, where, keys)
    modern = pair.era == "modern"
    policy = -32015 if modern else -32006
    for said in (attested, proven):
        assert said["tools"] == ["whoami"]
        assert said["calls"] == [NODE_SUBJECT, {"code": policy, "reason": "policy"}]
    absent, bad = (-32021, -32010) if modern else (-32001, -32002)
    assert missing["refused"] == {"code": absent, "reason": "not_provided"}
    assert forged["refused"] == {"code": bad, "reason": "signature"}


@pytest.mark.parametrize("pair", pairs(("legacy", "1"), ("legacy", "2"), ("modern", "2")), ids=str)
def test_an_agent_in_python_calls_a_server_in_node(pair: Pair, keys: Keys, peers: Path) -> None:
    with node_server(peers, pair.server, pair.transport, keys) as where:
        where["calls"] = [["who", {"n": 1}]]
        credentials = (keys.issuer, "none", keys.forger)
        said = python_client(int(pair.client), pair.era, pair.transport, where, *credentials)
    attested, missing, forged = said
    assert PYTHON_SUBJECT in attested["who"]
    assert attested["verified"]
    if pair.era == "modern":
        assert missing["who"] == missing["tools"] == [-32021, "not_provided"]
        assert forged["who"] == forged["tools"] == [-32010, "signature"]
    else:
        assert missing == {"handshake": [-32001, "not_provided"]}
        assert forged == {"handshake": [-32002, "signature"]}
