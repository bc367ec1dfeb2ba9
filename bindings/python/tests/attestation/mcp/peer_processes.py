"""Clients and servers as processes of their own, on a line of the SDK, or in Node."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from callgate import SecretKey

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[5]
# The environment has the second line; tools/setup.sh installs the first in .venv/mcp-1.
FIRST_LINE = ROOT / ".venv" / "mcp-1"
NODE_PACKAGES = ROOT / "tests" / "servers" / "node_modules"
ISSUER = "https://issuer.example.com"
AUDIENCE = "https://server.example.com/mcp"


class Keys(NamedTuple):
    """Files with the secret keys of the issuer and of a forger, and their JWKs."""

    issuer: str
    forger: str
    public: str
    jwks: dict[str, dict[str, Any]]


def make_keys(folder: Path) -> Keys:
    jwks, files = {}, {}
    for name in ("issuer", "forger"):
        with SecretKey.generate() as key:
            path = folder / f"{name}.pem"
            path.touch(mode=0o600)
            path.write_text(key.to_pem())
            files[name], jwks[name] = str(path), {**key.to_jwk(), "kid": "key-1"}
            jwks[f"public {name}"] = {**key.public_key.to_jwk(), "kid": "key-1"}
    public = folder / "public.json"
    public.write_text(json.dumps(jwks["public issuer"]))
    return Keys(files["issuer"], files["forger"], str(public), jwks)


def environment(line: int) -> dict[str, str]:
    assert FIRST_LINE.is_dir(), "run tools/setup.sh dev"
    return {**os.environ, "PYTHONPATH": str(FIRST_LINE) if line == 1 else ""}


@contextlib.contextmanager
def python_server(line: int, transport: str, kind: str, keys: Keys) -> Iterator[dict[str, Any]]:
    """Where a client finds the server: a command, or the URL of one that runs."""
    command = [sys.executable, str(PEERS / "server.py"), transport, keys.public, kind]
    env = environment(line)
    if transport == "stdio":
        yield {"command": command, "env": env}
        return
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield {"url": server.stdout.readline().strip()}
        finally:
            server.terminate()


def python_client(
    line: int, era: str, transport: str, where: dict[str, Any], *credentials: str
) -> list[dict[str, Any]]:
    """What a client says of its connection with each credential."""
    command = [sys.executable, str(PEERS / "client.py"), era, transport, json.dumps(where)]
    return _told([*command, *credentials], environment(line))


def node_project(folder: Path) -> Path:
    """A project that holds the peers in Node, and finds the packages that they need."""
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "callgate").symlink_to(ROOT)
    for name in ("@modelcontextprotocol", "zod"):
        (modules / name).symlink_to(NODE_PACKAGES / name)
    shutil.copytree(ROOT / "bindings/node/test/attestation", folder / "attestation")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder / "attestation" / "peers"


@contextlib.contextmanager
def node_server(peers: Path, line: int, over: str, keys: Keys) -> Iterator[dict[str, Any]]:
    trusted = {"issuer": ISSUER, "audience": AUDIENCE, "jwk": keys.jwks["public issuer"]}
    env = {**os.environ, "PEER": json.dumps({"line": line, "over": over, **trusted})}
    command = ["node", str(peers / "server.mjs")]
    if over == "stdio":
        yield {"command": command, "env": env}
        return
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield {"url": json.loads(server.stdout.readline())["url"]}
        finally:
            server.stdin.close()


def node_client(
    peers: Path, client: str, where: dict[str, Any], keys: Keys
) -> list[dict[str, Any]]:
    """What a client says of four connections: attested, with proofs in either era, without a token,
    and with a forged one."""
    found = dict(where)
    if "command" in found:
        found["command"], *found["args"] = where["command"]
    calls: list[dict[str, Any]] = [{"name": name, "arguments": {}} for name in ("whoami", "secret")]
    common = {"client": client, "audience": AUDIENCE, "issuer": ISSUER, "calls": calls, **found}
    good, forged = {"jwk": keys.jwks["issuer"]}, {"jwk": keys.jwks["forger"]}
    connections = [{**common, **one} for one in (good, {**good, "key": True}, {}, forged)]
    env = {**os.environ, "PEER": json.dumps(connections)}
    return _told(["node", str(peers / "client.mjs")], env)


def _told(command: list[str], env: dict[str, str]) -> list[dict[str, Any]]:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    said: list[dict[str, Any]] = json.loads(done.stdout)
    return said
