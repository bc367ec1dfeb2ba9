"""``callgate registry demo``: agents of two organizations, a stranger, and a revocation."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from callgate.registry.demo.certificates import Authority
from callgate.registry.demo.commands import entity, registry
from callgate.registry.demo.organization import (
    HOST,
    REGISTRY_ID,
    SPIRE_MISSING,
    Credential,
    Organization,
    has_spire,
    write,
)
from callgate.registry.demo.page import Page
from callgate.registry.demo.revocation import Felt, felt, rows, until_heard_of
from callgate.registry.demo.running_agent import (
    CAPABILITY,
    INTERVAL,
    RunningAgent,
    failed,
    provider_of,
)

ACME, GLOBEX, INITECH = "acme", "globex", "initech"


def run(say: Callable[[str], None], paint: Callable[[str, str], str]) -> dict[str, Any]:
    """Shows everything, line by line, and gives the figures.

    Everything is on loopback and in a temporary folder, and gone at the end. Raises CallgateError
    where something did not happen as it must, or a signal ended it. In the main thread only.
    """
    # What agents log is told here in other words.
    logging.getLogger("callgate.registry").addHandler(logging.NullHandler())
    return asyncio.run(_until_a_signal(Page(say, paint)))


async def _until_a_signal(page: Page) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    showing = asyncio.create_task(_show(page))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, showing.cancel)
    try:
        return await showing
    except asyncio.CancelledError:
        raise failed("ended by a signal") from None


async def _show(page: Page) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="callgate-demo-") as folder,
        contextlib.ExitStack() as servers,
    ):
        return await _Demo(page, Path(folder), servers).show()


class _Demo:
    def __init__(self, page: Page, folder: Path, servers: contextlib.ExitStack) -> None:
        self._page = page
        self._folder = folder
        self._trust = folder / "trust"
        self._mesh = Authority("mesh")
        self._ca = write(folder / "mesh-ca.pem", self._mesh.pem)
        self._acme = Organization(ACME, folder, servers)
        self._globex = Organization(GLOBEX, folder, servers)
        self._initech = Organization(INITECH, folder, servers)
        self._url = ""

    async def show(self) -> dict[str, Any]:
        await self._register_entities()
        async with registry(self._folder, self._registry_variables()) as self._url:
            self._page.heading(
                "Their agents register, over TLS with certificates on both sides (mode strict):"
            )
            async with (
                self._agents(self._acme) as acme,
                self._agents(self._globex) as globex,
                self._agent(self._globex.from_files("planner"), CAPABILITY) as planner,
            ):
                globex.append(planner)
                await self._show_registered(acme, globex, planner)
                await self._show_stranger()
                figures = await self._show_revocation(acme, globex, planner)
        count = len(acme) + len(globex) + 1
        self._page.done(f"{count} agents, each answered as it must be; nothing is left running.")
        return {
            "agents": [one.id for one in (*acme, *globex)],
            "left_out": [] if has_spire() else ["spire"],
            "milliseconds": {
                "refused": round(figures.refused, 1),
                "evicted": round(figures.evicted, 1),
                "resolved": round(figures.resolved, 1),
            },
            "failed_heartbeats": {GLOBEX: 0},
        }

    async def _register_entities(self) -> None:
        self._trust.mkdir(mode=0o700)
        self._page.heading("Two organizations become entities of a registry:")
        joining = (self._acme, self._globex)
        done = await asyncio.gather(
            *(
                entity(self._trust, "register", one.name, "--ca-cert", str(one.ca))
                for one in joining
            ),
            return_exceptions=True,
        )
        for one, error in zip(joining, done, strict=True):
            if error is not None:
                raise error
            self._page.line(f"callgate entity register {one.name} --ca-cert {one.name}/ca.pem")

    def _registry_variables(self) -> dict[str, str]:
        own = self._mesh.issue("registry", dns=["localhost"], addresses=[HOST], uris=[REGISTRY_ID])
        return {
            "MCP_MESH_TLS_MODE": "strict",
            "MCP_MESH_TLS_CERT": str(write(self._folder / "registry.pem", own.pem)),
            "MCP_MESH_TLS_KEY": str(write(self._folder / "registry-key.pem", own.key_pem)),
            "MCP_MESH_TRUST_BACKEND": "filestore",
            "MCP_MESH_TRUST_DIR": str(self._trust),
            "CALLGATE_REGISTRY__STATE": str(self._folder / "state"),
        }

    @contextlib.asynccontextmanager
    async def _agents(self, of: Organization) -> AsyncIterator[list[RunningAgent]]:
        async with contextlib.AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(self._agent(credential))
                for credential in self._credentials(of)
            ]

    def _credentials(self, of: Organization) -> Iterator[Credential]:
        yield of.from_files()
        yield of.from_vault()
        if has_spire():
            yield of.from_spire(self._mesh)

    def _agent(self, credential: Credential, depends_on: str | None = None) -> RunningAgent:
        return RunningAgent(credential, self._url, self._ca, depends_on=depends_on)

    async def _show_registered(
        self, acme: list[RunningAgent], globex: list[RunningAgent], planner: RunningAgent
    ) -> None:
        for agent in (*acme, *globex):
            await agent.until("registered", lambda status: status.state == "registered")
        first = acme[0].id
        await planner.until(f"told of {first}", lambda status: provider_of(status) == first)
        async with planner.http_client() as client:
            found = await rows(client)
        for name, agents in ((ACME, acme), (GLOBEX, globex)):
            for agent in agents:
                if found[agent.id]["entity_id"] != name:
                    raise failed(f"{agent.id} is registered as another entity than {name}")
                self._page.allowed(agent.id, f"entity {name}: {agent.credential.source}")
        self._page.line(f"{planner.id} depends on {CAPABILITY}, and is told of {first}.")
        if not has_spire():
            self._page.line(f"Left out: agents with SVIDs of SPIFFE. They need {SPIRE_MISSING}.")

    async def _show_stranger(self) -> None:
        self._page.heading(f"An agent of {INITECH}, which is no entity:")
        async with self._agent(self._initech.from_files()) as stranger:
            reason = await stranger.refusal()
        if reason != "untrusted":
            raise failed(f"{stranger.id} was refused as {reason}")
        self._page.refused(stranger.id, reason)

    async def _show_revocation(
        self, acme: list[RunningAgent], globex: list[RunningAgent], planner: RunningAgent
    ) -> Felt:
        self._page.heading(f"callgate entity revoke {ACME} --force")
        figures = await felt(
            lambda: entity(self._trust, "revoke", ACME, "--force"),
            self._trust / "revoked",
            agent=acme[0],
            evicted=[agent.id for agent in acme],
            consumer=planner,
        )
        revoked = time.time()
        for agent in acme:
            reason = await agent.refusal()
            if reason != "revoked":
                raise failed(f"{agent.id} was refused as {reason}")
            self._page.refused(agent.id, reason)
        other = globex[0].id
        await planner.until(f"told of {other}", lambda status: provider_of(status) == other)
        await until_heard_of(revoked, planner, [agent.id for agent in globex])
        if sum(agent.failures for agent in globex):
            raise failed(f"heartbeats of {GLOBEX} failed")
        self._page.heading("Milliseconds after the revoked key was on the disk, until:")
        for milliseconds, text in (
            (figures.refused, f"an agent of {ACME} was refused"),
            (figures.evicted, f"all {len(acme)} rows of {ACME} were evicted (GET /agents)"),
            (figures.resolved, f"{planner.id} was told of {other} instead of {acme[0].id}"),
        ):
            self._page.figure(milliseconds, text)
        self._page.line(f"Agents here send a heartbeat every {INTERVAL} s, by default every 5 s.")
        self._page.line(f"Those of the {len(globex)} agents of {GLOBEX} went on, and none failed.")
        return figures
