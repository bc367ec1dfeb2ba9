"""One caller's calls through the proxy leave places, memory and lookups for another's."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from callgate.registry.process.certificate_reload import ClientCertificate
from callgate.registry.proxy.lookup import Lookups
from callgate.serving.shares import Busy, Shares
from proxied import ACME, LOOPBACK, OK, REGISTRY, agent, ask, on_disk, proxy, served_by, target

pytestmark = pytest.mark.anyio


async def call(endpoint: Any, port: int, host: str = "127.0.0.1") -> tuple[int, Any]:
    status, body, _ = await ask(endpoint, f"/proxy/{host}:{port}/mcp")
    return status, body


class TestShares:
    """Half for one party."""

    def test_a_party_has_its_share_and_the_other_the_rest(self) -> None:
        shares = Shares(4, what="calls are under way")
        for _ in range(2):
            shares.take("acme")
        with pytest.raises(Busy, match="of this entity"):
            shares.take("acme")
        shares.take(None)
        shares.take("globex")
        with pytest.raises(Busy, match="too many calls are under way: try again"):
            shares.take("globex")
        shares.give_back("acme")
        with shares.held("globex"):
            assert shares.in_use == 4
        assert shares.in_use == 3

    def test_one_place_is_a_share(self) -> None:
        assert Shares(1, what="calls").of_one == 1


async def test_silent_agents_leave_places_for_another_caller(tmp_path: Path) -> None:
    callers = iter(["acme", "acme", "acme", "globex"])
    leaf = served_by(ACME, LOOPBACK)
    async with (
        agent(tmp_path, leaf, answer=OK[:-1], holds=True) as silent,
        agent(tmp_path, leaf) as quick,
    ):
        endpoint = proxy(tmp_path, target(silent.port), target(quick.port), calls=4)
        endpoint._caller = lambda scope: next(callers)
        held = [asyncio.create_task(call(endpoint, silent.port)) for _ in range(2)]
        while silent.connections < 2:
            await asyncio.sleep(0)
        status, body = await call(endpoint, quick.port)
        assert status == 503 and "of this entity" in body["error"]
        assert (await call(endpoint, quick.port))[0] == 200
        for one in held:
            one.cancel()
        await asyncio.wait(held)
        assert endpoint._calls.in_use == 0


async def test_the_bytes_of_all_answers_are_bounded(tmp_path: Path) -> None:
    text = b'"' + b"a" * 998 + b'"'
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
    async with agent(tmp_path, served_by(ACME, LOOPBACK), answer=answer + text) as served:
        for all_bytes, status in ((1999, 503), (2000, 200)):
            endpoint = proxy(tmp_path, target(served.port), all_answers_bytes=all_bytes)
            assert (await call(endpoint, served.port))[0] == status
            # What was kept of it is free again.
            assert endpoint._answers.in_use == 0


async def test_an_answer_counts_until_the_caller_has_read_it(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        endpoint = proxy(tmp_path, target(served.port))
        reads = asyncio.Event()
        began = asyncio.Event()

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: Any) -> None:
            began.set()
            await reads.wait()

        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/proxy/127.0.0.1:{served.port}/mcp",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        task = asyncio.create_task(endpoint(scope, receive, send))
        await asyncio.wait_for(began.wait(), 20)
        assert (endpoint._calls.in_use, endpoint._answers.in_use) == (1, 2)
        reads.set()
        await task
        assert (endpoint._calls.in_use, endpoint._answers.in_use) == (0, 0)


class TestLookups:
    """Names whose servers do not answer."""

    async def test_silent_name_servers_leave_lookups_for_others(self) -> None:
        gate = threading.Event()

        def resolve(host: str, port: int) -> list[str]:
            if host.startswith("silent"):
                assert gate.wait(60)
            return ["192.0.2.1"]

        lookups = Lookups(4, resolve=resolve)
        silent = [
            asyncio.create_task(lookups.addresses("acme", f"silent-{number}.test", 1))
            for number in range(2)
        ]
        while lookups.shares.in_use < 2:
            await asyncio.sleep(0)
        # A call that is given up does not free the thread of its lookup.
        silent[0].cancel()
        await asyncio.wait(silent[:1])
        with pytest.raises(Busy):
            await lookups.addresses("acme", "silent-2.test", 1)
        assert await lookups.addresses("globex", "quick.test", 1) == ["192.0.2.1"]
        # An address needs no lookup, and the loop's own threads have no part in it.
        assert await lookups.addresses("acme", "192.0.2.2", 1) == ["192.0.2.2"]
        assert await asyncio.to_thread(lambda: "free") == "free"
        gate.set()
        assert await silent[1] == ["192.0.2.1"]
        while lookups.shares.in_use:
            await asyncio.sleep(0)

    async def test_what_the_resolver_raises_is_raised(self) -> None:
        def resolve(host: str, port: int) -> list[str]:
            raise OSError("no such name")

        lookups = Lookups(resolve=resolve)
        with pytest.raises(OSError, match="no such name"):
            await lookups.addresses("acme", "nowhere.test", 1)
        assert lookups.shares.in_use == 0


async def test_no_answer_tells_what_a_port_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = []
    caplog.set_level(logging.WARNING, "callgate.registry")
    async with agent(tmp_path, None, answer=b"SSH-2.0-OpenSSH\r\n") as open_port:
        for host, port in (("127.0.0.1", open_port.port), ("127.0.0.1", 1), ("no.invalid", 9)):
            status, body = await call(proxy(tmp_path, target(port, host=host)), port, host)
            texts.append((status, body["error"].replace(f"{host}:{port}", "")))
    async with agent(tmp_path, None, answer=b"", holds=True) as mute:
        endpoint = proxy(tmp_path, target(mute.port), connect_seconds=0.2)
        status, body = await call(endpoint, mute.port)
        texts.append((status, body["error"].replace(f"127.0.0.1:{mute.port}", "")))
    assert set(texts) == {(502, "the agent at  was not reached: the registry's log says why")}
    # The operators' log does.
    causes = [vars(record)["error"].partition("(")[0] for record in caplog.records]
    assert causes == ["TlsFailed", "ConnectionRefusedError", "gaierror", "TimeoutError"]


def test_the_pair_shown_to_agents_is_read_once(tmp_path: Path) -> None:
    certificate, key = on_disk(tmp_path, "registry", REGISTRY)
    shown = ClientCertificate(certificate, key)
    first = shown.context
    certificate.unlink()
    assert shown.context is first
    certificate.write_bytes(REGISTRY.pem)
    shown.reload()
    assert shown.context is not first
