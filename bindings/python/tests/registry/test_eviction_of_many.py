"""10,000 rows: one entity's are evicted while the other's heartbeats are answered."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

from authorities import Issued, authority
from callgate.serving.peer import Peer
from callgate.serving.subject import Subject
from registry_world import World, heartbeat, tool, until, world

ACME, GLOBEX = authority("Acme"), authority("Globex")
ROWS = 10_000
LEAVES = 50


async def register_many(mesh: World, leaves: list[Issued], rows: int) -> None:
    """Past the listener, which would take longest."""
    members = mesh.registry.members
    peers = []
    for leaf in leaves:
        verdict = mesh.trust.judge((leaf.der,))
        subject = Subject.of_verdict(verdict)
        peers.append(Peer(chain=(leaf.der,), verdict=verdict, subject=subject))
    for start in range(0, rows, 500):
        await asyncio.gather(
            *(
                members.register(
                    peers[number % len(peers)],
                    json.dumps(heartbeat(f"prov-{number}", tool("adder"))).encode(),
                )
                for number in range(start, min(rows, start + 500))
            )
        )


def test_ten_thousand_rows_are_evicted_under_load(tmp_path: Path) -> None:
    with world(tmp_path, {"acme": ACME, "globex": GLOBEX}) as mesh:
        leaves = [ACME.issue(f"agent-{number}") for number in range(LEAVES)]
        mesh.await_(register_many(mesh, leaves, ROWS))
        with mesh.agent(GLOBEX.issue("cons")) as consumer:
            body = heartbeat("cons-1", tool("calc", "adder"))
            consumer.post(body)
            codes: list[int] = []
            stop = threading.Event()

            def beat() -> None:
                while not stop.is_set():
                    codes.append(consumer.head("cons-1"))

            beating = threading.Thread(target=beat)
            beating.start()
            mesh.trusts({"globex": GLOBEX}, revoked=[ACME.spki_sha256])

            def evicted() -> int:
                return sum(row.status == "evicted" for row in mesh.registry.members.directory)

            until(lambda: mesh.run(evicted) == ROWS)
            stop.set()
            beating.join(20)
            assert set(codes) <= {200, 202}
            assert codes[-1] == 202
            (entry,) = consumer.post(body).body["dependencies_resolved"]["calc"]
            assert entry["status"] == "unresolved"

        def causes() -> list[str]:
            return [one["cause"] for one in mesh.audit() if one["what"] == "evicted"]

        until(lambda: len(causes()) == ROWS)
        assert set(causes()) == {"trust.revoked"}
