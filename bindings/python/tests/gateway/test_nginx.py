"""The documented nginx in front of the gateway: every answer is in the gateway's form."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import INVOKE, JSON, Answer, CallPath, check_failure, parse_status, raw, until
from observed_audit import observed_audit

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[4] / "docs" / "gateway.md"
CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {documented}
  }}
}}
"""


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[CallPath]:
    async with observed_audit(tmp_path) as audit:
        yield CallPath(audit)


def documented(gateway: str) -> str:
    found = re.search(r"```nginx\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1].replace("http://unix:/run/callgate/agents.sock", gateway)


@contextlib.asynccontextmanager
async def nginx(folder: Path, gateway: str) -> AsyncIterator[int]:
    """Its port, while it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = folder / "nginx.conf"
    text = CONFIGURATION.format(folder=folder, port=port, documented=documented(gateway))
    config.write_text(text)
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "nginx is missing: make setup installs it"
    process = await asyncio.create_subprocess_exec(program, "-p", str(folder), "-c", str(config))

    def listens() -> bool:
        assert process.returncode is None, "nginx did not start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        await until(listens, 20)
        yield port
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


def answer_of(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/json" in head
    return parse_status(answer), json.loads(body)


MALFORMED = {
    "a target that is too long": b"GET /v1/smcp/" + b"a" * 20_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
    "a header that is too long": b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: "
    + b"y" * 40_000
    + b"\r\n\r\n",
    "garbage": b"\x16\x03\x01\x02garbage\r\n\r\n",
    "two hosts": b"GET /v1/smcp/tools HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
}


class TestNginx:
    """With the configuration of docs/gateway.md."""

    @pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
    async def test_what_is_no_http_has_our_error_body(
        self, tmp_path: Path, port: int, request_bytes: bytes
    ) -> None:
        async with nginx(tmp_path, f"http://127.0.0.1:{port}") as front:
            status, body = answer_of(await raw(front, request_bytes))
        assert status == 400
        check_failure(status, body, "INVALID_ARGUMENT", 9011)

    async def test_a_call_goes_through_it(self, tmp_path: Path, path: CallPath, port: int) -> None:
        call = path.agent().call("fs.read", {"path": "/etc/passwd"})
        head = b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
        head += b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(call)
        async with nginx(tmp_path, f"http://127.0.0.1:{port}") as front:
            status, body = answer_of(await raw(front, head + call))
        assert status == 403
        assert body["error"]["name"] == "PATH_NOT_ALLOWED"

    async def test_progress_goes_through_it_while_the_tool_runs(
        self, tmp_path: Path, path: CallPath, port: int
    ) -> None:
        go_on = asyncio.Event()

        async def answer(tool: str, arguments: bytes) -> Answer:
            assert path.server.on_progress is not None
            path.server.on_progress(b'{"progress":1}')
            await asyncio.wait_for(go_on.wait(), 10)
            return Answer(b"{}")

        path.server.answer = answer
        call = path.agent().call("fs.read", {"path": "/workspace/a"})
        headers = {**JSON, "accept": "application/x-ndjson"}
        async with (
            nginx(tmp_path, f"http://127.0.0.1:{port}") as front,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{front}", trust_env=False) as client,
            client.stream("POST", INVOKE["B"], content=call, headers=headers) as response,
        ):
            chunks = response.aiter_raw()
            assert await anext(chunks) == b'{"progress":{"progress":1}}\n'
            go_on.set()
            assert b"".join([chunk async for chunk in chunks]).startswith(b'{"payload":')

    @pytest.mark.parametrize(
        ("target", "length", "expected"),
        [
            ("/metrics", 0, (404, "INVALID_ARGUMENT", 9011)),
            ("/v1/smcp/invoke", 2_000_000, (413, "LIMIT_EXCEEDED", 9007)),
        ],
    )
    async def test_what_it_refuses_itself_has_our_error_body(
        self, tmp_path: Path, port: int, target: str, length: int, expected: tuple[int, str, int]
    ) -> None:
        head = f"POST {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
        request = f"{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        async with nginx(tmp_path, f"http://127.0.0.1:{port}") as front:
            status, body = answer_of(await raw(front, request.encode(), b"x" * length))
        assert status == expected[0]
        check_failure(status, body, *expected[1:])

    async def test_a_gateway_that_is_gone_has_one_too(self, tmp_path: Path) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            gateway = f"http://127.0.0.1:{closed.getsockname()[1]}"
            async with nginx(tmp_path, gateway) as front:
                request = b"GET /v1/smcp/tools HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                status, body = answer_of(await raw(front, request))
        assert status == 502
        check_failure(status, body, "UPSTREAM_FAILED", 9006)
