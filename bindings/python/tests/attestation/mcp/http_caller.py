"""A caller over HTTP without an SDK: it sends what a test made and reads what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx2.Headers
    text: str

    @property
    def message(self) -> dict[str, Any]:
        """The last JSON-RPC message, of a JSON body or of an event stream."""
        if not self.headers["content-type"].startswith("text/event-stream"):
            message: dict[str, Any] = json.loads(self.text)
            return message
        return self.events[-1]

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self.text.replace("\r\n", "\n").split("\n")
        return [
            json.loads(line[5:]) for line in lines if line.startswith("data:") and line[5:].strip()
        ]

    @property
    def result(self) -> dict[str, Any]:
        result: dict[str, Any] = self.message["result"]
        return result

    @property
    def reason(self) -> str:
        """Of a refusal by attestation, whose data is nothing else."""
        data = self.message["error"]["data"]
        assert data == {
            "reason": data["reason"],
            "extension": "dev.callgate/agent-attestation",
        }
        return str(data["reason"])

    @property
    def code(self) -> int:
        return int(self.message["error"]["code"])


class HttpCaller:
    """One caller; ``session`` is the Mcp-Session-Id that it has."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session: str | None = None
        self.client = httpx2.Client(timeout=20)

    def headers(self, message: Any, **headers: str) -> dict[str, str]:
        made = {
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
        }
        if self.session is not None:
            made["mcp-session-id"] = self.session
        meta = message.get("params", {}).get("_meta", {}) if isinstance(message, dict) else {}
        version = meta.get("io.modelcontextprotocol/protocolVersion")
        if version is not None:
            made |= {"mcp-protocol-version": version, "mcp-method": message["method"]}
            name = message["params"].get("name")
            made |= {"mcp-name": name} if name else {}
        return {**made, **headers}

    def send(self, message: Any, **headers: str) -> Answer:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        response = self.client.post(
            self.url, content=body, headers=self.headers(message, **headers)
        )
        return Answer(response.status_code, response.headers, response.text)

    def open(self, message: dict[str, Any]) -> Answer:
        """An ``initialize``, whose session is this caller's from then on."""
        answer = self.send(message)
        self.session = answer.headers.get("mcp-session-id", self.session)
        return answer

    def close(self) -> None:
        self.client.close()
