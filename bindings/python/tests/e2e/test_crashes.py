"""kill -9, of the gateway and of a server, while a call is under way; and a disk that is full."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from callgate.smcp import GatewayRefused, SMCPClient
from gateway_process import WORKLOAD, wait_until
from places import children, counting, hostile, place, waiting, write_place
from small_disks import fill_up, mounted
from world import World, mark


def outcomes(world: World) -> dict[int, dict[str, Any]]:
    """By the sequence of the call's event."""
    lines = [line for line in world.trail() if line["kind"] == "outcome"]
    return {line["fields"]["event"]: line["fields"] for line in lines}


def authorized(world: World, session: str) -> list[int]:
    events = world.trail_of(session)
    return [line["seq"] for line in events if line["fields"]["event"] == "ToolCallAuthorized"]


def test_a_gateway_killed_in_mid_call_has_not_forgotten_it_and_does_not_repeat_it(
    tmp_path: Path,
) -> None:
    config = write_place(
        tmp_path / "g", {"slow": waiting(), "count": counting(tmp_path / "g", "run")}
    )
    began, until = tmp_path / "began", tmp_path / "until"
    arguments = {"began": str(began), "until": str(until)}
    with ThreadPoolExecutor() as pool:
        with place(config) as world:
            agent, id = world.agent("any"), mark()
            done = agent.call("count.run", {"mark": id})
            assert world.verdict(done) is None
            flying = agent.call("slow.wait", arguments)
            call = pool.submit(world.post, flying)
            wait_until(began.exists)
            world.gateway.signal(signal.SIGKILL)
            world.gateway.process.wait()
            with pytest.raises(httpx2.TransportError):
                call.result(30)
        until.touch()
        began.unlink()
        with place(config) as world:
            # Both are replays: one of them has run, the other may have.
            assert world.verdict(flying) == "REPLAY_DETECTED"
            assert world.verdict(done) == "REPLAY_DETECTED"
            assert world.times(id) == 1
            assert not began.exists()
            first, second = authorized(world, agent.session)
            found = outcomes(world)
            assert found[first]["outcome"] == "succeeded"
            assert found[second]["outcome"] == "unknown"
            # The session itself goes on.
            assert world.verdict(agent.call("count.run", {"mark": id}, id=2)) is None
            assert world.times(id) == 2


@pytest.mark.parametrize("round", range(3))
def test_whatever_was_answered_before_a_kill_under_load_is_known_after_it(
    tmp_path: Path, round: int
) -> None:
    config = write_place(tmp_path / "g", {"count": counting(tmp_path / "g", "run")})
    answered: list[bytes] = []
    sent: list[tuple[str, bytes]] = []
    with place(config) as world:
        agents = [world.agent("any") for _ in range(8)]
        # The clock of another machine: what was sent is fresh in the next life too.
        for n in range(400):
            id = f"{mark()}-{n}"
            sent.append((id, agents[n % 8].call("count.run", {"mark": id}, id=id)))

        def send(envelope: bytes) -> None:
            with contextlib.suppress(httpx2.TransportError):
                if world.verdict(envelope) is None:
                    answered.append(envelope)
                    if len(answered) == 40 * (round + 1):
                        world.gateway.signal(signal.SIGKILL)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, [envelope for _, envelope in sent]))
        world.gateway.process.wait()
    executed = {id: world.times(id) for id, _ in sent}
    assert len(answered) >= 40 * (round + 1)
    assert set(executed.values()) == {0, 1}
    with place(config) as world:
        for id, envelope in sent:
            # The second time around, what has run does not run again.
            if executed[id] or envelope in answered:
                assert world.verdict(envelope) in ("REPLAY_DETECTED", "LIMIT_EXCEEDED")
        assert all(world.times(id) <= 1 for id, _ in sent)
        ids = {id for id, _ in sent if executed[id]}
        told = {line["fields"].get("request_id") for line in world.trail()}
        assert ids <= told


def test_a_server_killed_in_mid_call_fails_that_call_once_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    config = write_place(folder, {"bad": hostile(folder)})
    with place(config) as world, ThreadPoolExecutor() as pool:
        agent, id = world.agent("any"), mark()
        call = pool.submit(world.post, agent.call("bad.do", {"do": "hang", "mark": id}))
        wait_until(lambda: world.times(id) == 1)
        (server,) = children(world.gateway.process.pid)
        os.kill(server, signal.SIGKILL)
        answer = call.result(30)
        assert (answer.status, answer.code) == (502, "UPSTREAM_FAILED")
        assert answer.body["dispatched"] is True
        assert answer.body["error"]["details"]["cause"] == "crashed"
        wait_until(lambda: world.verdict(agent.call("bad.do", {"do": "answer"}, id=mark())) is None)
        assert world.times(id) == 1
        (first, *_) = authorized(world, agent.session)
        assert outcomes(world)[first]["error"] == "UPSTREAM_FAILED"


def test_the_sdk_does_not_repeat_a_call_that_its_server_died_of(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    config = write_place(folder, {"bad": hostile(folder)})
    with place(config) as world, SMCPClient(world.gateway.url, WORKLOAD, "any") as client:
        client.attest()
        id = mark()
        with pytest.raises(GatewayRefused) as failed:
            client.call_tool("bad.do", {"do": "die", "mark": id})
        assert (failed.value.code_name, failed.value.dispatched) == ("UPSTREAM_FAILED", True)
        # What is sent while the server is away has not run, and is sent again by the SDK itself.
        wait_until(lambda: _answers(client))
        assert world.times(id) == 1


def _answers(client: SMCPClient) -> bool:
    try:
        client.call_tool("bad.do", {"do": "answer"})
    except GatewayRefused as refused:
        assert refused.dispatched is False
        return False
    return True


def test_a_disk_that_takes_no_more_stops_calls_and_nothing_that_was_written_is_lost(
    tmp_path: Path,
) -> None:
    config = write_place(tmp_path / "g", {"count": counting(tmp_path / "g", "run")})
    with place(config) as world:
        agent, before, during, after = world.agent("any"), mark(), mark(), mark()
        assert world.verdict(agent.call("count.run", {"mark": before})) is None
        pid = world.gateway.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        # As on a full disk, no file grows. (A file system that is full: tests/audit.)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
        refused = [
            world.post(agent.call("count.run", {"mark": during}, id=mark())) for _ in range(5)
        ]
        assert {(answer.status, answer.code) for answer in refused} == {(503, "AUDIT_UNAVAILABLE")}
        assert {answer.body["dispatched"] for answer in refused} == {False}
        assert world.http.get("/readyz").status_code == 503
        assert world.times(during) == 0
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        wait_until(
            lambda: world.verdict(agent.call("count.run", {"mark": after}, id=mark())) is None
        )
        assert (world.times(before), world.times(during), world.times(after)) == (1, 0, 1)
        assert world.gateway.stop() == 0
    with place(config) as world:
        assert world.verdict(agent.call("count.run", {"mark": after}, id=mark())) is None
        assert "recovered" in {line["kind"] for line in world.trail()}


@pytest.mark.attack("A47")
def test_a_session_revoked_on_a_full_disk_stays_revoked_after_kill_9(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    config = write_place(folder, {"count": counting(folder, "run")})
    with mounted(folder / "state", 1 << 20) as disk:
        with place(config) as world:
            gone, kept = (world.agent("any", world.own_execution("any")) for _ in range(2))
            fill_up(disk)
            wait_until(lambda: world.verdict(kept.call("count.run", {}, id=mark())) is not None)
            assert world.verdict(kept.call("count.run", {}, id=mark())) == "AUDIT_UNAVAILABLE"
            answer = world.operator.delete(f"/admin/v1/sessions/{gone.session}")
            assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
            world.gateway.signal(signal.SIGKILL)
            world.gateway.process.wait()
        (disk / "ballast").unlink()
        with place(config) as world:
            assert world.verdict(gone.call("count.run", {}, id=mark())) == "SESSION_INACTIVE"
            refused = world.attest(gone.key.public_key.to_base64(), "any", gone.workload)
            assert refused.code == "UNKNOWN_WORKLOAD"
            assert world.verdict(kept.call("count.run", {}, id=mark())) is None
            (told,) = (
                line for line in world.trail_of(gone.session)
                if line["fields"]["event"] == "SessionRevoked"
            )  # fmt: skip
            assert told["fields"]["workload"] == gone.workload
