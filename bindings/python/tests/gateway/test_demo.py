"""The demonstration: nothing is needed, everything is real, nothing leaves the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from callgate import PolicySet
from callgate.gateway.config import config_schema, load_config
from callgate.gateway.demo.demo import WORKLOAD, Demo, prepare_demo
from callgate.gateway.demo.servers import SERVERS, program_folders
from callgate.smcp import SMCPClient, SMCPError
from gateway_process import GatewayProcess, refused, running

ROOT = Path(__file__).parents[4]
NODE = ROOT / "tests" / "servers" / "node_modules" / ".bin"
PATH = os.pathsep.join([str(NODE), os.environ["PATH"]])
DOCUMENT = ("default", "read-only-research", "code-assistant", "research-safe")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return prepare_demo({"PATH": PATH}, port=0, admin_port=0, folder=tmp_path)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = str(tmp_path_factory.mktemp("demo"))
    arguments = ("--demo", "--port", "0", "--admin-port", "0")
    with running(Path(), *arguments, PATH=PATH, TMPDIR=folder) as gateway:
        yield gateway


def test_what_is_written_is_an_ordinary_configuration(demo: Demo) -> None:
    assert refused("--check", "--config", str(demo.config)) == (0, "")
    config = load_config(demo.config, {})
    assert config.development
    # Editors find the schema beside it.
    first, _, _ = demo.config.read_text().partition("\n")
    schema = demo.folder / first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(schema.read_text()) == config_schema()
    assert config.listen.is_loopback


def test_only_its_owner_can_read_it(demo: Demo) -> None:
    for name in ("issuer.pem", "admin.credential", "gateway.yaml", "executions.yaml"):
        assert (demo.folder / name).stat().st_mode & 0o777 == 0o600
    assert len(demo.credential.read_text()) >= 32


def test_it_is_refused_on_an_address_that_is_not_loopback(demo: Demo) -> None:
    code, error = refused("--config", str(demo.config), CALLGATE_CONFIG__LISTEN__ADDRESS="0.0.0.0")
    assert code == 2
    assert "loopback" in error


def test_the_documents_contexts_decide_as_the_document_says(demo: Demo) -> None:
    policy = PolicySet.load(demo.folder / "contexts")
    assert set(DOCUMENT) <= set(policy.context_names)
    cases = {
        ("fs.read", "/workspace/shared/data.csv"): None,
        ("fs.write", "/workspace/shared/output.txt"): None,
        ("fs.delete", "/workspace/shared/temp.txt"): "TOOL_EXPLICITLY_DENIED",
        ("fs.read", "/etc/passwd"): "PATH_NOT_ALLOWED",
    }
    for (tool, path), code in cases.items():
        assert policy.evaluate("research-safe", tool, {"path": path}).code_name == code
    searched = policy.evaluate("research-safe", "web.search", {"query": "example"})
    assert searched.code_name == "TOOL_NOT_ALLOWED"
    assert policy.evaluate("research-safe", "web_search", {"query": "example"}).allowed


@pytest.mark.parametrize("name", ["everything", "filesystem", "git", "time"])
def test_the_contexts_of_the_servers_are_the_examples(name: str) -> None:
    import callgate.gateway.demo.demo

    shipped = Path(callgate.gateway.demo.demo.__file__).parent / "contexts" / f"{name}.yaml"
    assert shipped.read_bytes() == (ROOT / "examples" / "contexts" / f"{name}.yaml").read_bytes()


def test_a_server_that_is_not_installed_is_named_with_the_command_that_installs_it(
    tmp_path: Path,
) -> None:
    nowhere = prepare_demo({"PATH": "/nowhere"}, port=0, admin_port=0, folder=tmp_path)
    assert "filesystem" not in nowhere.servers
    assert nowhere.missing["filesystem"].startswith("npm install ")
    # Those of PyPI run as modules, where no program of theirs is found.
    assert {"git", "time"} <= set(nowhere.servers)
    load_config(nowhere.config, {})


def test_node_modules_are_looked_for_upwards_and_the_path_only_where_it_is_absolute(
    tmp_path: Path,
) -> None:
    folders = program_folders("bin:/usr/bin:", tmp_path / "a" / "b")
    assert Path("/usr/bin") in folders
    assert tmp_path / "node_modules" / ".bin" in folders
    assert all(folder.is_absolute() for folder in folders)


def test_all_four_real_servers_answer(gateway: GatewayProcess) -> None:
    ready = gateway.ready
    assert (ready["servers"], ready["missing"]) == ([server.name for server in SERVERS], {})
    workspace = ready["workspace"]
    calls = {
        "filesystem-read": ("filesystem.read_text_file", {"path": f"{workspace}/notes.txt"}),
        "git-read": ("git.git_log", {"repo_path": workspace, "max_count": 1}),
        "time": ("time.get_current_time", {"timezone": "UTC"}),
        "everything": ("everything.echo", {"message": "hello"}),
        "default": ("fs.read", {"path": f"{workspace}/notes.txt"}),
        "research-safe": ("web_search", {"query": "replayed signatures"}),
    }
    for scope, (tool, arguments) in calls.items():
        with SMCPClient(gateway.url, WORKLOAD, scope) as client:
            client.attest()
            result = client.call_tool(tool, arguments)
            assert result.get("isError") in (None, False), result
            with pytest.raises(SMCPError) as caught:
                client.call_tool("filesystem.read_text_file", {"path": "/etc/passwd"})
            assert caught.value.code_name in ("PATH_NOT_ALLOWED", "TOOL_NOT_ALLOWED")


def test_its_credential_opens_the_operator_api(gateway: GatewayProcess) -> None:
    credential = Path(gateway.ready["credential"]).read_text()
    headers = {"authorization": f"Bearer {credential}"}
    response = httpx2.get(f"{gateway.ready['operators'][0]}/admin/v1/sessions", headers=headers)
    assert response.status_code == 200


def test_state_is_in_a_fresh_private_folder(gateway: GatewayProcess) -> None:
    folder = Path(gateway.ready["folder"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "state" / "journal").exists()
    assert list((folder / "state" / "audit").glob("*.jsonl"))


def test_people_get_commands_that_can_be_pasted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "callgate.cli", "serve", "--demo"]
    environ = {**os.environ, "PATH": PATH, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*command, "--port", "0", "--admin-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    ) as process:
        assert process.stdout is not None
        try:
            lines: list[str] = []
            while not (lines and lines[-1].startswith("  callgate audit")):
                line = process.stdout.readline()
                assert line, lines
                lines.append(line)
            text = "".join(lines)
            program = text.partition("<<'END'\n")[2].partition("  END\n")[0]
            source = "".join(line[2:] for line in program.splitlines(keepends=True))
            done = subprocess.run(
                [sys.executable, "-c", source],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            process.terminate()
            process.wait(60)
    assert "callgate connect --gateway http://127.0.0.1:" in text
    assert "Notes that an agent may read." in done.stdout, done.stderr
    assert "PATH_NOT_ALLOWED" in done.stdout


def test_ready_is_one_line_of_json(gateway: GatewayProcess) -> None:
    assert json.loads(json.dumps(gateway.ready)) == gateway.ready
    assert {"agents", "operators", "workload_id", "credential", "folder"} <= gateway.ready.keys()
