"""What lint says of the contexts in examples/contexts: nothing that is not acknowledged."""

from pathlib import Path

import pytest
from callgate import PolicySet

CONTEXTS = Path(__file__).resolve().parents[3] / "examples" / "contexts"
FILES = sorted(CONTEXTS.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lint_finds_nothing(file: Path) -> None:
    found = PolicySet.load(file).lint()
    assert not [f"{warning.where}: {warning.message}" for warning in found]


def test_the_coding_agent_is_among_them() -> None:
    assert "coding-agent" in {file.stem for file in FILES}
