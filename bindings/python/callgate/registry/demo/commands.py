"""The commands of the demonstration, as processes: ``callgate entity`` and ``registry serve``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from callgate import CallgateError

_CALLGATE: Final = (sys.executable, "-m", "callgate.cli")
# It ends with this process, whatever ends that.
_LIFELINE: Final = (sys.executable, "-m", "callgate.registry.demo.lifeline")
_OURS: Final = ("MCP_MESH_", "CALLGATE_REGISTRY")
_NOT_OURS: Final = frozenset({"HOST", "PORT", "DATABASE_URL", "VAULT_TOKEN"})
_STOP_SECONDS: Final = 10
_SHOWN: Final = 2000


async def entity(trust: Path, action: str, name: str, *options: str) -> None:
    """``callgate entity ACTION NAME OPTIONS``. Raises CallgateError with what it says."""
    command = ("entity", action, name, *options, "--trust-dir", str(trust))
    process = await asyncio.create_subprocess_exec(
        *_CALLGATE,
        *command,
        env=_environ({}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    async with _ended(process):
        _, said = await process.communicate()
    if process.returncode != 0:
        raise _failed(f"callgate {' '.join(command[:3])}", said)


@contextlib.asynccontextmanager
async def registry(folder: Path, variables: Mapping[str, str]) -> AsyncIterator[str]:
    """``callgate registry serve`` until the block ends; its URL. Its log is in ``folder``.

    Raises CallgateError where it does not start, with what it says.
    """
    log = folder / "registry.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *_LIFELINE,
            *("registry", "serve", "--json", "--port", "0"),
            cwd=folder,
            env=_environ(variables),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    async with _ended(process):
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            raise _failed("callgate registry serve", log.read_bytes())
        yield str(json.loads(line)["agents"][0])


@contextlib.asynccontextmanager
async def _ended(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """At the end of the block it is told to stop, and killed where it does not."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()


def _environ(variables: Mapping[str, str]) -> dict[str, str]:
    """The caller's, without what would configure another registry."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(_OURS) and name not in _NOT_OURS
    }
    return {**kept, **variables}


def _failed(command: str, said: bytes) -> CallgateError:
    text = said.decode("utf-8", "replace").strip()[-_SHOWN:]
    return CallgateError(f"{command} failed: {text}", "INTERNAL_ERROR")
