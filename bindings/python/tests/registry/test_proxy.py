"""The proxy calls trusted agents only, and sends nothing before it has judged the server."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued
from callgate.registry.proxy import ProxyEndpoint
from callgate.trust import TrustSnapshot
from cryptography import x509
from proxied import (
    ACME,
    GLOBEX,
    LOOPBACK,
    OK,
    STRANGER,
    TRUST,
    agent,
    ask,
    proxy,
    served_by,
    target,
)

pytestmark = pytest.mark.anyio

NOT_REACHED = "the agent at 127.0.0.1:{} was not reached: the registry's log says why"


async def call(endpoint: ProxyEndpoint, port: int, **how: Any) -> tuple[int, Any]:
    status, body, _ = await ask(endpoint, f"/proxy/127.0.0.1:{port}/mcp", **how)
    return status, body


async def test_a_call_goes_to_the_agent_and_back(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        status, body = await call(proxy(tmp_path, target(served.port)), served.port)
        assert (status, body) == (200, {})
        head, _, sent = served.received.partition(b"\r\n\r\n")
        assert sent == b'{"jsonrpc":"2.0"}'
        assert head.splitlines()[0] == b"POST /mcp HTTP/1.1"
        assert f"host: 127.0.0.1:{served.port}".encode() in head.lower()


async def test_an_event_stream_comes_back_as_it_is(tmp_path: Path) -> None:
    stream = b'event: message\r\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\r\n\r\n'
    answer = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nset-cookie: a=b\r\n"
        b"transfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(stream), stream)
    )
    async with agent(tmp_path, served_by(ACME, LOOPBACK), answer=answer) as served:
        endpoint = proxy(tmp_path, target(served.port))
        status, body, headers = await ask(endpoint, f"/proxy/127.0.0.1:{served.port}/mcp")
    assert (status, body) == (200, stream)
    assert headers[b"content-type"] == b"text/event-stream"
    assert b"set-cookie" not in headers


async def test_a_caller_without_trusted_certificate_is_refused(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        endpoint = proxy(tmp_path, target(served.port), trusted=False)
        status, body = await call(endpoint, served.port)
        assert (status, body["error"]) == (403, "client certificate required")
        assert served.connections == 0


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("10.1.2.3:80/mcp", 403, "Target host '10.1.2.3:80' is not a registered agent"),
        ("nowhere/mcp", 403, "Target host 'nowhere' is not a registered agent"),
        ("127.0.0.1:PORT/other", 400, "Only /mcp/* paths are allowed for proxying"),
        ("127.0.0.1:PORT/mcp/more", 400, "Only /mcp/* paths are allowed for proxying"),
        ("127.0.0.1:PORT/mcp/../health", 400, "Only /mcp/* paths are allowed for proxying"),
        ("127.0.0.1:PORT/", 400, "Only /mcp/* paths are allowed for proxying"),
        ("127.0.0.1:PORT", 400, "Only /mcp/* paths are allowed for proxying"),
        ("h:1/other", 400, "Only /mcp/* paths are allowed for proxying"),
    ],
)
async def test_only_mcp_of_a_registered_agent_is_called(
    tmp_path: Path, path: str, status: int, error: str
) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        path = f"/proxy/{path.replace('PORT', str(served.port))}"
        answer = await ask(proxy(tmp_path, target(served.port)), path)
        assert (answer[0], answer[1]["error"]) == (status, error)
        assert answer[1]["timestamp"].endswith("Z")
        assert served.connections == 0


async def test_only_a_post_without_query_is_passed_on(tmp_path: Path) -> None:
    endpoint, path = proxy(tmp_path, target(1)), "/proxy/127.0.0.1:1/mcp"
    status, _, headers = await ask(endpoint, path, method="GET")
    assert (status, headers[b"allow"]) == (405, b"POST")
    assert (await ask(endpoint, path, query=b"a=b"))[0] == 400


@pytest.mark.parametrize(
    ("presented", "why"),
    [
        (served_by(STRANGER, LOOPBACK), "not trusted: untrusted"),
        (served_by(GLOBEX, LOOPBACK), "is of another entity"),
        (served_by(ACME, x509.DNSName("127.0.0.1")), "does not name its host"),
        (served_by(ACME), "does not name its host"),
        (ACME, "not trusted"),
        (None, "TlsFailed"),
    ],
    ids=["stranger", "other entity", "address as name", "only a CN", "authority", "plaintext"],
)
async def test_nothing_is_sent_to_a_server_that_is_not_the_agent(
    tmp_path: Path, presented: Issued | None, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with agent(tmp_path, presented) as served:
        status, body = await call(proxy(tmp_path, target(served.port)), served.port)
        # What is there is told to operators alone: the agent may have registered any port.
        assert (status, body["error"]) == (502, NOT_REACHED.format(served.port))
        assert why in next(vars(record)["error"] for record in caplog.records)
        assert served.connections == 1
        assert b"jsonrpc" not in served.received and b"POST" not in served.received


async def test_revocation_counts_for_the_server_too(tmp_path: Path) -> None:
    now = [TRUST]
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        endpoint = proxy(tmp_path, target(served.port), trust=lambda: now[0])
        assert (await call(endpoint, served.port))[0] == 200
        now[0] = TrustSnapshot({"globex": [GLOBEX.pem]}, revoked=[ACME.pem])
        status, body = await call(endpoint, served.port)
        assert (status, body["error"]) == (502, NOT_REACHED.format(served.port))


async def test_a_row_of_no_entity_is_not_called(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        status, body = await call(proxy(tmp_path, target(served.port, entity=None)), served.port)
        assert status == 403 and "no entity" in body["error"]
        assert served.connections == 0


async def test_loopback_only_for_agents_of_this_machine(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        endpoint = proxy(tmp_path, target(served.port, from_loopback=False))
        status, body = await call(endpoint, served.port)
        assert status == 403 and "loopback" in body["error"]
        # A name that means a loopback address is the same.
        endpoint = proxy(tmp_path, target(served.port, host="localhost", from_loopback=False))
        status, body, _ = await ask(endpoint, f"/proxy/localhost:{served.port}/mcp")
        assert status == 403 and "loopback" in body["error"]
        assert served.connections == 0


async def test_a_name_is_looked_for_in_the_certificate(tmp_path: Path) -> None:
    for name, status in (("localhost", 200), ("LOCALHOST.", 200), ("other.test", 502)):
        async with agent(tmp_path, served_by(ACME, x509.DNSName(name))) as served:
            endpoint = proxy(tmp_path, target(served.port, host="localhost"))
            assert (await ask(endpoint, f"/proxy/localhost:{served.port}/mcp"))[0] == status


async def test_a_spiffe_id_has_to_be_that_of_the_row(tmp_path: Path) -> None:
    trust = TrustSnapshot({}, bundles={"mesh.example": [ACME.pem]})
    mine = "spiffe://mesh.example/agent/prov"
    for presented, status in ((mine, 200), (mine + "2", 502)):
        svid = served_by(ACME, x509.UniformResourceIdentifier(presented))
        async with agent(tmp_path, svid) as served:
            row = target(served.port, entity="mesh.example", spiffe_id=mine)
            endpoint = proxy(tmp_path, row, trust=lambda: trust)
            assert (await call(endpoint, served.port))[0] == status


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        (OK.replace(b"200 OK", b"500 No"), 500, None),
        (OK.replace(b"200 OK", b"302 Found\r\nlocation: https://x/"), 502, "redirect"),
        (OK.replace(b"length: 2", b"length: 3"), 502, "was not reached"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + b"a" * 9999, 502, "larger than"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 99_999, 502, "was not reached"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + OK, 502, "no answer"),
        (b"SSH-2.0-OpenSSH\r\n", 502, "was not reached"),
        (b"", 502, "was not reached"),
    ],
)
async def test_a_hostile_answer_is_bounded_or_refused(
    tmp_path: Path, answer: bytes, status: int, why: str | None
) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK), answer=answer) as served:
        endpoint = proxy(tmp_path, target(served.port), answer_bytes=5000)
        given, body = await call(endpoint, served.port)
        assert given == status
        assert why is None or why in body["error"]


async def test_an_agent_that_never_ends_is_given_up(tmp_path: Path) -> None:
    leaf = served_by(ACME, LOOPBACK)
    async with agent(tmp_path, leaf, answer=OK[:-1], holds=True) as served:
        endpoint = proxy(tmp_path, target(served.port), call_seconds=0.2)
        status, body = await call(endpoint, served.port)
        assert status == 504 and "in time" in body["error"]


async def test_an_agent_that_is_gone_is_502(tmp_path: Path) -> None:
    async with agent(tmp_path, served_by(ACME, LOOPBACK)) as served:
        port = served.port
    status, body = await call(proxy(tmp_path, target(port)), port)
    assert status == 502 and "was not reached" in body["error"]


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "nowhere.invalid", "b\u00fccher.invalid"])
async def test_a_host_without_an_address_is_502(tmp_path: Path, host: str) -> None:
    endpoint = proxy(tmp_path, target(9101, host=host))
    status, body, _ = await ask(endpoint, f"/proxy/{host}:9101/mcp")
    assert status == 502 and "was not reached" in body["error"]


async def test_request_answer_and_calls_are_bounded(tmp_path: Path) -> None:
    leaf = served_by(ACME, LOOPBACK)
    async with agent(tmp_path, leaf) as served:
        endpoint = proxy(tmp_path, target(served.port), request_bytes=10)
        assert (await call(endpoint, served.port, body=b"a" * 11))[0] == 413
        assert served.connections == 0
    async with agent(tmp_path, leaf, answer=OK[:-1], holds=True) as served:
        endpoint = proxy(tmp_path, target(served.port), calls=1, call_seconds=5)
        first = asyncio.create_task(call(endpoint, served.port))
        while not served.received:
            await asyncio.sleep(0)
        assert (await call(endpoint, served.port))[0] == 503
        first.cancel()
        await asyncio.wait([first])
    async with agent(tmp_path, leaf) as served:
        endpoint = proxy(tmp_path, target(served.port), calls=1)
        assert [(await call(endpoint, served.port))[0] for _ in range(3)] == [200] * 3
