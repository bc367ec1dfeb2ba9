"""The contexts in examples: lint says nothing that is not acknowledged, and fmt changes nothing."""

from pathlib import Path

import pytest
from callgate import PolicySet
from cli_command import CONTEXTS, POLICIES, run

FILES = sorted(CONTEXTS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lint_finds_nothing(file: Path) -> None:
    found = PolicySet.load(file).lint()
    assert not [f"{warning.where}: {warning.message}" for warning in found]


def test_editors_may_read_all_that_readers_may() -> None:
    policy = PolicySet.load(CONTEXTS / "filesystem.yaml")
    assert policy.contains(parent="filesystem-edit", child="filesystem-read")


def test_the_coding_agent_is_among_them() -> None:
    assert "coding-agent" in {file.stem for file in FILES}


def test_fmt_changes_none_of_them() -> None:
    done = run("fmt", "--check", CONTEXTS, POLICIES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
