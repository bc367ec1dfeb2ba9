"""Heartbeats over mTLS: the listener that judges every certificate against uvicorn with ssl.

bench/registry/listener.py [--quick]

Prints one JSON object: CPU of the server for a HEAD on a connection that is kept alive, for a new
connection with its first HEAD, and memory for each of 1,000 open connections. The sides take turns;
figures are medians. What counts is the ratio: the clients take the other core.
"""

from __future__ import annotations

import argparse
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from certificates import authority
from processes import Server

HERE = Path(__file__).parent
SIDES = ("trust", "bounded", "stdlib")
HEAD = b"HEAD /heartbeat/prov-0000000a HTTP/1.1\r\naccept: */*\r\nhost: registry.test:8000\r\n\r\n"
CONNECTIONS = 8
OPEN = 1000


def write_certificates(folder: Path) -> None:
    """An authority, and what it issued to the server and to an agent."""
    issuer = authority("authority")
    (folder / "ca.pem").write_bytes(issuer.pem)
    for name in ("server", "agent"):
        certificate, key = issuer.issue(name).write(folder, name)
        certificate.rename(folder / f"{name}.crt")
        key.rename(folder / f"{name}.key")


class Client:
    """One connection of an agent."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        plain = socket.create_connection(("127.0.0.1", port), 30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tls = context.wrap_socket(plain, server_hostname="localhost")

    def beat(self, times: int = 1) -> None:
        """HEADs, one after the other."""
        for _ in range(times):
            self._tls.sendall(HEAD)
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                part = self._tls.recv(4096)
                if not part:
                    raise SystemExit("the server closed a connection")
                answer += part
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(answer.decode())

    def close(self) -> None:
        self._tls.close()


def together(clients: list[Client], times: int) -> None:
    threads = [threading.Thread(target=one.beat, args=(times,)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(kind: str, folder: Path, context: ssl.SSLContext, beats: int) -> dict[str, float]:
    """One run of one side, with a server of its own."""
    command = [sys.executable, str(HERE / "listener_server.py"), kind, str(folder)]
    server = Server(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    try:
        port = urlsplit(server.url).port
        assert port is not None
        clients = [Client(port, context) for _ in range(CONNECTIONS)]
        together(clients, 50)
        before, began = server.usage(), time.monotonic()
        together(clients, beats)
        seconds = time.monotonic() - began
        used = (server.usage() - before).all
        for one in clients:
            one.close()
        count = CONNECTIONS * beats
        found = {"head_cpu_us": used / count * 1e6, "heads_per_second": count / seconds}
        resident, before = server.resident(), server.usage()
        opened = []
        for _ in range(OPEN):
            opened.append(Client(port, context))
            opened[-1].beat()
        found["connection_cpu_us"] = (server.usage() - before).all / OPEN * 1e6
        found["connection_kb"] = (server.resident() - resident) / OPEN / 1000
        for one in opened:
            one.close()
        return found
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds, beats = (1, 200) if options.quick else (5, 1500)
    runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in SIDES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_certificates(folder)
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "agent.crt", folder / "agent.key")
        for _ in range(rounds):
            for kind in SIDES:
                runs[kind].append(measure(kind, folder, context, beats))
    found = {
        kind: {name: round(median(run[name] for run in made), 2) for name in made[0]}
        for kind, made in runs.items()
    }
    ratios = {
        f"trust / {other}": {
            name: round(value / found[other][name], 3) for name, value in found["trust"].items()
        }
        for other in SIDES[1:]
    }
    print(json.dumps({**found, **ratios}, indent=2))


main()
