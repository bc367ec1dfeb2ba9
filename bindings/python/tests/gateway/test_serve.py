"""The gateway as a process: it starts whole or not at all, reloads, drains, and forgets nothing."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from callgate import SecretKey, create_envelope
from callgate.smcp import SMCPClient, SMCPError
from gateway_process import (
    ARGUMENTS,
    CREDENTIAL,
    TOOL,
    WORKLOAD,
    GatewayProcess,
    audit_lines,
    code_of_call,
    refused,
    running,
    session,
    wait_until,
    write_executions,
    write_gateway,
)

WAITING_SERVER = [sys.executable, str(Path(__file__).parent / "servers" / "waiting.py")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One gateway for the tests that change nothing."""
    with running(write_gateway(tmp_path_factory.mktemp("shared"))) as gateway:
        yield gateway


def test_a_configured_gateway_allows_and_denies(shared: GatewayProcess) -> None:
    with session(shared) as client:
        assert code_of_call(client) is None
    with session(shared, "nothing") as client:
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"


def test_health_and_readiness(shared: GatewayProcess) -> None:
    with shared.agent() as agent, shared.operator() as operator:
        assert agent.get("/healthz").json() == {"status": "ok"}
        # Callers that nobody knows learn no more than whether it is ready.
        assert agent.get("/readyz").json() == {"status": "ready"}
        parts = operator.get("/readyz").json()["parts"]
    assert {"audit", "ledger", "signer", "clock", "upstream time"} <= parts.keys()
    assert set(parts.values()) == {"ok"}


def test_answers_do_not_tell_the_server_or_its_time(shared: GatewayProcess) -> None:
    with shared.agent() as agent, shared.operator() as operator:
        for response in (agent.get("/healthz"), agent.get("/nowhere"), operator.get("/healthz")):
            assert "server" not in response.headers
            assert "date" not in response.headers


def test_operators_need_their_credential_and_agents_do_not_reach_them(
    shared: GatewayProcess,
) -> None:
    with shared.operator() as operator:
        assert operator.get("/admin/v1/sessions").status_code == 200
        for path in ("/admin/v1/sessions", "/metrics"):
            for forged in ("", "Bearer another-credential", f"Basic {CREDENTIAL}"):
                assert operator.get(path, headers={"authorization": forged}).status_code == 401
    with shared.agent(headers={"authorization": f"Bearer {CREDENTIAL}"}) as agent:
        for path in ("/admin/v1/sessions", "/metrics"):
            assert agent.get(path).status_code == 404


def test_an_encoded_path_is_no_route_of_operators(shared: GatewayProcess) -> None:
    with shared.operator() as operator:
        assert operator.get("/metrics").status_code == 200
        for path in ("/metrics%0a", "/%6Detrics", "/admin/v1/sessions%0a", "/admin%2Fv1/sessions"):
            assert operator.get(path).status_code == 404, path


def test_an_id_in_a_path_of_operators_is_decoded_once(shared: GatewayProcess) -> None:
    workload = "spiffe://a.example/100%2F x"
    entry = {"workload_id": workload, "scopes": ["nothing"], "tie": "none", "lifetime": 600}
    once, twice = quote(workload, safe=""), quote(quote(workload, safe=""), safe="")
    with shared.operator() as operator:
        assert operator.post("/admin/v1/executions", json=entry).status_code == 201
        for path in (twice, workload.replace(" ", "%20"), "%ff"):
            assert operator.delete(f"/admin/v1/executions/{path}").status_code in {400, 404}
        removed = operator.delete(f"/admin/v1/executions/{once}")
        assert removed.json()["workload_id"] == workload


def test_operators_connections_are_bounded(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path / "g")) as gateway, contextlib.ExitStack() as stack:
        address = urlsplit(gateway.ready["operators"][0])
        to = (address.hostname, address.port)
        for _ in range(256):
            stack.enter_context(socket.create_connection(to))
        with socket.create_connection(to) as one_more:
            one_more.settimeout(30)
            assert one_more.recv(100).startswith(b"HTTP/1.1 429")


def test_operators_log_does_not_grow_with_strangers_requests(shared: GatewayProcess) -> None:
    with httpx2.Client(base_url=shared.ready["operators"][0], trust_env=False) as stranger:
        for _ in range(300):
            assert stranger.get("/admin/v1/contexts").status_code == 401
    shared.wait_for_log("a request to the operator API without its credential")
    lines = [line for line in shared.log if "its credential" in line["event"]]
    assert len(lines) < 30


def test_ports_of_the_command_line_replace_the_configured(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = write_gateway(
            tmp_path / "g",
            listen={"port": port},
            admin={"port": port, "credential": "file:credential"},
        )
        assert refused("--config", str(config))[0] == 2
        ports = ("--config", str(config), "--port", "0", "--admin-port", "0")
        with running(config, *ports) as gateway:
            for url in (*gateway.ready["agents"], *gateway.ready["operators"]):
                assert urlsplit(url).port not in (port, 8700, 8701)
            with gateway.agent() as agent:
                assert agent.get("/healthz").status_code == 200


def test_a_port_that_means_nothing_is_refused(tmp_path: Path) -> None:
    listen = {"address": None, "unix": "agents.sock"}
    config = str(write_gateway(tmp_path / "g", listen=listen))
    code, error = refused("--config", config, "--port", "0")
    assert code == 2
    assert "listen.address is null" in error
    code, error = refused("--config", config, "--port", "65536")
    assert code == 2
    assert "a port is 0 to 65535, not 65536" in error
    assert not (tmp_path / "g" / "state").exists()


def test_what_callers_send_is_not_logged(shared: GatewayProcess) -> None:
    address = urlsplit(shared.url)
    upgrade = (
        b"GET /healthz HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"
    )
    for request in (b"nonsense\r\n\r\n", upgrade):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(request)
            assert connection.recv(100).startswith(b"HTTP/1.1 ")
    httpx2.get(shared.ready["operators"][0] + "/admin/v1/contexts", trust_env=False)
    shared.wait_for_log("a request to the operator API without its credential")
    assert not [line for line in shared.log if line["logger"] == "uvicorn.error"]


def test_a_second_gateway_on_the_same_state_does_not_start(
    shared: GatewayProcess, tmp_path: Path
) -> None:
    state = Path(shared.process.args[-1]).parent / "state"  # type: ignore[index, arg-type]
    config = write_gateway(tmp_path, state=str(state))
    code, error = refused("--config", str(config))
    assert code == 2
    assert len(error.splitlines()) == 1, error


def test_a_port_that_is_taken_is_one_clear_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = write_gateway(tmp_path, listen={"port": port})
        code, error = refused("--config", str(config))
    assert (code, error.splitlines()) == (
        2,
        [f"127.0.0.1:{port}: cannot listen: Address already in use"],
    )
    # Nothing was begun.
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"policy": "absent.yaml"}, "absent.yaml"),
        ({"issuer": {"key": "absent.pem"}}, "absent.pem"),
        ({"executions": {"file": "absent.yaml"}}, "absent.yaml"),
        ({"listen": {"address": "0.0.0.0"}}, "loopback"),
        ({"development": True, "listen": {"address": "0.0.0.0"}}, "loopback"),
        ({"admin": {"address": "0.0.0.0", "credential": "file:credential"}}, "loopback"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_start_that_cannot_be_says_why_and_leaves_nothing(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    code, error = refused("--config", str(write_gateway(tmp_path, **change)))
    assert code == 2
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "state").exists()


def test_a_revocation_outlives_a_kill(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    with running(config) as gateway, session(gateway) as client:
        with gateway.operator() as operator:
            sessions = operator.get("/admin/v1/sessions").json()["sessions"]
            path = f"/admin/v1/sessions/{sessions[0]['session_id']}"
            assert operator.delete(path).status_code == 200
        assert code_of_call(client) is not None
        gateway.signal(signal.SIGKILL)
        gateway.process.wait()
    with running(config) as gateway:
        with pytest.raises(SMCPError) as caught:
            session(gateway)
        assert caught.value.code_name == "UNKNOWN_WORKLOAD"


def test_an_envelope_seen_before_a_kill_is_seen_after_it(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    with SecretKey.generate() as key:
        with running(config) as gateway, gateway.agent() as agent:
            body = {
                "public_key": key.public_key.to_base64(),
                "workload_id": WORKLOAD,
                "requested_scope": "clock",
            }
            token = agent.post("/v1/smcp/attest", json=body).json()["security_token"]
            params = {"name": TOOL, "arguments": ARGUMENTS}
            call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            envelope = create_envelope(call, token, key)
            assert _invoke(agent, envelope).status_code == 200
            gateway.signal(signal.SIGKILL)
            gateway.process.wait()
        with running(config) as gateway, gateway.agent() as agent:
            replayed = _invoke(agent, envelope)
            assert replayed.json()["error"]["name"] == "REPLAY_DETECTED"
            # The session itself goes on.
            fresh = create_envelope({**call, "id": 2}, token, key)
            assert _invoke(agent, fresh).status_code == 200


def _invoke(agent: httpx2.Client, envelope: bytes) -> httpx2.Response:
    headers = {"content-type": "application/json"}
    return agent.post("/v1/smcp/invoke", content=envelope, headers=headers)


def test_stopping_lets_calls_in_flight_finish(tmp_path: Path) -> None:
    contexts = "- name: clock\n  capabilities: [{tool_pattern: slow.wait}]\n"
    config = write_gateway(tmp_path, upstreams={"slow": {"command": WAITING_SERVER}})
    (tmp_path / "contexts.yaml").write_text(contexts)
    write_executions(tmp_path, "clock")
    results: list[Any] = []
    with running(config) as gateway, session(gateway) as client:
        go = tmp_path / "go"
        began = tmp_path / "began"
        arguments = {"began": str(began), "until": str(go)}
        thread = threading.Thread(
            target=lambda: results.append(client.call_tool("slow.wait", arguments))
        )
        thread.start()
        wait_until(began.exists)
        gateway.signal(signal.SIGTERM)
        gateway.wait_for_log("stopping")
        # Nobody new gets in,
        wait_until(lambda: not _accepts(gateway.url))
        # and who was in gets the answer.
        go.touch()
        thread.join()
        assert gateway.process.wait(30) == 0
    assert results
    kinds = [line["kind"] for line in audit_lines(tmp_path)]
    assert kinds[-1] == "checkpoint"
    assert kinds.count("outcome") == 1


def _accepts(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def test_a_unix_socket_listens_beside_and_its_file_goes_with_the_gateway(tmp_path: Path) -> None:
    path = tmp_path / "agents.sock"
    listen = {"port": 0, "unix": str(path), "unix_mode": "0600"}
    with running(write_gateway(tmp_path, listen=listen)) as gateway:
        assert path.stat().st_mode & 0o777 == 0o600
        with SMCPClient(f"unix:{path}", WORKLOAD, "clock") as client:
            client.attest()
            assert code_of_call(client) is None
        assert gateway.stop() == 0
    assert not path.exists()


def test_the_log_holds_no_secret(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path, logging={"level": "debug"})) as gateway:
        with session(gateway) as client:
            assert code_of_call(client) is None
            token = str(client.security_token)
        gateway.stop()
        text = json.dumps(gateway.log)
    for secret in (CREDENTIAL, token, token.rpartition(".")[2], "PRIVATE KEY"):
        assert secret not in text


def test_a_trail_that_was_cut_stops_the_start_until_an_operator_acknowledges_it(
    tmp_path: Path,
) -> None:
    config = write_gateway(tmp_path)
    with running(config) as gateway:
        with session(gateway) as client:
            assert code_of_call(client) is None
        assert gateway.stop() == 0
    (trail,) = (tmp_path / "state" / "audit").glob("*.jsonl")
    trail.write_bytes(b"".join(trail.read_bytes().splitlines(keepends=True)[:-2]))
    code, error = refused("--config", str(config))
    assert code == 2
    assert "it ends with line" in error.splitlines()[-1]
    assert "callgate serve --acknowledge-audit" in error.splitlines()[-1]
    arguments = ("--config", str(config), "--acknowledge-audit")
    with running(config, *arguments) as gateway, session(gateway) as client:
        assert code_of_call(client) is None
    assert "acknowledged" in [line["kind"] for line in audit_lines(tmp_path)]


def test_a_second_signal_waits_for_nobody(tmp_path: Path) -> None:
    config = write_gateway(tmp_path, upstreams={"slow": {"command": WAITING_SERVER}})
    (tmp_path / "contexts.yaml").write_text(
        "- name: clock\n  capabilities: [{tool_pattern: slow.wait}]\n"
    )
    write_executions(tmp_path, "clock")
    with running(config) as gateway, session(gateway) as client:
        began = tmp_path / "began"
        arguments = {"began": str(began), "until": str(tmp_path / "never")}
        failures: list[SMCPError] = []

        def call() -> None:
            try:
                client.call_tool("slow.wait", arguments)
            except SMCPError as error:
                failures.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        wait_until(began.exists)
        gateway.signal(signal.SIGTERM)
        gateway.wait_for_log("stopping")
        gateway.signal(signal.SIGTERM)
        assert gateway.process.wait(30) == 0
        thread.join()
    assert failures
    # The trail ends whole, with what became of the call.
    lines = audit_lines(tmp_path)
    assert [line["kind"] for line in lines].count("outcome") == 1
    assert lines[-1]["kind"] == "checkpoint"


def test_without_the_extra_the_message_names_it() -> None:
    hide = "import sys; sys.modules['uvicorn'] = None; import callgate.cli.__main__ as cli; "
    program = hide + "sys.exit(cli.main(['serve', '--demo']))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "callgate: uvicorn is not installed: pip install 'callgate[gateway]'\n"
