"""The backend spire against a Workload API: what counts, and what stops counting, and when."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from callgate import CallgateError
from callgate.registry.demo.certificates import Authority
from callgate.registry.demo.workload_api_server import Said, Svid, WorkloadApiServer
from callgate.trust import TrustSnapshot
from callgate.trust.backends.followed import Patience
from callgate.trust.backends.source import Anchors, SourceState
from callgate.trust.backends.spire import SpireBounds, spire
from callgate.trust.der import split_der
from heard import HASTY, PATIENT, Heard, threads_of_sources
from spiffe import WorkloadApiClient

pytestmark = pytest.mark.anyio

MESH, OTHER = Authority("mesh"), Authority("other")
BOTH = Said(bundles={"spiffe://mesh.example": MESH.der, "spiffe://other.example": OTHER.der})


@pytest.fixture
def api(tmp_path: Path) -> Iterator[WorkloadApiServer]:
    with WorkloadApiServer(tmp_path / "agent.sock", BOTH) as server:
        yield server


def has_bundles(bundles: Anchors) -> Callable[[SourceState], bool]:
    return lambda state: state.bundles == bundles


async def test_bundles_are_there_once_it_started(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        assert heard.now.status == "live"
        assert heard.now.bundles == {"mesh.example": (MESH.der,), "other.example": (OTHER.der,)}
        assert heard.now.entities == {}
        assert heard.now.detail is None


async def test_a_bundle_may_hold_several_authorities(api: WorkloadApiServer) -> None:
    api.say(Said(bundles={"spiffe://mesh.example": MESH.der + OTHER.der}))
    async with Heard(spire(api.socket)) as heard:
        assert heard.now.bundles == {"mesh.example": (MESH.der, OTHER.der)}


async def test_one_stream_stays_open_and_is_followed(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        for authority in (OTHER, MESH, OTHER):
            api.say(Said(bundles={"spiffe://mesh.example": authority.der}))
            await heard.until(has_bundles({"mesh.example": (authority.der,)}))
        assert api.calls == ["FetchX509Bundles"]


async def test_a_trust_domain_that_is_absent_is_gone(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        api.say(Said(bundles={"spiffe://mesh.example": MESH.der}))
        state = await heard.until(lambda state: "other.example" not in state.bundles)
        assert state.bundles == {"mesh.example": (MESH.der,)}
        assert state.status == "live"


async def test_a_message_without_bundles_leaves_none(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        api.say(Said())
        state = await heard.until(lambda state: not state.bundles)
        assert state.status == "live"


async def test_permission_denied_drops_everything_at_once(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        api.say(Said(refusal=(grpc.StatusCode.PERMISSION_DENIED, "no identity issued")))
        state = await heard.until(lambda state: state.status != "live")
        assert (state.status, state.bundles) == ("unavailable", {})
        assert "PERMISSION_DENIED: no identity issued" in (state.detail or "")
        api.say(BOTH)
        assert (await heard.becomes("live")).bundles.keys() == {"mesh.example", "other.example"}


async def test_permission_denied_at_the_start_is_tried_again(api: WorkloadApiServer) -> None:
    api.say(Said(refusal=(grpc.StatusCode.PERMISSION_DENIED, "no identity issued")))
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        assert heard.now.status == "unavailable"
        api.say(BOTH)
        await heard.becomes("live")


@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED])
async def test_what_cannot_get_better_stops_the_start(
    api: WorkloadApiServer, code: grpc.StatusCode
) -> None:
    api.say(Said(refusal=(code, "not here")))
    source = spire(api.socket)
    with pytest.raises(CallgateError, match=f"{code.name}: not here") as caught:
        await source.start(lambda: None)
    assert (caught.value.code_name, caught.value.where) == ("INVALID_ARGUMENT", "spire")
    assert threads_of_sources() == set()


async def test_what_cannot_get_better_drops_and_ends_it(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        api.say(Said(refusal=(grpc.StatusCode.INVALID_ARGUMENT, "not here")))
        state = await heard.until(lambda state: state.status != "live")
        assert (state.status, state.bundles) == ("unavailable", {})
        assert api.calls == ["FetchX509Bundles"]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
async def test_other_failures_leave_it_stale(api: WorkloadApiServer, code: grpc.StatusCode) -> None:
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        before = heard.now
        api.say(Said(refusal=(code, "later\x1b[2J\nplease" + "x" * 1000)))
        state = await heard.until(lambda state: state.status != "live")
        assert state.status == "stale"
        assert state.bundles == before.bundles
        assert state.since >= before.since
        assert state.detail is not None and state.detail.isprintable() and len(state.detail) < 400
        api.say(BOTH)
        assert (await heard.becomes("live")).detail is None


async def test_a_server_that_died_and_came_back_is_heard(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        api.stop()
        assert (await heard.becomes("stale")).bundles.keys() == {"mesh.example", "other.example"}
        api.say(Said(bundles={"spiffe://mesh.example": OTHER.der}))
        api.start()
        assert (await heard.becomes("live")).bundles == {"mesh.example": (OTHER.der,)}


async def test_a_server_that_stays_away_fails_closed(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket, patience=HASTY)) as heard:
        api.stop()
        state = await heard.becomes("unavailable")
        assert state.bundles == {}
        assert "lost for 0.05 s" in (state.detail or "")
        assert {state.status for state in heard.states if state.bundles} == {"stale"}
        api.start()
        assert (await heard.becomes("live")).bundles.keys() == {"mesh.example", "other.example"}


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    server = WorkloadApiServer(tmp_path / "agent.sock", BOTH)
    async with Heard(spire(server.socket, patience=PATIENT)) as heard:
        assert heard.now.status == "unavailable"
        assert "agent.sock" in (heard.now.detail or "")
        with server:
            await heard.becomes("live")


async def test_a_server_that_never_answers_is_given_up(api: WorkloadApiServer) -> None:
    api.say(Said(silent=True))
    patience = Patience(first_answer=0.2, first_retry=0.01, last_retry=0.05)
    async with Heard(spire(api.socket, patience=patience)) as heard:
        assert heard.now.status == "unavailable"
        assert "within 0.2 s" in (heard.now.detail or "")
        api.say(BOTH)
        await heard.becomes("live")


async def test_one_bad_bundle_costs_only_its_own_domain(api: WorkloadApiServer) -> None:
    bad = {
        "spiffe://cut.example": OTHER.der[:-1],
        "spiffe://text.example": b"-----BEGIN CERTIFICATE-----",
        "spiffe://Upper.example": OTHER.der,
        "https://other.example": OTHER.der,
        "mesh.example": OTHER.der,
    }
    api.say(Said(bundles={"spiffe://mesh.example": MESH.der, **bad}))
    async with Heard(spire(api.socket)) as heard:
        assert heard.now.bundles == {"mesh.example": (MESH.der,)}
        assert sorted(problem.place for problem in heard.now.problems) == [
            "cut.example",
            "https://other.example",
            "mesh.example",
            "spiffe://Upper.example",
            "text.example",
        ]


async def test_what_is_no_authority_is_left_out(api: WorkloadApiServer) -> None:
    leaf = MESH.issue("leaf", uris=["spiffe://mesh.example/leaf"])
    bundles = {
        "spiffe://mesh.example": MESH.der + leaf.der + OTHER.der,
        "spiffe://leaf.example": leaf.der,
        "spiffe://junk.example": b"\x30\x00",
    }
    api.say(Said(bundles=bundles))
    async with Heard(spire(api.socket)) as heard:
        assert heard.now.bundles["mesh.example"] == (MESH.der, OTHER.der)
        assert heard.now.bundles["leaf.example"] == ()
        assert [problem.place for problem in heard.now.problems] == [
            "junk.example, certificate 1",
            "leaf.example, certificate 1",
            "mesh.example, certificate 2",
        ]
        TrustSnapshot({}, bundles=heard.now.bundles)


async def test_an_svid_is_trusted_by_what_is_heard(api: WorkloadApiServer) -> None:
    leaf = MESH.issue("leaf", uris=["spiffe://mesh.example/leaf"])
    async with Heard(spire(api.socket)) as heard:
        verdict = TrustSnapshot({}, bundles=heard.now.bundles).verify([leaf.der])
        assert (verdict.entity, verdict.spiffe_id) == ("mesh.example", "spiffe://mesh.example/leaf")


async def test_a_domain_that_turns_bad_loses_what_it_had(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        bundles = {**BOTH.bundles, "spiffe://other.example": b"\x30\x05"}
        api.say(Said(bundles=bundles))
        state = await heard.until(lambda state: "other.example" not in state.bundles)
        assert state.bundles == {"mesh.example": (MESH.der,)}


async def test_revocation_lists_are_said_to_have_no_effect(api: WorkloadApiServer) -> None:
    api.say(Said(bundles=BOTH.bundles, crl=[b"\x30\x00"]))
    async with Heard(spire(api.socket)) as heard:
        assert [problem.place for problem in heard.now.problems] == ["crl"]
        assert heard.now.bundles.keys() == {"mesh.example", "other.example"}


async def test_more_than_the_bounds_is_as_if_nothing_was_said(api: WorkloadApiServer) -> None:
    bounds = SpireBounds(trust_domains=1, message_bytes=1 << 16)
    async with Heard(spire(api.socket, patience=PATIENT, bounds=bounds)) as heard:
        assert heard.now.status == "unavailable"
        assert "2 trust domains" in (heard.now.detail or "")
        api.say(Said(bundles={"spiffe://mesh.example": MESH.der}))
        await heard.becomes("live")
        api.say(Said(bundles={"spiffe://mesh.example": MESH.der * 200}))
        state = await heard.becomes("stale")
        assert "RESOURCE_EXHAUSTED" in (state.detail or "")


async def test_nothing_is_left_once_it_stopped(api: WorkloadApiServer) -> None:
    async with Heard(spire(api.socket)) as heard:
        assert threads_of_sources() == {"callgate-spire"}
    assert threads_of_sources() == set()
    assert heard.now.status == "unavailable"
    assert heard.now.bundles == {}
    noted = len(heard.states)
    api.say(Said())
    assert len(heard.states) == noted


async def test_it_stops_while_the_server_is_silent(api: WorkloadApiServer) -> None:
    api.say(Said(silent=True))
    source = spire(api.socket, patience=Patience(first_answer=0.05))
    await source.start(lambda: None)
    await source.stop()
    assert threads_of_sources() == set()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("unix:/run/agent.sock", "without a scheme"),
        ("tcp://127.0.0.1:8081", "without a scheme"),
        ("agent.sock", "absolute"),
        ("/" + "x" * 107, "too long"),
    ],
)
def test_a_path_that_cannot_be_a_socket_is_refused(path: str, message: str) -> None:
    with pytest.raises(CallgateError, match=message):
        spire(Path(path))


def test_the_longest_path_is_taken() -> None:
    assert spire(Path("/" + "x" * 106)).state.status == "unavailable"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_a_socket_of_another_user_is_not_trusted(api: WorkloadApiServer) -> None:
    os.chown(api.socket, 12345, 12345)
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        assert heard.now.status == "unavailable"
        assert "owned by user 12345" in (heard.now.detail or "")
    async with Heard(spire(api.socket, owner=12345)) as heard:
        assert heard.now.status == "live"


async def test_a_folder_that_others_may_write_to_is_not_trusted(api: WorkloadApiServer) -> None:
    api.socket.parent.chmod(0o777)
    async with Heard(spire(api.socket, patience=PATIENT)) as heard:
        assert "chmod go-w" in (heard.now.detail or "")
        # Where each may remove only their own, as in /tmp, the socket cannot be replaced.
        api.socket.parent.chmod(0o777 | stat.S_ISVTX)
        await heard.becomes("live")


async def test_the_folder_of_a_link_to_the_socket_is_checked_too(
    api: WorkloadApiServer, tmp_path: Path
) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "agent.sock").symlink_to(api.socket)
    async with Heard(spire(folder / "agent.sock")) as heard:
        assert heard.now.status == "live"
    folder.chmod(0o777)
    async with Heard(spire(folder / "agent.sock", patience=PATIENT)) as heard:
        assert "chmod go-w" in (heard.now.detail or "")


async def test_a_file_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "agent.sock").write_text("")
    async with Heard(spire(tmp_path / "agent.sock", patience=PATIENT)) as heard:
        assert "not a socket" in (heard.now.detail or "")


@pytest.mark.parametrize(
    "data",
    [b"\x30", b"\x30\x05", b"\x31\x00", b"\x30\x80\x00\x00", b"\x30\x84\x00\x00\x00\x01x", b"x"],
)
def test_what_is_no_concatenation_of_der_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="certificate 2"):
        split_der(MESH.der + data, 10)


def test_a_concatenation_is_split_at_its_lengths() -> None:
    assert split_der(b"", 2) == ()
    assert split_der(MESH.der + OTHER.der, 2) == (MESH.der, OTHER.der)
    with pytest.raises(ValueError, match="more than 1"):
        split_der(MESH.der + OTHER.der, 1)


def test_the_server_is_a_workload_api_to_the_spiffe_library(api: WorkloadApiServer) -> None:
    leaf = MESH.issue("agent", uris=["spiffe://mesh.example/agent"])
    svid = Svid("spiffe://mesh.example/agent", leaf.der, leaf.key_der, MESH.der)
    api.say(Said(svids=[svid], bundles=BOTH.bundles))
    with WorkloadApiClient(f"unix:{api.socket}", default_timeout=10) as client:
        context = client.fetch_x509_context()
        assert str(context.default_svid.spiffe_id) == "spiffe://mesh.example/agent"
        assert len(client.fetch_x509_bundles().bundles) == 2
    with grpc.insecure_channel(f"unix:{api.socket}") as channel:
        method: grpc.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(
            "/SpiffeWorkloadAPI/FetchX509Bundles"
        )
        call = method(b"", timeout=10)
        with pytest.raises(grpc.RpcError, match="security header missing"):
            next(call)
