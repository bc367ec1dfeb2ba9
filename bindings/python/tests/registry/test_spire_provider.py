"""SVIDs of the Workload API as an agent's credentials, and which registry they accept."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from callgate.registry.agent import (
    AgentSettings,
    CredentialError,
    Credentials,
    PrivateFiles,
    client_context,
    registry_context,
)
from callgate.registry.agent.providers.spire import SpireProvider
from callgate.registry.demo.certificates import Authority, Issued
from callgate.registry.demo.workload_api_server import Said, Svid, WorkloadApiServer
from handshakes import handshake

pytestmark = pytest.mark.anyio

MESH, OTHER = Authority("mesh"), Authority("other")
DENIED = Said(refusal=(grpc.StatusCode.PERMISSION_DENIED, "no identity issued"))
REGISTRY = "spiffe://mesh.example/registry"


def svid(path: str = "agent", **how: object) -> tuple[Issued, Said]:
    """An SVID of mesh.example, and what the Workload API says then."""
    spiffe_id = f"spiffe://mesh.example/{path}"
    issued = MESH.issue(path, uris=[spiffe_id], **how)  # type: ignore[arg-type]
    own = Svid(spiffe_id, issued.der, issued.key_der, MESH.der)
    return issued, Said(svids=[own], bundles={"spiffe://other.example": OTHER.der})


@pytest.fixture
def api(tmp_path: Path) -> Iterator[WorkloadApiServer]:
    with WorkloadApiServer(tmp_path / "agent.sock", svid()[1]) as server:
        yield server


class Running:
    """A provider that is started, and says when it changed."""

    def __init__(self, api: WorkloadApiServer, registry: str | None) -> None:
        self.changed = asyncio.Event()
        settings = AgentSettings(
            mode="strict",
            provider="spire",
            spire_socket=api.socket,
            registry_spiffe_id=registry,
        )
        self.provider = SpireProvider(settings)

    async def until(self, reached: Callable[[], bool]) -> None:
        async def wait() -> None:
            while not reached():
                self.changed.clear()
                await self.changed.wait()

        await asyncio.wait_for(wait(), 20)

    def presents(self, issued: Issued) -> Callable[[], bool]:
        return lambda: self.provider.current.chain[0] == issued.certificate

    def has_nothing(self) -> bool:
        try:
            _ = self.provider.current
        except CredentialError:
            return True
        return False


@asynccontextmanager
async def running(api: WorkloadApiServer, registry: str | None = None) -> AsyncIterator[Running]:
    one = Running(api, registry)
    await one.provider.start(one.changed.set)
    try:
        yield one
    finally:
        await one.provider.stop()


async def test_the_svid_and_its_own_bundle_are_taken(api: WorkloadApiServer) -> None:
    issued, said = svid()
    api.say(said)
    async with running(api) as one:
        await one.until(one.presents(issued))
        assert one.provider.current.spiffe_id == "spiffe://mesh.example/agent"
        assert one.provider.current.authorities == (MESH.der,)


async def test_a_registry_of_another_domain_has_its_bundle(api: WorkloadApiServer) -> None:
    async with running(api, "spiffe://other.example/registry") as one:
        assert one.provider.current.authorities == (OTHER.der,)
    with pytest.raises(CredentialError, match=r"no bundle of third\.example"):
        async with running(api, "spiffe://third.example/registry"):
            pass


async def test_a_rotated_svid_is_taken_over_one_stream(api: WorkloadApiServer) -> None:
    async with running(api) as one:
        for _ in range(3):
            newer, said = svid()
            api.say(said)
            await one.until(one.presents(newer))
        assert api.calls == ["FetchX509SVID"]


async def test_permission_denied_takes_the_svid_away(api: WorkloadApiServer) -> None:
    async with running(api) as one:
        api.say(DENIED)
        await one.until(one.has_nothing)
        with pytest.raises(CredentialError, match="register this process with SPIRE"):
            _ = one.provider.current
        issued, said = svid()
        api.say(said)
        await one.until(lambda: not one.has_nothing() and one.presents(issued)())


async def test_without_an_entry_the_agent_does_not_start(api: WorkloadApiServer) -> None:
    api.say(DENIED)
    with pytest.raises(CredentialError, match="register this process"):
        async with running(api):
            pass


async def test_a_lost_workload_api_leaves_the_svid(api: WorkloadApiServer) -> None:
    async with running(api) as one:
        before = one.provider.current
        api.stop()
        await asyncio.sleep(0.3)
        assert one.provider.current is before
        newer, said = svid()
        api.say(said)
        api.start()
        await one.until(one.presents(newer))


async def test_an_expired_svid_is_presented_no_more(api: WorkloadApiServer) -> None:
    api.say(svid(lifetime=datetime.timedelta(seconds=2))[1])
    async with running(api) as one:
        await asyncio.sleep(2.2)
        with pytest.raises(CredentialError, match="expired"):
            _ = one.provider.current


async def test_a_socket_that_others_could_replace_is_refused(api: WorkloadApiServer) -> None:
    settings = AgentSettings(mode="strict", provider="spire", spire_socket=api.socket)
    api.socket.parent.chmod(0o777)
    with pytest.raises(CredentialError, match="chmod go-w") as caught:
        await SpireProvider(settings).start(lambda: None)
    assert caught.value.where == "MCP_MESH_SPIRE_SOCKET"
    api.socket.parent.chmod(0o700)
    provider = SpireProvider(settings)
    await provider.start(lambda: None)
    await provider.stop()


async def test_a_file_in_the_place_of_the_socket_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "agent.sock"
    file.write_text("")
    settings = AgentSettings(mode="strict", provider="spire", spire_socket=file)
    with pytest.raises(CredentialError, match="not a socket"):
        await SpireProvider(settings).start(lambda: None)


@pytest.mark.parametrize("socket", ["relative.sock", "unix:/run/agent.sock"])
def test_a_socket_is_an_absolute_path(socket: str) -> None:
    with pytest.raises(CredentialError) as caught:
        SpireProvider(AgentSettings(mode="strict", provider="spire", spire_socket=Path(socket)))
    assert caught.value.where == "MCP_MESH_SPIRE_SOCKET"


async def test_a_missing_socket_is_named(tmp_path: Path) -> None:
    settings = AgentSettings(mode="strict", provider="spire", spire_socket=tmp_path / "none.sock")
    with pytest.raises(CredentialError, match=r"none\.sock"):
        await SpireProvider(settings).start(lambda: None)


def server_of(issued: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with PrivateFiles(Credentials.of_pem(issued.pem, issued.key_pem, where="test")) as files:
        context.load_cert_chain(files.certificate, files.key)
    return context


@pytest.mark.parametrize(
    ("expected", "uris"),
    [
        (None, [REGISTRY]),
        (None, ["spiffe://mesh.example/any/other"]),
        (REGISTRY, [REGISTRY]),
    ],
)
async def test_the_registry_is_known_by_its_spiffe_id(
    api: WorkloadApiServer, expected: str | None, uris: list[str]
) -> None:
    async with running(api, expected) as one:
        context = client_context(one.provider.current, expected)
        handshake(context, server_of(MESH.issue("r", uris=uris)), "registry.invalid")


@pytest.mark.parametrize(
    ("expected", "uris"),
    [
        (None, ["spiffe://other.example/registry"]),
        (None, []),
        (None, [REGISTRY, "spiffe://mesh.example/agent"]),
        (None, ["https://mesh.example/registry"]),
        (None, ["spiffe://mesh.example/../registry"]),
        (None, ["spiffe://MESH.example/registry"]),
        (REGISTRY, ["spiffe://mesh.example/agent"]),
        (REGISTRY, ["spiffe://mesh.example/registry/"]),
    ],
)
async def test_a_registry_of_another_id_is_refused(
    api: WorkloadApiServer, expected: str | None, uris: list[str]
) -> None:
    server = MESH.issue("r", uris=uris, dns=["registry.invalid"])
    async with running(api, expected) as one:
        context = client_context(one.provider.current, expected)
        with pytest.raises(ssl.SSLCertVerificationError, match="SPIFFE ID"):
            handshake(context, server_of(server), "registry.invalid")


async def test_a_registry_of_a_federated_domain_is_refused(api: WorkloadApiServer) -> None:
    async with running(api) as one:
        context = client_context(one.provider.current, None)
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(context, server_of(OTHER.issue("r", uris=[REGISTRY])), "registry.invalid")


async def test_a_registry_outside_spire_is_known_by_ca_and_name(
    api: WorkloadApiServer, tmp_path: Path
) -> None:
    company = Authority("company")
    (tmp_path / "ca.pem").write_bytes(company.pem)
    settings = AgentSettings(mode="strict", provider="spire", ca=tmp_path / "ca.pem")
    registry = server_of(company.issue("r", dns=["registry.example"]))
    async with running(api) as one:
        handshake(registry_context(one.provider.current, settings), registry, "registry.example")
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            handshake(registry_context(one.provider.current, settings), registry, "other.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            svid_registry = server_of(MESH.issue("r", uris=[REGISTRY]))
            handshake(registry_context(one.provider.current, settings), svid_registry, "r.example")


async def test_a_ca_and_a_spiffe_id_both_count(api: WorkloadApiServer, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(OTHER.pem)
    expected = "spiffe://other.example/registry"
    settings = AgentSettings(
        mode="strict", provider="spire", ca=tmp_path / "ca.pem", registry_spiffe_id=expected
    )
    async with running(api) as one:
        context = registry_context(one.provider.current, settings)
        handshake(context, server_of(OTHER.issue("r", uris=[expected])), "any.invalid")
        with pytest.raises(ssl.SSLCertVerificationError, match="SPIFFE ID"):
            handshake(context, server_of(OTHER.issue("r", dns=["any.invalid"])), "any.invalid")
