"""Sessions: what is over stays over, and stops what is under way."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.smcp import SMCPClient, SMCPError
from gateway_process import wait_until
from world import Answer, World, mark

attack = pytest.mark.attack


def revoke(here: World, session: str) -> None:
    response = here.operator.delete(f"/admin/v1/sessions/{session}")
    assert response.status_code == 200, response.text


@attack("A47")
def test_a_revoked_session_is_over_for_good(here: World) -> None:
    workload = here.own_execution("files")
    agent, id = here.agent("files", workload), mark()
    assert here.verdict(here.read_as(agent, id)) is None
    revoke(here, agent.session)
    for generation, number in (("A", 1005), ("B", 1005), ("C", 1006)):
        answer = here.post(here.read_as(agent, id), generation)
        assert (answer.status, answer.code, answer.number) == (401, "SESSION_INACTIVE", number)
    public = agent.key.public_key.to_base64()
    assert here.attest(public, "files", workload).code == "UNKNOWN_WORKLOAD"
    # Registered again, the execution is another one: its old session does not come back.
    body = {"workload_id": workload, "scopes": ["files"], "tie": "none", "lifetime": 600}
    assert here.operator.post("/admin/v1/executions", json=body).is_success
    assert here.verdict(here.read_as(agent, id)) == "SESSION_INACTIVE"
    answer = here.attest(public, "files", workload)
    assert answer.code in (None, "KEY_REFUSED")
    assert answer.body.get("session_id") != agent.session
    assert here.verdict(here.read_as(here.agent("files", workload), id)) is None
    assert here.times(id) == 2


@attack("A47")
def test_a_session_that_ended_lists_nothing(here: World) -> None:
    agent = here.agent("files", here.own_execution("files"))
    headers = {"authorization": f"Bearer {agent.token}"}
    assert here.http.get("/v1/smcp/tools", headers=headers).status_code == 200
    revoke(here, agent.session)
    assert here.http.get("/v1/smcp/tools", headers=headers).status_code == 401


class Waiting:
    """Calls of a tool that answers when this lets it."""

    def __init__(self, here: World, folder: Path) -> None:
        self.here = here
        self.began = folder / "began"
        self.until = folder / "until"
        self.arguments = {"began": str(self.began), "until": str(self.until)}

    def wait_for_dispatch(self) -> None:
        wait_until(self.began.exists)


@pytest.fixture
def waiting(here: World, tmp_path: Path) -> Iterator[Waiting]:
    waiting = Waiting(here, tmp_path)
    yield waiting
    waiting.until.touch()


@attack("A48")
def test_a_session_revoked_in_mid_flight_gets_no_result(here: World, waiting: Waiting) -> None:
    workload = here.own_execution("any", "files")
    agent, id = here.agent("any", workload), uuid.uuid4().hex
    with ThreadPoolExecutor() as pool:
        flying = pool.submit(here.post, agent.call("slow.wait", waiting.arguments, id=id))
        waiting.wait_for_dispatch()
        revoke(here, agent.session)
        waiting.until.touch()
        answer: Answer = flying.result(30)
    assert (answer.status, answer.code) == (401, "SESSION_INACTIVE")
    assert answer.body["dispatched"] is True
    assert "waited" not in repr(answer.body)
    events = [line["fields"]["event"] for line in here.trail_of(agent.session)]
    assert events == ["AttestationSucceeded", "ToolCallAuthorized", "SessionRevoked"]


@attack("A48")
@pytest.mark.parametrize("count", [1, 2])
def test_the_sdk_says_that_the_session_was_revoked_and_sends_nothing_again(
    here: World, waiting: Waiting, count: int
) -> None:
    workload = here.own_execution("any")
    caught: list[SMCPError] = []

    def call(client: SMCPClient) -> None:
        try:
            client.call_tool("slow.wait", waiting.arguments)
        except SMCPError as error:
            caught.append(error)

    with SMCPClient(here.gateway.url, workload, "any") as client:
        session = client.attest().session_id
        assert session is not None
        threads = [threading.Thread(target=call, args=(client,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        waiting.wait_for_dispatch()
        revoke(here, session)
        waiting.until.touch()
        for thread in threads:
            thread.join(30)
    assert {error.code_name for error in caught} <= {"SESSION_INACTIVE", "UNKNOWN_WORKLOAD"}
    assert len(caught) == len(threads)
    assert any(error.dispatched for error in caught)


@attack("A48")
def test_of_calls_that_race_a_revocation_none_begins_after_it(here: World) -> None:
    workload = here.own_execution("files", max_sessions=64)
    for _ in range(5):
        workload = here.own_execution("files", max_sessions=64)
        agent, id = here.agent("files", workload), mark()
        envelopes = [here.read_as(agent, id, id=n) for n in range(20)]
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(here.post, envelope) for envelope in envelopes]
            revoke(here, agent.session)
            after = here.times(id)
            codes = [answer.result(30).code for answer in answers]
        assert set(codes) <= {None, "SESSION_INACTIVE", "LIMIT_EXCEEDED"}
        # Those that had left are without a result; those with one had run before.
        assert codes.count(None) <= after <= here.times(id) <= len(codes)
        assert here.verdict(here.read_as(agent, id)) in ("SESSION_INACTIVE", "LIMIT_EXCEEDED")


@attack("A45", "A47")
def test_a_key_whose_session_was_revoked_is_not_taken_over_by_another_workload(here: World) -> None:
    agent = here.agent("files", here.own_execution("files"))
    revoke(here, agent.session)
    other = here.own_execution("files")
    answer = here.attest(agent.key.public_key.to_base64(), "files", other)
    assert answer.code == "KEY_REFUSED"
    with SecretKey.generate() as key:
        assert here.attest(key.public_key.to_base64(), "files", other).code is None
