"""The calls that the gateway's half of the demonstration makes, and what each must come to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call of one SDK. ``expect`` is "ALLOW" or the name of a code."""

    sdk: str  # "Python" or "TypeScript"
    client: str  # the class: SMCPClient or SEALClient
    scope: str
    tool: str
    arguments: dict[str, Any]
    expect: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def calls(workspace: Path) -> list[Call]:
    """Both SDKs, both generations, four servers; good calls next to bad ones."""
    folder = str(workspace)
    python, typescript = "Python", "TypeScript"
    smcp, seal = "SMCPClient", "SEALClient"
    read, write = "filesystem.read_text_file", "filesystem.write_file"
    return [
        Call(python, smcp, "filesystem-read", read, {"path": f"{folder}/notes.txt"}, "ALLOW"),
        Call(python, smcp, "filesystem-read", read, {"path": "/etc/passwd"}, "PATH_NOT_ALLOWED"),
        Call(
            python,
            smcp,
            "filesystem-read",
            read,
            {"path": f"{folder}/.git/config"},
            "PATH_NOT_ALLOWED",
        ),
        Call(
            python,
            smcp,
            "filesystem-read",
            write,
            {"path": f"{folder}/notes.txt", "content": "x"},
            "TOOL_NOT_ALLOWED",
        ),
        Call(python, seal, "git-read", "git.git_log", {"repo_path": folder}, "ALLOW"),
        Call(
            python,
            seal,
            "git-read",
            "git.git_show",
            {"repo_path": folder, "revision": "--output=/tmp/x"},
            "ARGUMENT_NOT_ALLOWED",
        ),
        Call(typescript, smcp, "everything", "everything.echo", {"message": "hello"}, "ALLOW"),
        Call(typescript, smcp, "everything", "everything.get-env", {}, "TOOL_NOT_ALLOWED"),
        Call(
            typescript, smcp, "everything", "everything.get-tiny-image", {}, "OUTPUT_SIZE_EXCEEDED"
        ),
        Call(
            typescript, seal, "time", "time.get_current_time", {"timezone": "Europe/Paris"}, "ALLOW"
        ),
        Call(
            typescript,
            seal,
            "time",
            "time.get_current_time",
            {"timezone": "../../etc/passwd"},
            "ARGUMENT_NOT_ALLOWED",
        ),
        Call(
            typescript,
            smcp,
            "research-safe",
            "fs.delete",
            {"path": "/workspace/*"},
            "TOOL_EXPLICITLY_DENIED",
        ),
    ]
