"""A real gateway as a process, from a configuration in a folder of the test's own."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from callgate import SecretKey
from callgate.smcp import SMCPClient, SMCPError

CREDENTIAL = "an-operator's-credential"
WORKLOAD = "exec-1"
CONTEXTS = """\
- name: clock
  capabilities:
    - tool_pattern: time.get_current_time
      only_arguments: [timezone]
- name: nothing
  capabilities: []
"""
# Starting Python and its libraries takes a while where several tests run at a time.
PATIENCE = 60.0
TOOL = "time.get_current_time"
ARGUMENTS = {"timezone": "Europe/Berlin"}


def write_gateway(folder: Path, **changes: Any) -> Path:
    """A configuration with one upstream, one untied execution and free ports; its path."""
    folder.mkdir(exist_ok=True)
    (folder / "contexts.yaml").write_text(CONTEXTS)
    with SecretKey.generate() as key:
        write_secret(folder / "issuer.pem", key.to_pem())
    write_secret(folder / "credential", CREDENTIAL)
    write_executions(folder, "clock", "nothing")
    config: dict[str, Any] = {
        "state": "state",
        "policy": "contexts.yaml",
        "issuer": {"key": "issuer.pem"},
        "listen": {"port": 0},
        "admin": {"port": 0, "credential": "file:credential"},
        "executions": {"file": "executions.yaml"},
        "upstreams": {"time": {"command": [sys.executable, "-m", "mcp_server_time"]}},
        "reload": {"settle_seconds": 0.4, "check_seconds": 0.05},
        **changes,
    }
    path = folder / "gateway.yaml"
    path.write_text(json.dumps(config))
    return path


def write_executions(folder: Path, *scopes: str) -> None:
    entry = {"workload_id": WORKLOAD, "scopes": scopes, "tie": "none"}
    replace(folder / "executions.yaml", json.dumps([entry]))


def write_secret(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


def replace(path: Path, text: str) -> None:
    """Writes beside it and renames, as an operator should."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


@dataclass
class GatewayProcess:
    """A gateway that listens. ``log`` is every line of its log so far, as JSON."""

    process: subprocess.Popen[bytes]
    ready: dict[str, Any]
    log: list[dict[str, Any]]

    @property
    def url(self) -> str:
        return str(self.ready["agents"][0])

    def operator(self, **options: Any) -> httpx2.Client:
        """For the operators' listener."""
        headers = {"authorization": f"Bearer {CREDENTIAL}"}
        url = self.ready["operators"][0]
        return httpx2.Client(base_url=url, headers=headers, timeout=30, **options)

    def agent(self, **options: Any) -> httpx2.Client:
        """For the agents' listener."""
        return httpx2.Client(base_url=self.url, timeout=30, **options)

    def refusals(self, listener: str, cause: str) -> float:
        """How many the bounds of HTTP refused, as the metrics say."""
        with self.operator() as operator:
            lines = operator.get("/metrics").text.splitlines()
        head = f'callgate_refusals_total{{cause="{cause}",listener="{listener}"}} '
        found = [line.removeprefix(head) for line in lines if line.startswith(head)]
        return float(found[0]) if found else 0.0

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line.get("event") == event]

    def wait_for_log(self, event: str, count: int = 1) -> dict[str, Any]:
        """The latest line of that event, when there are as many."""
        wait_until(lambda: len(self.logged(event)) >= count)
        return self.logged(event)[-1]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """As an operator does; the exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(
    config: Path,
    *arguments: str,
    program: Sequence[str] = (sys.executable, "-m", "callgate.cli"),
    **environ: str,
) -> Iterator[GatewayProcess]:
    """The gateway, until the block ends; then it is gone, whatever happened."""
    command = [*program, "serve", "--json", *(arguments or ["--config", str(config)])]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    log: list[dict[str, Any]] = []
    lines: queue.Queue[bytes] = queue.Queue()
    threads = [
        threading.Thread(target=_read_log, args=(process, log)),
        threading.Thread(target=_read_lines, args=(process, lines)),
    ]
    for thread in threads:
        thread.start()
    try:
        first = lines.get(timeout=PATIENCE)
        assert first, f"the gateway did not start: {log}"
        yield GatewayProcess(process, json.loads(first), log)
    finally:
        process.kill()
        process.wait()
        for thread in threads:
            thread.join()
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stderr.close()


def _read_log(process: subprocess.Popen[bytes], log: list[dict[str, Any]]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        try:
            log.append(json.loads(line))
        except ValueError:
            log.append({"text": line.decode()})


def _read_lines(process: subprocess.Popen[bytes], lines: queue.Queue[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def refused(*arguments: str, **environ: str) -> tuple[int, str]:
    """Exit code and standard error of a ``callgate serve`` that does not get to serve."""
    done = subprocess.run(
        [sys.executable, "-m", "callgate.cli", "serve", *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr


def wait_until(holds: Callable[[], bool]) -> None:
    """Bounded; looked at often enough that tests do not wait for the clock."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.01)


def session(gateway: GatewayProcess, scope: str = "clock") -> SMCPClient:
    client = SMCPClient(gateway.url, WORKLOAD, scope)
    client.attest()
    return client


def code_of_call(client: SMCPClient) -> str | None:
    try:
        client.call_tool(TOOL, ARGUMENTS)
    except SMCPError as error:
        return error.code_name
    return None


def audit_lines(folder: Path) -> list[dict[str, Any]]:
    files = sorted((folder / "state" / "audit").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
