"""Shows the gateway at its main job: agents of two SDKs, four real MCP servers, an audit trail.

Everything runs on loopback and in a fresh folder: ``callgate serve --demo`` as a process, the SDKs
of Python and TypeScript as agents, a revocation while a call is under way, and then the trail,
verified offline as it is and with one byte changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from callgate.smcp import AsyncSMCPClient, SMCPError
from paint import BOLD, GREEN, RED, paint, say, say_call
from smcp_calls import Call, calls

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CALLGATE = [sys.executable, "-m", "callgate.cli"]
# Where the servers of the tests and of this demonstration are installed.
SERVERS = ROOT / "tests" / "servers"
AGENTS = {
    "Python": [sys.executable, str(HERE / "smcp_agent.py")],
    "TypeScript": ["node", str(HERE / "smcp_agent.mjs")],
}
# Seconds that the call takes which is revoked under way, and that its revocation waits.
LONG, SOON = 4, 0.5
# Characters of a tool's answer that are shown.
SHOWN = 70


@contextlib.contextmanager
def gateway(folder: str) -> Iterator[dict[str, Any]]:
    """``callgate serve --demo`` on free ports, and what it says of itself, until it is stopped.

    What it leaves is in ``folder``.
    """
    command = [*CALLGATE, "serve", "--demo", "--json", "--port", "0", "--admin-port", "0"]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            cwd=SERVERS,
            env={**os.environ, "TMPDIR": folder},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as run,
    ):
        assert run.stdout is not None
        try:
            line = run.stdout.readline()
            if not line:
                log.seek(0)
                sys.exit(f"the gateway did not start:\n{log.read()}")
            yield json.loads(line)
        finally:
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=60)


def operate(ready: dict[str, Any], method: str, path: str, body: object = None) -> Any:
    """One operator's call."""
    credential = Path(ready["credential"]).read_text()
    request = urllib.request.Request(
        f"{ready['operators'][0]}/admin/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {credential}", "content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def answers(ready: dict[str, Any], made: list[Call]) -> list[dict[str, Any]]:
    """What each agent was answered, in the order of ``made``."""
    found: dict[int, dict[str, Any]] = {}
    for sdk, command in AGENTS.items():
        indices = [index for index, call in enumerate(made) if call.sdk == sdk]
        if not indices:
            continue
        done = subprocess.run(
            [*command, ready["agents"][0], ready["workload_id"]],
            input=json.dumps([made[index].as_dict() for index in indices]),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"the {sdk} agent failed:\n{done.stderr}")
        lines = map(json.loads, done.stdout.splitlines())
        found.update(zip(indices, lines, strict=True))
    return [found[index] for index in range(len(made))]


def show(made: list[Call], found: list[dict[str, Any]], workspace: str) -> int:
    """Each call and its answer; how many answers are not what they must be."""
    wrong, sdk = 0, ""
    for call, answer in zip(made, found, strict=True):
        if call.sdk != sdk:
            sdk = call.sdk
            say()
            say(f"An agent in {sdk}:")
        verdict = str(answer["verdict"])
        why = " ".join(str(answer["why"]).replace(workspace, "WORKSPACE").split())
        if verdict == "ALLOW" and len(why) > SHOWN:
            why = why[: SHOWN - 1] + "…"
        title = f"{call.tool} {json.dumps(call.arguments)}".replace(workspace, "WORKSPACE")
        say_call(verdict, title, why)
        wrong += verdict != call.expect
    return wrong


async def revoked_under_way(ready: dict[str, Any]) -> list[str]:
    """The codes of a call that was under way when its session was revoked, and of the next."""
    url, workload = ready["agents"][0], ready["workload_id"]
    async with AsyncSMCPClient(url, workload, "everything") as client:
        session = (await client.attest()).session_id
        tool = "everything.trigger-long-running-operation"
        call = asyncio.create_task(client.call_tool(tool, {"duration": LONG, "steps": 1}))
        await asyncio.sleep(SOON)
        body = {"session_id": session, "reason": "the demonstration revokes it"}
        await asyncio.to_thread(operate, ready, "POST", "/sessions/revoke", body)
        codes = []
        for made in (call, client.call_tool("everything.echo", {"message": "again"})):
            try:
                await made
                codes.append("ALLOW")
            except SMCPError as error:
                codes.append(str(error.code_name))
        return codes


def verify(trail: Path, key: Path, head: Path) -> tuple[int, list[str]]:
    """The exit code of ``callgate audit verify``, and the lines that it prints."""
    command = [*CALLGATE, "audit", "verify", str(trail), "--key", str(key), "--anchor", str(head)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).replace(f"{trail}/", "").strip().splitlines()
    return done.returncode, [f"  {line}" for line in said]


def change_one_byte(trail: Path) -> None:
    """In the first denial, as somebody might who wants it to look harmless."""
    file = sorted(trail.glob("*.jsonl"))[0]
    data = bytearray(file.read_bytes())
    at = data.index(b"PATH_NOT_ALLOWED")
    data[at] ^= 1
    file.write_bytes(data)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        return show_all(folder)


def show_all(folder: str) -> int:
    with gateway(folder) as ready:
        workspace = str(ready["workspace"])
        made = calls(Path(workspace))
        say()
        say(paint("Agents call the tools of four real MCP servers, through the gateway.", BOLD))
        wrong = show(made, answers(ready, made), workspace)
        codes = asyncio.run(revoked_under_way(ready))
        say()
        say("The session was revoked while a call was under way:")
        say(f"  the call under way: {codes[0]}; the next one: {codes[1]}")
        wrong += codes != ["SESSION_INACTIVE"] * 2
        state = Path(ready["folder"]) / "state"
        head = state.parent / "head.json"
        head.write_text(json.dumps(operate(ready, "GET", "/audit/head")))

    trail, key = state / "audit", state / "audit.pub.pem"
    whole, lines = verify(trail, key, head)
    say()
    say("\n".join(["The audit trail, verified offline:", *lines]))
    change_one_byte(trail)
    changed, lines = verify(trail, key, head)
    say("\n".join(["The same with one byte changed:", *lines]))
    wrong += (whole, changed) != (0, 1)
    say()
    if wrong:
        say(paint(f"{wrong} of these answers are not what they must be", RED))
        return 1
    say(paint(f"{len(made) + 2} calls, each answered as it must be, and on record.", GREEN))
    return 0


if __name__ == "__main__":
    sys.exit(main())
