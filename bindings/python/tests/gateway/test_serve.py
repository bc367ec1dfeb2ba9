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
from callgate.gateway.process import serve_command
from callgate.smcp import SMCPClient, SMCPError
from gateway_process import (
    CREDENTIAL,
    WORKLOAD,
    GatewayProcess,
    refused,
    replace,
    running,
    wait_until,
    write_executions,
    write_gateway,
    write_secret,
)

TOOL = "time.get_current_time"
ARGUMENTS = {"timezone": "Europe/Berlin"}
WAITING_SERVER = [sys.executable, str(Path(__file__).parent / "servers" / "waiting.py")]
DENYING = "- name: clock\n  capabilities: []\n- name: nothing\n  capabilities: []\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One gateway for the tests that change nothing."""
    with running(write_gateway(tmp_path_factory.mktemp("shared"))) as gateway:
        yield gateway


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


def test_check_reads_every_file_and_reports_all_faults(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    assert refused("--check", "--config", str(config)) == (0, "")
    (tmp_path / "contexts.yaml").write_text("- name: clock\n  capabilities: none\n")
    (tmp_path / "issuer.pem").chmod(0o644)
    (tmp_path / "executions.yaml").write_text("- workload_id: a\n  scope: [b]\n")
    code, error = refused("--check", "--config", str(config))
    assert code == 2
    for place in ("contexts.yaml:2:", "issuer.pem: ", "executions.yaml:2:3: unknown key"):
        assert place in error
    assert not (tmp_path / "state").exists()


def test_check_reads_the_audits_keys_and_the_files_of_upstreams(tmp_path: Path) -> None:
    upstream = {"url": "https://127.0.0.1:9/mcp", "ca": "absent-ca.pem"}
    audit = {"key": "absent-audit.pem", "previous_key": "absent-previous.pem"}
    config = write_gateway(tmp_path, audit=audit, upstreams={"remote": upstream})
    code, error = refused("--check", "--config", str(config))
    assert code == 2
    for place in ("absent-audit.pem: ", "absent-previous.pem: ", "upstreams/remote: "):
        assert place in error
    assert not (tmp_path / "state").exists()


def test_a_scope_that_no_context_has_is_warned_of(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    write_executions(tmp_path, "clock", "absent")
    text = f'execution "{WORKLOAD}": no context is named "absent"'
    checked = serve_command.check(config, {})
    assert checked.data["warnings"] == [text]
    assert checked.lines[-1] == f"warning: {text}"
    with running(config) as gateway:
        gateway.wait_for_log(text)


def test_a_server_whose_program_is_not_there_is_warned_of(tmp_path: Path) -> None:
    config = write_gateway(tmp_path, upstreams={"clock": {"command": ["mcp-server-tim"]}})
    text = 'upstream clock: there is no program "mcp-server-tim"'
    assert serve_command.check(config, {}).data["warnings"] == [text]


def test_a_policy_without_a_context_that_is_granted_is_warned_of_when_it_is_read_again(
    tmp_path: Path,
) -> None:
    with running(write_gateway(tmp_path)) as gateway:
        replace(tmp_path / "contexts.yaml", "name: another\ncapabilities: []\n")
        gateway.wait_for_log(f'execution "{WORKLOAD}": no context is named "clock"')


def test_check_finds_two_executions_of_one_id(tmp_path: Path) -> None:
    config = write_gateway(tmp_path / "g")
    entry = {"workload_id": WORKLOAD, "scopes": ["clock"], "tie": "none"}
    replace(tmp_path / "g" / "executions.yaml", json.dumps([entry, entry]))
    code, error = refused("--check", "--config", str(config))
    assert code != 0
    assert "two entries have the same workload_id" in error


def test_an_entry_without_a_tie_must_say_so(tmp_path: Path) -> None:
    config = write_gateway(tmp_path)
    (tmp_path / "executions.yaml").write_text("- {workload_id: a, scopes: [clock]}\n")
    code, error = refused("--config", str(config))
    assert code == 2
    assert "expected a tie" in error


def test_a_policy_that_is_renamed_into_place_holds_for_sessions_that_run(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        assert code_of_call(client) is None
        replace(tmp_path / "contexts.yaml", DENYING)
        line = gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"
        assert line["changes"][0]["became"] == "denied"
        assert line["changes"][0]["tool_pattern"] == TOOL
    (noted,) = [line for line in audit_lines(tmp_path) if line["kind"] == "reload"]
    fields = noted["fields"]
    assert fields["what"] == "policy"
    assert fields["old_digest"] == line["old_digest"] != fields["new_digest"]
    assert fields["changes"][0]["became"] == "denied"


def test_sighup_reads_at_once_what_would_have_to_rest(tmp_path: Path) -> None:
    reload = {"settle_seconds": 3600, "check_seconds": 0.05}
    with running(write_gateway(tmp_path, reload=reload)) as gateway, session(gateway) as client:
        (tmp_path / "contexts.yaml").write_text(DENYING)
        assert code_of_call(client) is None
        gateway.signal(signal.SIGHUP)
        gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"


def test_a_bad_policy_keeps_the_old_one_and_says_so(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        replace(tmp_path / "contexts.yaml", "- name: clock\n  capabilites: []\n")
        line = gateway.wait_for_log("reload refused, the old one stays")
        assert line["kind"] == "policy"
        assert "contexts.yaml:2:3" in line["reason"]
        assert code_of_call(client) is None
        # Mended, it is taken.
        replace(tmp_path / "contexts.yaml", DENYING)
        gateway.wait_for_log("policy replaced")
        assert code_of_call(client) == "TOOL_NOT_ALLOWED"


def test_an_execution_that_loses_a_scope_loses_its_sessions(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        assert code_of_call(client) is None
        write_executions(tmp_path, "nothing")
        gateway.wait_for_log("executions replaced")
        wait_until(lambda: code_of_call(client) is not None)
        with pytest.raises(SMCPError) as caught:
            session(gateway)
    assert caught.value.code_name == "SCOPE_NOT_FOUND"


def test_an_issuer_key_that_is_replaced_leaves_running_sessions_alone(tmp_path: Path) -> None:
    with running(write_gateway(tmp_path)) as gateway, session(gateway) as client:
        (before,) = _key_ids(gateway)
        with SecretKey.generate() as key:
            write_secret(tmp_path / "next.pem", key.to_pem())
            (tmp_path / "next.pem").replace(tmp_path / "issuer.pem")
            after = key.public_key.thumbprint
        gateway.wait_for_log("issuer keys replaced")
        assert set(_key_ids(gateway)) == {before, after}
        assert code_of_call(client) is None
        with session(gateway) as newer:
            assert code_of_call(newer) is None
        # A compromised key is trusted no more, at once.
        config = json.loads((tmp_path / "gateway.yaml").read_text())
        config["issuer"]["compromised"] = [before]
        replace(tmp_path / "gateway.yaml", json.dumps(config))
        gateway.wait_for_log("issuer keys replaced", 2)
        assert _key_ids(gateway) == [after]


def _key_ids(gateway: GatewayProcess) -> list[str]:
    with gateway.agent() as agent:
        return [key["kid"] for key in agent.get("/.well-known/jwks.json").json()["keys"]]


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
