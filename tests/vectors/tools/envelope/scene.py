"""An agent, and the envelopes that it signs, from the text of their members."""

import datetime

from vectors import b64, key, lexical, read_lexical

AGENT, OTHER = key("TEST 1"), key("TEST 2")
TOKEN = "header.claims.signature"
TIME, SECONDS = "2026-02-17T14:32:01.583Z", 1771338721
CALL = (
    '{"jsonrpc":"2.0","id":"req-1","method":"tools/call","params":{"name":"fs.read",'
    '"arguments":{"path":"/workspace/a"}}}'
)


def message(payload, token=TOKEN, seconds=SECONDS, utf16=False):
    canonical = lexical(read_lexical(payload), utf16)
    return f'{{"payload":{canonical},"security_token":{lexical(token)},"timestamp":{seconds}}}'


def signature(payload=CALL, signer=AGENT, **rest):
    return signer.sign(message(payload, **rest).encode())


def members(payload=CALL, token=TOKEN, time=TIME, seconds=SECONDS, protocol="smcp/v1", **rest):
    """The five members in wire order, each as JSON text."""
    signed = signature(payload, token=token, seconds=seconds, **rest)
    return {
        "protocol": lexical(protocol),
        "security_token": lexical(token),
        "signature": lexical(b64(signed)),
        "payload": payload,
        "timestamp": lexical(time),
    }


def text(parts):
    return "{" + ",".join(f'"{name}":{value}' for name, value in parts.items()) + "}"


def wire(**rest):
    return text(members(**rest))


def milliseconds(time):
    instant = datetime.datetime.fromisoformat(time[:19] + "+00:00")
    fraction = (time[19:].strip(".Z") + "000")[:3]
    return int(instant.timestamp()) * 1000 + int(fraction)
