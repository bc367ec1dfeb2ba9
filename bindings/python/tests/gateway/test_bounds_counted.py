"""What the bounds of HTTP refuse, as Prometheus and the trail of a whole gateway have it."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from callgate.gateway.metrics import Metrics
from callgate.serving.bounds import BOUNDS
from callgate.smcp import SMCPClient
from gateway_process import WORKLOAD, GatewayProcess, running, wait_until, write_gateway


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module")
def gateway(folder: Path) -> Iterator[GatewayProcess]:
    listen = {"port": 0, "max_connections": 8, "max_connections_per_address": 4}
    with running(write_gateway(folder, listen=listen)) as gateway:
        yield gateway


def causes(folder: Path) -> list[str]:
    """Of the events in the trail."""
    files = sorted((folder / "state" / "audit").glob("*.jsonl"))
    lines: list[dict[str, Any]] = [
        json.loads(line)["fields"]
        for file in files
        for line in file.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    ]
    return [fields["cause"] for fields in lines if "cause" in fields]


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname, address.port))
    connection.settimeout(30)
    return connection


def test_what_agents_were_refused(gateway: GatewayProcess, folder: Path) -> None:
    with gateway.agent() as agent:
        assert agent.post("/v1/smcp/invoke", content=b"{}").status_code == 415
        assert agent.get("/nothing").status_code == 404
    assert gateway.refusals("agents", "content_type") == 1
    assert gateway.refusals("agents", "path") == 1
    wait_until(lambda: "content_type" in causes(folder))
    assert "path" not in causes(folder)


def test_connections_that_are_too_many_while_calls_go_on(
    gateway: GatewayProcess, folder: Path
) -> None:
    with SMCPClient(gateway.url, WORKLOAD, "clock") as client, contextlib.ExitStack() as stack:
        client.attest()  # on a connection that is kept
        for _ in range(10):
            stack.enter_context(connect(gateway.url))
        # The client's own, and three more.
        wait_until(lambda: gateway.refusals("agents", "connections_of_address") == 7)
        assert client.call_tool("time.get_current_time", {"timezone": "UTC"})
    wait_until(lambda: "connections_of_address" in causes(folder))


def test_what_operators_were_refused(gateway: GatewayProcess, folder: Path) -> None:
    with gateway.operator() as operator:
        body = b"x" * ((1 << 20) + 1)
        assert operator.post("/admin/v1/executions", content=body).status_code == 413
    with connect(gateway.ready["operators"][0]) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert gateway.refusals("operators", "body_size") == 1
    assert gateway.refusals("operators", "malformed_http") == 1
    assert not {"body_size", "malformed_http"} & {*causes(folder)}


def test_every_cause_is_a_label() -> None:
    metrics = Metrics()
    for cause in BOUNDS:
        metrics.refused("agents", cause)
    text = metrics.render().decode()
    lines = [line for line in text.splitlines() if line.startswith("callgate_refusals_total{")]
    assert len(lines) == len(BOUNDS)
    for cause in BOUNDS:
        assert f'callgate_refusals_total{{cause="{cause}",listener="agents"}} 1.0' in lines
