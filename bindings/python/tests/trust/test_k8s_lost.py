"""The backend k8s-secrets and a server that goes away, forgets, or no longer lets it in."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import pytest
from callgate.trust.backends.followed import Patience
from callgate.trust.backends.k8s_requests import Deadlines
from heard import HASTY, Heard, threads_of_sources
from kubernetes_api_server import KubernetesApiServer
from kubernetes_world import ACME, GLOBEX, has, pause, source_of, watching

pytestmark = pytest.mark.anyio


async def test_a_watch_goes_on_where_the_last_one_ended(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        while cluster.requests.count("watch") < 2:
            await heard.until(lambda _: True)
            cluster.put("acme", {"ca.crt": ACME.pem}, annotations={"n": str(len(cluster.requests))})
            await pause()
        cluster.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert cluster.requests.count("list") == 1
        assert {state.status for state in heard.states} == {"live"}


async def test_bookmarks_move_a_watch_that_hears_nothing(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        await watching(cluster)
        for name in ("one", "two"):
            cluster.put(name, {"ca.crt": GLOBEX.pem}, labels={})
        while cluster.watched_from[-1] < cluster.version:
            await pause()
        assert cluster.requests.count("list") == 1
        assert heard.states == []


async def test_a_forgotten_version_begins_with_a_list_again(cluster: KubernetesApiServer) -> None:
    cluster.put("globex", {"ca.crt": GLOBEX.pem})
    async with Heard(source_of(cluster)) as heard:
        await watching(cluster)
        cluster.delete("globex")
        cluster.forget()
        await heard.until(has("acme"))
        await heard.until(lambda state: state.status == "live")
        assert cluster.requests.count("list") > 1


async def test_a_broken_connection_is_made_again(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        await watching(cluster)
        cluster.break_connections()
        state = await heard.until(lambda state: state.status == "stale")
        assert has("acme")(state)
        cluster.put("globex", {"ca.crt": GLOBEX.pem})
        state = await heard.until(has("acme", "globex"))
        assert state.status == "live"


async def test_a_dead_server_leaves_it_stale_and_then_closed(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster, patience=HASTY)) as heard:
        before = heard.now
        cluster.stop()
        state = await heard.becomes("unavailable")
        assert state.entities == {}
        stale = [state for state in heard.states if state.status == "stale"]
        assert stale[0].entities == before.entities
        assert stale[0].since >= before.since
        assert "lost for 0.05 s" in (state.detail or "")
        cluster.start()
        await heard.until(has("acme"))


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    server = KubernetesApiServer(tmp_path / "cluster")
    with server:
        pass
    async with Heard(source_of(server)) as heard:
        assert heard.now.status == "unavailable"
        assert "cannot be reached" in (heard.now.detail or "")
        server.put("acme", {"ca.crt": ACME.pem})
        with server:
            await heard.until(has("acme"))


async def test_lost_permission_to_watch_is_seen_and_said(
    cluster: KubernetesApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with Heard(source_of(cluster, patience=HASTY)) as heard:
        cluster.allowed.clear()
        state = await heard.becomes("unavailable")
        assert "403" in (state.detail or "") and "cannot watch" in str(caplog.text)
        assert any(record.levelname == "ERROR" for record in caplog.records)
        assert cluster.token not in caplog.text
        cluster.allowed |= {"list", "watch"}
        await heard.until(has("acme"))


async def test_permission_that_was_never_given_is_waited_for(cluster: KubernetesApiServer) -> None:
    cluster.allowed.clear()
    async with Heard(source_of(cluster)) as heard:
        assert heard.now.status == "unavailable"
        assert "cannot list" in (heard.now.detail or "")
        cluster.allowed |= {"list", "watch"}
        await heard.until(has("acme"))


async def test_a_rotated_token_is_read_again(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        await watching(cluster)
        cluster.write_token("second-token")
        cluster.token = "second-token"
        watches = cluster.requests.count("watch")
        while cluster.requests.count("watch") == watches:
            await pause()
        cluster.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert {state.status for state in heard.states} == {"live"}


async def test_a_token_that_is_refused_is_read_until_it_is_not(
    cluster: KubernetesApiServer,
) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.token = "second-token"
        state = await heard.becomes("stale")
        assert "401" in (state.detail or "")
        cluster.write_token("second-token")
        await heard.becomes("live")


async def test_a_redirect_is_not_followed(cluster: KubernetesApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        cluster.redirect_to = f"https://127.0.0.1:{thief.getsockname()[1]}/"
        async with Heard(source_of(cluster)) as heard:
            assert "307" in (heard.now.detail or "")
        thief.settimeout(0.1)
        with pytest.raises(TimeoutError):
            thief.accept()


async def test_a_server_of_another_authority_is_not_believed(
    cluster: KubernetesApiServer, tmp_path: Path
) -> None:
    (cluster.service_account / "ca.crt").write_bytes(GLOBEX.pem)
    async with Heard(source_of(cluster)) as heard:
        assert heard.now.status == "unavailable"
        assert "CERTIFICATE_VERIFY_FAILED" in (heard.now.detail or "")
        assert cluster.requests == []


async def test_watches_that_end_at_once_do_not_spin(cluster: KubernetesApiServer) -> None:
    cluster.bodies["watch"] = b""
    async with Heard(
        source_of(cluster, patience=Patience(first_retry=30.0, last_retry=30.0))
    ) as heard:
        await watching(cluster)
        assert heard.now.status == "live"
        await asyncio.sleep(0.1)
        assert cluster.requests == ["list", "watch"]


async def test_nothing_is_left_once_it_stopped(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster, deadlines=Deadlines())) as heard:
        await watching(cluster)
        assert threads_of_sources() == {"callgate-k8s-secrets"}
    assert threads_of_sources() == set()
    assert heard.now.entities == {}


async def test_it_stops_while_the_server_is_silent(cluster: KubernetesApiServer) -> None:
    cluster.silent = True
    patience = Patience(first_answer=0.05, stop=0.05)
    source = source_of(cluster, patience=patience, deadlines=Deadlines(answer=0.3))
    await source.start(lambda: None)
    assert source.state.status == "unavailable"
    await source.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("callgate-"):
            thread.join(10)
            assert not thread.is_alive()


async def test_a_silent_server_is_given_up(cluster: KubernetesApiServer) -> None:
    cluster.silent = True
    async with Heard(source_of(cluster, deadlines=Deadlines(answer=0.1, watch=1))) as heard:
        assert "cannot be reached" in (heard.now.detail or "")
        cluster.silent = False
        await heard.until(has("acme"))
