"""The contexts for real servers: what each allows and denies, tried on the server itself."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from callgate import PolicySet
from callgate.gateway.upstreams.upstreams import StdioSettings
from upstream_servers import PATH, ROOT, brief, node_server, python_server, refused, running, soon

pytestmark = pytest.mark.anyio

CONTEXTS = ROOT / "examples" / "contexts"


@dataclass(frozen=True)
class Case:
    """A call and its verdict: a code, or a text that the server's answer holds."""

    context: str
    tool: str
    arguments: dict[str, Any]
    answers: str = ""
    denied: str | None = None


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "workspace"
    (folder / "project").mkdir(parents=True)
    (folder / "project" / "notes.txt").write_text("first line\nsecond line\n")
    (folder / "project" / "server.KEY").write_text("s3cr3t\n")
    (folder / ".env").write_text("PASSWORD=s3cr3t\n")
    (tmp_path / "outside.txt").write_text("s3cr3t\n")
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "project"], ["commit", "-qm", "begin"]):
        subprocess.run([*git, *arguments], check=True)
    for key in ("name", "email"):
        subprocess.run([*git, "config", f"user.{key}", "t@example.org"], check=True)
    with (folder / "project" / "notes.txt").open("a") as notes:
        notes.write("a line to commit\n")
    yield folder


def policy_for(file: str, workspace: Path) -> PolicySet:
    text = (CONTEXTS / f"{file}.yaml").read_text()
    return PolicySet.parse(text.replace("/workspace", str(workspace)), filename=f"{file}.yaml")


def server_for(file: str, workspace: Path) -> StdioSettings:
    if file == "filesystem":
        return node_server("server-filesystem", str(workspace), name=file)
    if file == "everything":
        return node_server("server-everything", "stdio", name=file)
    if file == "memory":
        environment = {**PATH, "MEMORY_FILE_PATH": str(workspace.parent / "memory.jsonl")}
        return replace(node_server("server-memory", name=file), environment=environment)
    arguments = ["--repository", str(workspace)] if file == "git" else []
    return python_server(f"mcp_server_{file}", *arguments, name=file, environment={"HOME": "/"})


W = "/workspace"
STAGING_SECRETS = (".env", ".", ":/", "[.]env", ":(icase).ENV", "?env", "project/../.env")
"""Ways to tell git to stage /workspace/.env."""

CASES = {
    "filesystem": [
        Case("filesystem-read", "read_text_file", {"path": f"{W}/project/notes.txt"}, "first line"),
        Case("filesystem-read", "read_text_file", {"path": f"{W}/project/notes.txt", "head": 1},
             "first line"),
        Case("filesystem-read", "list_directory", {"path": W}, "[DIR] project"),
        Case("filesystem-read", "search_files", {"path": W, "pattern": "**/*.txt"}, "notes.txt"),
        Case("filesystem-read", "read_multiple_files", {"paths": [f"{W}/project/notes.txt"]},
             "second line"),
        Case("filesystem-read", "read_multiple_files",
             {"paths": [f"{W}/project/notes.txt", "/etc/passwd"]}, denied="PATH_NOT_ALLOWED"),
        Case("filesystem-read", "read_text_file", {"path": f"{W}/../outside.txt"},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-read", "read_text_file", {"path": "/etc/passwd"},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-read", "read_text_file", {"path": f"{W}/.env"},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-read", "read_text_file", {"path": f"{W}/.git/config"},
             denied="PATH_NOT_ALLOWED"),
        # The server opens the composed form of a name, whatever form it is asked for.
        Case("filesystem-read", "read_text_file", {"path": f"{W}/project/server.\u212aEY"},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-read", "read_text_file", {"path": f"{W}/a", "Path": "/etc/passwd"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("filesystem-read", "read_file", {"path": f"{W}/project/notes.txt"},
             denied="TOOL_NOT_ALLOWED"),
        Case("filesystem-read", "write_file", {"path": f"{W}/project/a", "content": ""},
             denied="TOOL_NOT_ALLOWED"),
        Case("filesystem-edit", "write_file",
             {"path": f"{W}/project/new.txt", "content": "/etc/passwd is only text here"},
             "Successfully wrote"),
        Case("filesystem-edit", "write_file",
             {"path": f"{W}/project/main.c", "content": "// Copyright the authors\nint x;\n"},
             "Successfully wrote"),
        Case("filesystem-edit", "create_directory", {"path": f"{W}/project/src"},
             "Successfully created"),
        Case("filesystem-edit", "write_file",
             {"path": f"{W}/project/.git/hooks/pre-commit", "content": "#!/bin/sh"},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-edit", "edit_file",
             {"path": f"{W}/.git/config",
              "edits": [{"oldText": "[core]", "newText": "[core]\n\tfsmonitor = /tmp/x"}]},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-edit", "edit_file",
             {"path": f"{W}/project/notes.txt",
              "edits": [{"oldText": "first", "newText": "1st"}]}, "1st line"),
        Case("filesystem-edit", "write_file", {"path": f"{W}/other.txt", "content": ""},
             denied="PATH_NOT_ALLOWED"),
        Case("filesystem-edit", "move_file",
             {"source": f"{W}/project/notes.txt", "destination": f"{W}/project/b"},
             denied="TOOL_NOT_ALLOWED"),
    ],
    "git": [
        Case("git-read", "git_status", {"repo_path": W}, "main"),
        Case("git-read", "git_log", {"repo_path": W, "max_count": 1}, "begin"),
        Case("git-read", "git_show", {"repo_path": W, "revision": "HEAD"}, "notes.txt"),
        Case("git-read", "git_show", {"repo_path": W, "revision": "--output=/tmp/x"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("git-read", "git_diff", {"repo_path": W, "target": "main"}, "Diff with main"),
        Case("git-read", "git_diff", {"repo_path": W, "target": "--no-index"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("git-read", "git_branch", {"repo_path": W, "branch_type": "local"}, "main"),
        Case("git-read", "git_status", {"repo_path": "/"}, denied="ARGUMENT_NOT_ALLOWED"),
        Case("git-read", "git_status", {"repo_path": f"{W}/project"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("git-read", "git_commit", {"repo_path": W, "message": "m"},
             denied="TOOL_NOT_ALLOWED"),
        Case("git-commit", "git_add", {"repo_path": W, "files": ["project/notes.txt"]}, "staged"),
        *(Case("git-commit", "git_add", {"repo_path": W, "files": [files]},
               denied="PATH_NOT_ALLOWED")
          for files in STAGING_SECRETS),
        Case("git-commit", "git_add", {"repo_path": W, "files": ["../outside.txt"]},
             denied="PATH_NOT_ALLOWED"),
        Case("git-commit", "git_commit", {"repo_path": W, "message": "Mention /etc/hosts"},
             "committed"),
        Case("git-commit", "git_create_branch",
             {"repo_path": W, "branch_name": "agent/work", "base_branch": "main"}, "agent/work"),
        Case("git-commit", "git_create_branch",
             {"repo_path": W, "branch_name": "release", "base_branch": "main"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("git-commit", "git_reset", {"repo_path": W}, denied="TOOL_NOT_ALLOWED"),
    ],
    "time": [
        Case("time", "get_current_time", {"timezone": "Europe/Warsaw"}, "Europe/Warsaw"),
        Case("time", "get_current_time", {"timezone": "Etc/GMT+5"}, "Etc/GMT+5"),
        Case("time", "convert_time",
             {"source_timezone": "UTC", "time": "12:30", "target_timezone": "Asia/Tokyo"},
             "+9.0h"),
        Case("time", "get_current_time", {"timezone": "../../etc/passwd"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("time", "get_current_time", {"timezone": "UTC", "extra": 1},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("time", "get_current_time", {}, denied="ARGUMENT_NOT_ALLOWED"),
    ],
    "memory": [
        Case("memory-write", "create_entities",
             {"entities": [{"name": "project", "entityType": "repository",
                            "observations": ["lies in /workspace"]}]}, "repository"),
        Case("memory-write", "add_observations",
             {"observations": [{"entityName": "project", "contents": ["is written in C"]}]},
             "is written in C"),
        Case("memory-write", "delete_entities", {"entityNames": ["project"]},
             denied="TOOL_NOT_ALLOWED"),
        Case("memory-write", "create_entities", {"entities": [{"name": "a"}]},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("memory-read", "search_nodes", {"query": "repository"}, "lies in"),
        Case("memory-read", "open_nodes", {"names": ["project"]}, "is written in C"),
        Case("memory-read", "create_entities", {"entities": []}, denied="TOOL_NOT_ALLOWED"),
    ],
    "everything": [
        Case("everything", "echo", {"message": "hello"}, "Echo: hello"),
        Case("everything", "get-sum", {"a": 1, "b": 2}, "is 3."),
        Case("everything", "get-structured-content", {"location": "Chicago"}, "temperature"),
        Case("everything", "get-structured-content", {"location": "Paris"},
             denied="ARGUMENT_NOT_ALLOWED"),
        Case("everything", "echo", {"message": "two\nlines"}, denied="ARGUMENT_NOT_ALLOWED"),
        Case("everything", "get-env", {}, denied="TOOL_NOT_ALLOWED"),
        Case("everything", "gzip-file-as-resource", {"data": "http://169.254.169.254/"},
             denied="TOOL_NOT_ALLOWED"),
        Case("everything", "toggle-simulated-logging", {}, denied="TOOL_NOT_ALLOWED"),
    ],
}  # fmt: skip

COULD_ALLOW = {
    "memory-read": "read_graph search_nodes open_nodes",
    "memory-write": "read_graph search_nodes open_nodes create_entities create_relations "
    "add_observations",
    "filesystem-read": "read_text_file read_multiple_files list_directory search_files "
    "get_file_info",
    "filesystem-edit": "read_text_file read_multiple_files list_directory search_files "
    "get_file_info write_file edit_file create_directory",
    "git-read": "git_status git_diff_unstaged git_diff_staged git_diff git_log git_show git_branch",
    "git-commit": "git_status git_diff_staged git_commit git_add git_create_branch",
    "time": "get_current_time convert_time",
    "everything": "echo get-structured-content get-sum get-tiny-image "
    "trigger-long-running-operation",
}


@pytest.mark.parametrize("file", CASES)
async def test_each_call_has_its_verdict_and_allowed_ones_work_on_the_server(
    file: str, workspace: Path
) -> None:
    policy = policy_for(file, workspace)
    async with running(server_for(file, workspace)) as upstreams:
        for case in CASES[file]:
            arguments = json.dumps(case.arguments).replace("/workspace", str(workspace)).encode()
            decision = policy.evaluate(case.context, f"{file}.{case.tool}", arguments)
            assert decision.code_name == case.denied, (case, decision.reason)
            if not decision.allowed:
                continue
            reply = await soon(upstreams.call(f"{file}.{case.tool}", arguments))
            assert reply.result is not None, (case, reply.error)
            assert not json.loads(reply.result).get("isError"), (case, reply.result)
            assert case.answers in reply.result.decode(), (case, reply.result)


@pytest.mark.parametrize("file", CASES)
async def test_the_tools_that_a_context_could_allow_are_tools_of_the_server(
    file: str, workspace: Path
) -> None:
    policy = policy_for(file, workspace)
    async with running(server_for(file, workspace)) as upstreams:
        listed = [tool.name for tool in upstreams.tools()]
    for context in {case.context for case in CASES[file]}:
        expected = {f"{file}.{name}" for name in COULD_ALLOW[context].split()}
        assert set(policy.could_allow(context, listed)) == expected


@pytest.mark.parametrize("files", STAGING_SECRETS)
async def test_git_itself_stages_the_secret_by_that_spelling(workspace: Path, files: str) -> None:
    """What the context refuses is an attack: without it the server does as it is told."""
    async with running(server_for("git", workspace)) as upstreams:
        arguments = json.dumps({"repo_path": str(workspace), "files": [files]}).encode()
        await soon(upstreams.call("git.git_add", arguments))
    assert ".env" in staged(workspace)


def staged(workspace: Path) -> list[str]:
    git = ["git", "-C", str(workspace), "diff", "--cached", "--name-only"]
    return subprocess.run(git, check=True, capture_output=True, text=True).stdout.splitlines()


async def test_reading_a_repository_runs_what_its_configuration_names(workspace: Path) -> None:
    """So an agent that may read it must not write it: by no spelling of its folder."""
    ran, monitor = workspace.parent / "ran", workspace.parent / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {ran}\n")
    monitor.chmod(0o755)
    for folder in (".git", ".GIT", "GIT~1", ".git::$INDEX_ALLOCATION", "project/../.git"):
        call = {"path": f"{workspace}/{folder}/config", "content": ""}
        decision = policy_for("filesystem", workspace).evaluate(
            "filesystem-edit", "filesystem.write_file", json.dumps(call).encode()
        )
        assert decision.code_name == "PATH_NOT_ALLOWED", folder
    with (workspace / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {monitor}\n")
    async with running(server_for("git", workspace)) as upstreams:
        status = json.dumps({"repo_path": str(workspace)}).encode()
        await soon(upstreams.call("git.git_status", status))
    assert ran.exists()


async def test_a_result_larger_than_the_context_allows_is_withheld(workspace: Path) -> None:
    decision = policy_for("everything", workspace).evaluate(
        "everything", "everything.get-tiny-image", {}
    )
    assert decision.allowed
    async with running(server_for("everything", workspace)) as upstreams:
        refusal = await refused(upstreams.call("everything.get-tiny-image", b"{}", max_result=4096))
    assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)


def test_no_context_has_a_warning(workspace: Path) -> None:
    for file in CASES:
        warnings = [str(one) for one in policy_for(file, workspace).lint()]
        assert warnings == [], file
