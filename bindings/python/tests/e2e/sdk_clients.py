"""The clients of both languages under one face."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from blocking import Clients
from callgate.smcp import SMCPError
from upstream_servers import ROOT

HERE = Path(__file__).parent
LANGUAGES = ["Python", "Python async", "TypeScript"]
# Where the Node package is built: this repository, unless told otherwise.
NODE_PACKAGE = Path(os.environ.get("CALLGATE_NODE_PACKAGE", ROOT))


@dataclass(frozen=True)
class Refused(Exception):
    """What a client of either language says of a refused call."""

    code_name: str | None
    http_status: int | None
    dispatched: bool | None
    message: str


class Sdk(Protocol):
    """One client. Each method raises Refused."""

    def attest(self) -> tuple[str, str]:
        """Session id and security token."""

    def tools(self) -> list[str]:
        """Names."""

    def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """The result."""


class PythonSdk:
    """Synchronous or asynchronous."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def attest(self) -> tuple[str, str]:
        attested = self._run(self._client.attest)
        return str(attested.session_id), str(attested.security_token)

    def tools(self) -> list[str]:
        return [tool["name"] for tool in self._run(self._client.list_tools)]

    def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        return self._run(self._client.call_tool, tool, arguments)

    def _run(self, method: Any, *parameters: Any) -> Any:
        try:
            return method(*parameters)
        except SMCPError as error:
            status = getattr(error, "http_status", None)
            dispatched = getattr(error, "dispatched", None)
            raise Refused(error.code_name, status, dispatched, str(error)) from error


class TypeScriptSdk:
    """In a process of Node's."""

    def __init__(self, process: subprocess.Popen[str], generation: str) -> None:
        self._process = process
        self._generation = generation

    def attest(self) -> tuple[str, str]:
        answer = self._ask("attest")
        return str(answer["session"]), str(answer["token"])

    def tools(self) -> list[str]:
        return [tool["name"] for tool in self._ask("listTools")["result"]]

    def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        return self._ask("callTool", tool, arguments)["result"]

    def _ask(self, method: str, *parameters: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([self._generation, method, *parameters]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or "null")
        assert answer is not None, "the driver ended"
        if "error" in answer:
            error = answer["error"]
            raise Refused(
                error.get("codeName"),
                error.get("httpStatus"),
                error["dispatched"],
                error["message"],
            )
        return answer


@contextlib.contextmanager
def sdk(language: str, generation: str, url: str, workload: str, scope: str) -> Iterator[Sdk]:
    """``language`` is one of LANGUAGES."""
    if language == "TypeScript":
        script = str(HERE / "smcp_driver.mjs")
        command = ["node", script, str(NODE_PACKAGE), url, workload, scope]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) as process:
            assert process.stdin is not None
            try:
                yield TypeScriptSdk(process, generation)
            finally:
                process.stdin.close()
                process.wait(30)
        return
    with ExitStack() as stack:
        clients = Clients("async" if language == "Python async" else "sync", stack)
        make = clients.seal if generation == "C" else clients.smcp
        yield PythonSdk(make(url, workload, scope, generation=generation))
