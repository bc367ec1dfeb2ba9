"""listen.trust is read again with the configuration: other backends, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_process import GatewayProcess, replace
from trust_world import ACME, GLOBEX, World, agent_of, write_world

REFUSED = "reload refused, the old one stays"


@pytest.fixture
def world(tmp_path: Path) -> World:
    ties = {"of-acme": {"entity": "acme"}, "of-globex": {"entity": "globex"}}
    world = write_world(tmp_path, ties)
    other = tmp_path / "other"
    other.mkdir()
    (other / "globex.pem").write_bytes(GLOBEX.pem)
    return world


@pytest.fixture
def gateway(world: World) -> Iterator[GatewayProcess]:
    with world.running() as gateway:
        yield gateway


def rewrite(world: World, trust: dict[str, Any] | None, **listen: Any) -> None:
    """Puts another ``listen.trust`` into the configuration, as an operator does."""
    config = json.loads(world.config.read_text())
    config["listen"] = {**config["listen"], **listen, "trust": trust}
    replace(world.config, json.dumps(config))


def test_another_folder_ends_sessions_of_whom_it_leaves_out(
    world: World, gateway: GatewayProcess
) -> None:
    with world.agent(agent_of(ACME)) as acme, world.agent(agent_of(GLOBEX)) as globex:
        assert acme.attest("of-acme")[0] == 200
        assert globex.attest("of-globex")[0] == 200
        rewrite(world, {"backend": ["filestore"], "dir": "other"})
        gateway.wait_for_log("trust backends replaced")
        ended = world.wait_for("SessionRevoked", entity="acme")
        assert ended["cause"] == "trust.untrusted"
        assert globex.attest("of-globex")[0] == 200
    with world.agent(agent_of(ACME)) as acme:
        assert acme.refusal("of-acme")[1] == "trust.untrusted"
    assert not gateway.logged("a change needs a restart")


@pytest.mark.parametrize(
    ("trust", "reason"),
    [
        (None, "listen.trust: cannot be removed while the gateway runs"),
        (
            {"backend": ["filestore"], "dir": "trust", "required": True},
            "listen.trust.required: cannot change while the gateway runs",
        ),
        ({"backend": ["filestore"], "dir": "nowhere"}, "none of its backends can be used"),
        ({"backend": ["filestroe"], "dir": "trust"}, "listen.trust.backend"),
    ],
)
def test_what_cannot_be_taken_is_named_and_the_old_holds(
    world: World, gateway: GatewayProcess, trust: dict[str, Any] | None, reason: str
) -> None:
    rewrite(world, trust)
    gateway.wait_for_log(REFUSED)
    reasons = [line["reason"] for line in gateway.logged(REFUSED)]
    assert any(reason in one for one in reasons), reasons
    with world.agent(agent_of(ACME)) as acme:
        assert acme.attest("of-acme")[0] == 200


def test_other_keys_of_listen_are_named_one_by_one(world: World, gateway: GatewayProcess) -> None:
    trust = {"backend": ["filestore"], "dir": "other"}
    rewrite(world, trust, drain_seconds=7, keep_alive_seconds=8)
    gateway.wait_for_log("trust backends replaced")
    gateway.wait_for_log("a change needs a restart", 2)
    named = {line["key"] for line in gateway.logged("a change needs a restart")}
    assert named == {"listen.drain_seconds", "listen.keep_alive_seconds"}
