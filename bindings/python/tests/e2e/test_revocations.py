"""A session that is revoked while its call is under way, through the clients of both languages."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gateway_process import wait_until
from places import counting, place, waiting, write_place
from sdk_clients import LANGUAGES, Refused, sdk
from world import World, mark


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("revocations") / "g"
    upstreams = {"slow": waiting(), "count": counting(folder, "run")}
    with place(write_place(folder, upstreams)) as world:
        yield world


@pytest.mark.attack("A48")
@pytest.mark.parametrize("generation", ["B", "C"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_gets_no_result_and_is_not_sent_again(
    world: World, tmp_path: Path, language: str, generation: str
) -> None:
    workload = world.own_execution("any")
    began, until = tmp_path / "began", tmp_path / "until"
    arguments = {"began": str(began), "until": str(until)}
    with (
        sdk(language, generation, world.gateway.url, workload, "any") as client,
        ThreadPoolExecutor() as pool,
    ):
        session, _ = client.attest()
        call = pool.submit(client.call, "slow.wait", arguments)
        wait_until(began.exists)
        assert world.operator.delete(f"/admin/v1/sessions/{session}").is_success
        until.touch()
        with pytest.raises(Refused) as refused:
            call.result(30)
        error = refused.value
        assert (error.code_name, error.dispatched) == ("SESSION_INACTIVE", True)
        assert error.http_status == 401
        # The execution is over as well: the client opens no other session behind the user's back.
        id = mark()
        with pytest.raises(Refused):
            client.call("count.run", {"mark": id})
        with pytest.raises(Refused) as refused:
            client.attest()
        assert refused.value.code_name == "UNKNOWN_WORKLOAD"
    assert world.times(id) == 0
    events = [line["fields"]["event"] for line in world.trail_of(session)]
    assert events.count("ToolCallAuthorized") == 1
