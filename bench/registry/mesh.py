"""A registry with 10,000 agents: what a heartbeat costs, and how soon a revocation is felt.

bench/registry/mesh.py [--quick]

Prints one JSON object. `heads`: HEADs over mTLS on connections that are kept alive, compared with
the same listener answering 200 and asking nothing; the sides take turns, figures are medians.
`revocation`: milliseconds from the beginning of an entity's revocation to the first refusal on an
open connection, to the last of its agents out of resolution, and to a consumer of another entity
having a new resolution.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from callgate.registry.entities.changes import revoke
from certificates import Issued, authority
from processes import Server

HERE = Path(__file__).parent
LEAVES = 50
CONNECTIONS = 8
CONSUMER = {
    "agent_id": "consumer-1",
    "tools": [{"function_name": "sums", "capability": "sums", "dependencies": ["adder"]}],
}


class Mesh:
    """One server, and clients of it."""

    def __init__(self, kind: str, rows: int, acme: Issued, globex: Issued) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="callgate-bench-"))
        self.trust = self.folder / "trust"
        (self.trust / "entities").mkdir(parents=True, mode=0o755)
        (self.trust / "entities" / "acme.pem").write_bytes(acme.pem)
        (self.trust / "entities" / "globex.pem").write_bytes(globex.pem)
        servers = authority("servers")
        (self.folder / "ca.pem").write_bytes(servers.pem)
        servers.issue("localhost").write(self.folder, "server")
        for number in range(LEAVES):
            leaf = acme.issue(f"agent-{number}")
            leaf.write(self.folder, f"agent-{number}")
            (self.folder / f"agent-{number}.der").write_bytes(leaf.der)
        globex.issue("consumer").write(self.folder, "consumer")
        command = [sys.executable, str(HERE / "mesh_server.py"), kind, str(self.folder), str(rows)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.server = Server(self.process)

    def client(self, name: str) -> http.client.HTTPSConnection:
        """A connection, once it is open."""
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}-key.pem")
        port = urlsplit(self.server.url).port
        made = http.client.HTTPSConnection("localhost", port, context=context, timeout=60)
        made.connect()
        return made

    def end(self) -> None:
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def head(client: http.client.HTTPSConnection, agent_id: str) -> int:
    client.request("HEAD", f"/heartbeat/{agent_id}")
    answer = client.getresponse()
    answer.read()
    return answer.status


def post(client: http.client.HTTPSConnection, said: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    client.request("POST", "/heartbeat", json.dumps(said).encode(), headers)
    return json.loads(client.getresponse().read())


def heads(kind: str, rows: int, beats: int, acme: Issued, globex: Issued) -> dict[str, float]:
    """One run of one side."""
    mesh = Mesh(kind, rows, acme, globex)
    try:
        clients = [mesh.client(f"agent-{number}") for number in range(CONNECTIONS)]

        def beat(number: int, times: int) -> None:
            for _ in range(times):
                status = head(clients[number], f"prov-{number}")
                if status not in (200, 202):
                    raise SystemExit(f"a heartbeat was answered with {status}")

        def together(times: int) -> None:
            threads = [threading.Thread(target=beat, args=(n, times)) for n in range(CONNECTIONS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        together(20)
        before, began = mesh.server.usage(), time.monotonic()
        together(beats)
        seconds = time.monotonic() - began
        used = (mesh.server.usage() - before).loop
        count = CONNECTIONS * beats
        return {"cpu_us": used / count * 1e6, "per_second": count / seconds}
    finally:
        mesh.end()


def revocation(rows: int, acme: Issued, globex: Issued) -> dict[str, float]:
    """One entity of two is revoked while its agents and a consumer go on."""
    mesh = Mesh("registry", rows, acme, globex)
    felt: dict[str, float] = {}
    try:
        agent, consumer = mesh.client("agent-0"), mesh.client("consumer")
        found = post(consumer, CONSUMER)["dependencies_resolved"]["sums"][0]["status"]
        if found != "available":
            raise SystemExit(f"the consumer found {found}")

        def until_refused() -> None:
            client = agent
            while True:
                try:
                    if head(client, "prov-0") == 403:
                        felt["refused"] = time.monotonic()
                        return
                except (OSError, http.client.HTTPException):
                    # Eviction closed the connection: what is said on the next one counts.
                    client = mesh.client("agent-0")

        def until_resolved() -> None:
            while head(consumer, "consumer-1") != 202:
                time.sleep(0.005)
            while post(consumer, CONSUMER)["dependencies_resolved"]["sums"][0]["agent_id"]:
                time.sleep(0.005)
            felt["resolved"] = time.monotonic()

        threads = [threading.Thread(target=look) for look in (until_refused, until_resolved)]
        # The consumer's first heartbeat after its registration says that nothing changed.
        while head(consumer, "consumer-1") != 200:
            post(consumer, CONSUMER)
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        began = time.monotonic()
        revoke(mesh.trust, "acme")
        for thread in threads:
            thread.join()
        assert mesh.process.stdout is not None
        felt["evicted"] = json.loads(mesh.process.stdout.readline())["evicted"]
        return {name: (when - began) * 1000 for name, when in sorted(felt.items())}
    finally:
        mesh.end()


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(run[name] for run in runs), 1) for name in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds, 1,000 agents")
    options = parser.parse_args()
    rows, rounds, beats = (1000, 1, 200) if options.quick else (10_000, 5, 1000)
    acme, globex = authority("acme"), authority("globex")
    sides: dict[str, list[dict[str, float]]] = {"registry": [], "blank": []}
    for _ in range(rounds):
        for kind, runs in sides.items():
            runs.append(heads(kind, rows, beats, acme, globex))
    found = {kind: medians(runs) for kind, runs in sides.items()}
    revoked = [revocation(rows, acme, globex) for _ in range(rounds)]
    ratio = found["registry"]["per_second"] / found["blank"]["per_second"]
    cpu = found["blank"]["cpu_us"] / found["registry"]["cpu_us"]
    print(
        json.dumps(
            {
                "rows": rows,
                "heads": {**found, "throughput": round(ratio, 3), "cpu": round(cpu, 3)},
                "revocation": medians(revoked),
                "slowest": {
                    name: round(max(one[name] for one in revoked), 1) for name in revoked[0]
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
