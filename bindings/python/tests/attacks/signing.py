"""Envelopes and tokens made by hand, so that any part of them can be forged."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from callgate import SecretKey

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


@dataclass
class Agent:
    """A session's key and token, as their holder has them."""

    token: str
    key: SecretKey
    session: str
    workload: str
    scope: str

    def sign(
        self,
        payload: str,
        *,
        seen: str | None = None,
        token: str | None = None,
        key: SecretKey | None = None,
        age: float = 0,
        protocol: str = "smcp/v1",
        **forged: Any,
    ) -> bytes:
        """An envelope whose signature is over ``payload``, canonical text.

        ``seen`` stands in its place on the wire. ``age`` is in seconds. ``forged`` takes the place
        of members, or adds them; None leaves one out.
        """
        token = self.token if token is None else token
        at = datetime.now(timezone.utc) - timedelta(seconds=age)
        signed = message(payload, token, int(at.timestamp()))
        members: dict[str, Any] = {
            "protocol": protocol,
            "security_token": token,
            "signature": base64.b64encode((key or self.key).sign(signed)).decode(),
            "payload": "PAYLOAD",
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **forged,
        }
        text = json.dumps({name: value for name, value in members.items() if value is not None})
        wire = text.replace('"PAYLOAD"', payload if seen is None else seen)
        return wire.encode("utf-8", "surrogatepass")

    def call(self, tool: str, arguments: Any, *, id: str | int = 1, **how: Any) -> bytes:
        """A tool call. ``arguments`` that are a str are canonical JSON text."""
        return self.sign(call(tool, arguments, id=id), **how)


def call(tool: str, arguments: Any, *, id: str | int = 1) -> str:
    """The canonical text of a tool call."""
    if not isinstance(arguments, str):
        arguments = canonical(arguments)
    params = f'{{"arguments":{arguments},"name":{canonical(tool)}}}'
    return f'{{"id":{canonical(id)},"jsonrpc":"2.0","method":"tools/call","params":{params}}}'


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def message(payload: str, token: str, seconds: int) -> bytes:
    """What is signed."""
    text = f'{{"payload":{payload},"security_token":{canonical(token)},"timestamp":{seconds}}}'
    return text.encode("utf-8", "surrogatepass")


def seconds_of(timestamp: str) -> int:
    """Of an envelope's timestamp, what is signed."""
    return int(datetime.fromisoformat(timestamp.replace("Z", "+00:00")).timestamp())


def signature_of(envelope: bytes) -> str:
    return str(json.loads(envelope)["signature"])


def changed(envelope: bytes, **members: Any) -> bytes:
    """Another text of what the same signature is over, or of something else."""
    return json.dumps({**json.loads(envelope), **members}).encode()


def plus_group_order(signature: str) -> str:
    """The second S that verifies wherever S is not compared with the group's order."""
    raw = base64.b64decode(signature)
    s = int.from_bytes(raw[32:], "little") + GROUP_ORDER
    return base64.b64encode(raw[:32] + s.to_bytes(32, "little")).decode()


def part(value: Any) -> str:
    """A part of a JWS. A str or bytes is taken as the text itself."""
    if isinstance(value, str):
        value = value.encode()
    if not isinstance(value, bytes):
        value = json.dumps(value).encode()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    text = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return claims


def header_of(token: str) -> dict[str, Any]:
    text = token.split(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return header


def token_of(
    header: Mapping[str, Any] | str, claims: Mapping[str, Any] | str, key: SecretKey
) -> str:
    """A JWS that is well signed, whatever it says."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(key.sign(signed.encode()))}"
