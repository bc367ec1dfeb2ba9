"""SIGHUP: a registry takes other settings as a whole, or says which of them it cannot take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import authority
from registry_process import Process, running
from registry_world import environment, heartbeat, tool, until

ACME, GLOBEX = authority("Acme"), authority("Globex")
READ, REFUSED = "configuration read again", "reload refused, the old settings stay"


class Configured:
    """A strict registry of one configuration file, with the entities acme and globex."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, Any] = {
            "trust": {"backend": ["filestore"], "dir": "trust"},
            "entities": {},
        }
        for name, entities in (("trust", [ACME, GLOBEX]), ("other", [GLOBEX])):
            (folder / name).mkdir()
            for entity in entities:
                own = "acme" if entity is ACME else "globex"
                (folder / name / f"{own}.pem").write_bytes(entity.pem)
        environ = environment(folder, "strict")
        self.environ = {n: v for n, v in environ.items() if not n.startswith("MCP_MESH_TRUST_")}
        self.write()

    def write(self, **settings: Any) -> None:
        (self.folder / "registry.yaml").write_text(json.dumps({**self.settings, **settings}))

    def running(self) -> Any:
        return running(self.environ, "--config", str(self.folder / "registry.yaml"))

    def reloads(self) -> list[Any]:
        """What the audit trail says of reloads."""
        lines = [
            json.loads(line)
            for file in sorted((self.folder / "state" / "audit").glob("*.jsonl"))
            for line in file.read_bytes().splitlines()
        ]
        return [line["fields"] for line in lines if line.get("kind") == "reload"]


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


@pytest.fixture
def process(configured: Configured) -> Iterator[Process]:
    with configured.running() as process:
        yield process


def test_another_trust_folder_counts_at_once(configured: Configured, process: Process) -> None:
    acme, globex = ACME.issue("agent"), GLOBEX.issue("agent")
    with process.agent(configured.folder, globex) as kept:
        with process.agent(configured.folder, acme) as agent:
            assert agent.post(heartbeat("gone-1")).status == 200
            assert kept.post(heartbeat("kept-1")).status == 200
            configured.write(trust={"backend": ["filestore"], "dir": "other"})
            process.reload()
            assert process.wait_for_log(READ)["changed"] == ["trust.dir"]
            until(lambda: not agent.is_connected)
        with process.agent(configured.folder, acme) as gone:
            assert gone.head("gone-1") == 403
        assert kept.head("kept-1") == 202
        # The folder that it reads now is followed, and the one before is not.
        (configured.folder / "trust" / "globex.pem").unlink()
        (configured.folder / "other" / "acme.pem").write_bytes(ACME.pem)
        with process.agent(configured.folder, acme) as back:
            until(lambda: back.post(heartbeat("gone-1")).status == 200)
        assert kept.post(heartbeat("kept-1")).status == 200
    assert process.stop() == 0
    assert configured.reloads() == [{"what": "settings", "changed": ["trust.dir"]}]


def test_what_cannot_change_is_named_and_all_stays(
    configured: Configured, process: Process
) -> None:
    bound = {"acme": {"capabilities": ["weather"]}}
    configured.write(port=1, admin={"port": 2}, entities=bound)
    process.reload()
    assert "credential" in process.wait_for_log(REFUSED)["reason"]
    configured.write(health={"port": 1}, state="elsewhere", entities=bound)
    process.reload()
    reason = process.wait_for_log(REFUSED, 2)["reason"]
    assert reason.startswith("health.port: health.port cannot change while the registry runs")
    with process.agent(configured.folder, ACME.issue("agent")) as agent:
        assert agent.post(heartbeat("a-1", tool("payments"))).body["status"] == "success"
        configured.write(entities=bound)
        process.reload()
        process.wait_for_log(READ)
    with process.agent(configured.folder, ACME.issue("agent")) as agent:
        assert agent.post(heartbeat("a-1", tool("payments"))).body["reason"] == "name_not_bound"
    assert configured.reloads() == [{"what": "settings", "changed": ["entities"]}]


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_trust_that_would_admit_no_one_is_refused(
    configured: Configured, process: Process, folder: str
) -> None:
    (configured.folder / "empty").mkdir()
    configured.write(trust={"backend": ["filestore"], "dir": folder})
    process.reload()
    reason = process.wait_for_log(REFUSED)["reason"]
    assert ("no trust backend can be used" if folder == "nowhere" else "an anchor") in reason
    with process.agent(configured.folder, ACME.issue("agent")) as agent:
        assert agent.post(heartbeat("a-1")).status == 200
    assert configured.reloads() == []


def test_a_tighter_binding_evicts_whom_it_leaves_out(
    configured: Configured, process: Process
) -> None:
    bound = {"acme": {"capabilities": ["weather"]}}
    with (
        process.agent(configured.folder, ACME.issue("pay")) as payments,
        process.agent(configured.folder, ACME.issue("sun")) as weather,
        process.agent(configured.folder, GLOBEX.issue("asks")) as consumer,
    ):
        calls = heartbeat("asks-1", tool("till", "payments"), tool("sky", "weather"))
        payments.post(heartbeat("pay-1", tool("payments")))
        weather.post(heartbeat("sun-1", tool("weather")))
        assert _statuses(consumer.post(calls).body) == ["available", "available"]
        configured.write(entities=bound)
        process.reload()
        process.wait_for_log(READ)
        assert consumer.head("asks-1") == 202
        assert _statuses(consumer.post(calls).body) == ["unresolved", "available"]
    with process.agent(configured.folder, ACME.issue("pay")) as payments:
        assert payments.head("pay-1") == 410
        assert payments.post(heartbeat("pay-1", tool("payments"))).status == 403
        assert payments.post(heartbeat("pay-1", tool("weather"))).body["status"] == "success"


def test_a_binding_of_the_next_start_counts_for_rows_that_it_finds(
    configured: Configured,
) -> None:
    with (
        configured.running() as first,
        first.agent(configured.folder, ACME.issue("pay")) as agent,
    ):
        assert agent.post(heartbeat("pay-1", tool("payments"))).status == 200
        first.kill()
    configured.write(entities={"acme": {"capabilities": ["weather"]}})
    with (
        configured.running() as second,
        second.agent(configured.folder, ACME.issue("pay")) as agent,
    ):
        assert agent.head("pay-1") == 410


def test_an_entity_becomes_an_admin_and_is_none_again(
    configured: Configured, process: Process
) -> None:
    with process.agent(configured.folder, ACME.issue("ops")) as operator:
        assert operator.ask("GET", "/admin/entities").status == 403
        configured.write(entities={"acme": {"admin": True}})
        process.reload()
        process.wait_for_log(READ)
        assert operator.ask("GET", "/admin/entities").status == 200
        configured.write()
        process.reload()
        process.wait_for_log(READ, 2)
        assert operator.ask("GET", "/admin/entities").status == 403


def _statuses(answer: dict[str, Any]) -> list[str]:
    found = answer["dependencies_resolved"]
    return [found[function][0]["status"] for function in ("till", "sky")]
