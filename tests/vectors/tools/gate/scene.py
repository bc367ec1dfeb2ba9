"""An issuer, agents, and what they sign: tokens, calls and envelopes around one noon."""

import datetime
import hashlib
import json

from vectors import b64, b64url, compact, key, lexical, read_lexical

ISSUER, AGENT, OTHER, NEXT = (
    key("TEST 1"),
    key("TEST 2"),
    key("TEST 3"),
    key("TEST SHA(abc)"),
)
NOON = 1771329600000  # 2026-02-17T12:00:00.000Z
HOUR = 3600
CHILD = {"id": "child", "sub": "helper", "scp": "narrow"}


def jkt(signer):
    member = compact({"crv": "Ed25519", "kty": "OKP", "x": b64url(signer.public)})
    return b64url(hashlib.sha256(member.encode()).digest())


def token(
    signer=ISSUER,
    header=None,
    id="session-1",
    sub="agent-7",
    scp="default",
    iat=-60,
    exp=HOUR,
    **more,
):
    """Times in seconds from noon; None leaves a claim out."""
    seconds = NOON // 1000
    claims = {"jti": id, "sub": sub, "scp": scp, "iat": seconds + iat, "exp": seconds + exp, **more}
    claims = {name: value for name, value in claims.items() if value is not None}
    header = compact({"alg": "EdDSA", "typ": "JWT"} if header is None else header)
    text = b64url(header.encode()) + "." + b64url(compact(claims).encode())
    return text + "." + b64url(signer.sign(text.encode()))


def call(tool="fs.read", arguments='{"path":"/workspace/a/x"}', id="1", params=None):
    if params is None:
        params = f'{{"name":{json.dumps(tool)},"arguments":{arguments}}}'
    return f'{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}'


def stamp(at):
    instant = datetime.datetime.fromtimestamp(at // 1000, datetime.timezone.utc)
    return instant.strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"


def envelope(
    payload=None, at=0, signer=AGENT, time=None, protocol="smcp/v1", utf16=False, **claims
):
    """`at` in milliseconds from noon; `time` replaces the text of the timestamp."""
    payload = call() if payload is None else payload
    text = claims.pop("token", None) or token(**claims)
    at += NOON
    message = (
        f'{{"payload":{lexical(read_lexical(payload), utf16)},"security_token":{lexical(text)},'
        f'"timestamp":{at // 1000}}}'
    )
    return (
        f'{{"protocol":"{protocol}","security_token":{lexical(text)},'
        f'"signature":"{b64(signer.sign(message.encode()))}","payload":{payload},'
        f'"timestamp":{lexical(stamp(at) if time is None else time)}}}'
    )


def edited(find, replacement, **rest):
    text = envelope(**rest)
    assert text.count(find) >= 1, find
    return text.replace(find, replacement, 1)


def get(request, **rest):
    return envelope(call("web.get", "{}", id=str(request)), **rest)
