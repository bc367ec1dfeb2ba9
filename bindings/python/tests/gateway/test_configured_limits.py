"""Every limit of the configuration, gone over in a gateway that runs, is refused as documented."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from call_path import parse
from callgate import SecretKey, create_envelope
from callgate.gateway.config import config_schema
from gateway_process import WORKLOAD, GatewayProcess, running, wait_until, write_gateway

DOCS = Path(__file__).parents[4] / "docs"
JSON = {"content-type": "application/json"}
WAITING_SERVER = [sys.executable, str(Path(__file__).parent / "servers" / "waiting.py")]
POST = b"POST /v1/smcp/invoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
CODE = r"`([A-Z_]+)`, ([45]\d\d)"
Answer = tuple[str, int]


@dataclass
class Place:
    """A gateway and what a limit needs around it."""

    gateway: GatewayProcess
    folder: Path

    def post(self, path: str, content: bytes) -> tuple[int, dict[str, Any]]:
        with self.gateway.agent(headers=JSON) as client:
            response = client.post(path, content=content)
        return response.status_code, response.json()

    def attest(self, key: SecretKey) -> tuple[int, dict[str, Any]]:
        body = {
            "public_key": key.public_key.to_base64(),
            "workload_id": WORKLOAD,
            "requested_scope": "clock",
        }
        return self.post("/v1/smcp/attest", json.dumps(body).encode())

    def caller(self) -> Callable[..., tuple[int, dict[str, Any]]]:
        """Posts signed messages of one session, each with an id of its own."""
        key = SecretKey.generate()
        status, attested = self.attest(key)
        assert status == 200, attested

        def call(method: str, params: dict[str, Any], at: float | None = None) -> Any:
            calls.append(method)
            message = {"jsonrpc": "2.0", "id": len(calls), "method": method, "params": params}
            envelope = create_envelope(message, attested["security_token"], key, now=at)
            return self.post("/v1/smcp/invoke", envelope)

        calls: list[str] = []
        return call

    @contextlib.contextmanager
    def call_under_way(self) -> Iterator[Callable[..., tuple[int, dict[str, Any]]]]:
        """While its tool does not answer. Yields another session's ``caller``."""
        other, began, until = self.caller(), self.folder / "began", self.folder / "until"
        waiting = threading.Thread(target=wait_with, args=(self.caller(), began, until))
        waiting.start()
        try:
            wait_until(began.exists)
            yield other
        finally:
            until.touch()
            waiting.join()

    def raw(self, sent: bytes) -> tuple[int, dict[str, Any]]:
        """What is answered to bytes that are no client's."""
        with self.connected() as connection:
            connection.sendall(sent)
            answer = b""
            while part := connection.recv(4096):
                answer += part
        return parse(answer)

    def connected(self) -> socket.socket:
        url = urlsplit(self.gateway.url)
        connection = socket.create_connection((url.hostname, url.port))
        connection.settimeout(30)
        return connection


def wait_with(call: Callable[..., Any], began: Path, until: Path) -> Any:
    """Calls the tool that begins one file and answers when another is there."""
    arguments = {"began": str(began), "until": str(until)}
    return call("tools/call", {"name": "waiting.wait", "arguments": arguments})


def too_long_a_body(place: Place) -> Any:
    return place.post("/v1/smcp/invoke", b"x" * 1025)


def too_slow_a_body(place: Place) -> Any:
    return place.raw(POST + b"content-length: 100\r\n\r\n{")


def too_long_a_head(place: Place) -> Any:
    return place.raw(POST + b"x: " + b"y" * 3000)


def too_slow_a_head(place: Place) -> Any:
    return place.raw(POST)


def a_second_connection(place: Place) -> Any:
    with place.connected():
        return place.raw(b"")


def a_second_request(place: Place) -> Any:
    with place.call_under_way() as call:
        return call("tools/list", {})


def a_second_attestation(place: Place) -> Any:
    place.post("/v1/smcp/attest", b"{}")
    return place.post("/v1/smcp/attest", b"{}")


def a_second_session(place: Place) -> Any:
    assert place.attest(SecretKey.generate())[0] == 200
    return place.attest(SecretKey.generate())


def a_second_listing(place: Place) -> Any:
    _, attested = place.attest(SecretKey.generate())
    bearer = {"authorization": f"Bearer {attested['security_token']}"}
    with place.gateway.agent(headers=bearer) as client:
        assert client.get("/v1/smcp/tools").status_code == 200
        response = client.get("/v1/smcp/tools")
    return response.status_code, response.json()


def a_second_envelope(place: Place) -> Any:
    call = place.caller()
    assert call("tools/list", {})[0] == 200
    return call("tools/list", {})


def an_old_envelope(place: Place) -> Any:
    return place.caller()("tools/list", {}, at=time.time() - 3)


def a_call_without_end(place: Place) -> Any:
    return wait_with(place.caller(), place.folder / "began", place.folder / "until")


def a_long_result(place: Place) -> Any:
    (place.folder / "until").touch()
    return a_call_without_end(place)


def a_second_call(place: Place) -> Any:
    with place.call_under_way() as call:
        return wait_with(call, place.folder / "other", place.folder / "until")


Provoke = Callable[[Place], Any]
# Of each limit: a value that is soon reached, and what goes over it.
LIMITS: dict[str, tuple[float, Provoke]] = {
    "limits.body_bytes": (1024, too_long_a_body),
    "limits.body_seconds": (0.2, too_slow_a_body),
    "limits.requests": (1, a_second_request),
    "limits.attestations_per_address": (1, a_second_attestation),
    "limits.listings_per_session": (1, a_second_listing),
    "limits.replay_entries": (1, a_second_envelope),
    "limits.replay_entries_per_session": (1, a_second_envelope),
    "limits.sessions": (1, a_second_session),
    "listen.header_bytes": (2048, too_long_a_head),
    "listen.header_seconds": (0.2, too_slow_a_head),
    "listen.max_connections": (1, a_second_connection),
    "listen.max_connections_per_address": (1, a_second_connection),
    "executions.max_sessions": (1, a_second_session),
    "upstreams.NAME.call_seconds": (0.2, a_call_without_end),
    "upstreams.NAME.max_result_bytes": (8, a_long_result),
    "upstreams.NAME.max_in_flight": (1, a_second_call),
    "clock.window_seconds": (1, an_old_envelope),
}


def written(folder: Path, limit: str, value: float) -> Path:
    """A configuration with that value, and the tool that waits."""
    section, _, key = limit.rpartition(".")
    sections: dict[str, dict[str, Any]] = {
        "listen": {"port": 0},
        "executions": {"file": "executions.yaml"},
        "upstreams.NAME": {"command": WAITING_SERVER},
    }
    sections.setdefault(section, {})[key] = value
    sections["upstreams"] = {"waiting": sections.pop("upstreams.NAME")}
    config = write_gateway(folder, **sections)
    tools = "[{tool_pattern: waiting.wait}]"
    contexts = f"- {{name: clock, capabilities: {tools}}}\n- {{name: nothing, capabilities: []}}\n"
    (folder / "contexts.yaml").write_text(contexts)
    return config


def documented() -> dict[str, Answer]:
    """What the schema, and so docs/configuration.md, says of each key that has a code."""
    definitions = config_schema()["$defs"]
    sections = {
        "limits": "LimitsSettings",
        "listen": "ListenSettings",
        "executions": "ExecutionsSettings",
        "upstreams.NAME": "UpstreamSettings",
        "clock": "ClockSettings",
    }
    found = {}
    for section, name in sections.items():
        for key, value in definitions[name]["properties"].items():
            if match := re.search(CODE, value.get("description", "")):
                found[f"{section}.{key}"] = (match[1], int(match[2]))
    # A code in any other section would be one that nothing here provokes.
    assert len(re.findall(CODE, json.dumps(definitions))) == len(found)
    return found


def test_every_documented_code_is_provoked() -> None:
    assert documented().keys() == LIMITS.keys()


def test_the_page_of_the_wire_says_the_same() -> None:
    page = (DOCS / "gateway-wire.md").read_text()
    rows = re.findall(rf"^\| .+ \| `([a-z._]+)` \| .+ \| {CODE}", page, re.MULTILINE)
    assert len(rows) == 9
    for key, code, status in rows:
        assert (code, int(status)) == documented()[key], key


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_told_with_its_documented_code(limit: str, tmp_path: Path) -> None:
    value, provoke = LIMITS[limit]
    folder = tmp_path / "g"
    with running(written(folder, limit, value)) as gateway:
        status, body = provoke(Place(gateway, folder))
    assert (body["error"]["name"], status) == documented()[limit]
