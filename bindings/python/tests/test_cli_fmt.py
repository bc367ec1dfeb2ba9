"""fmt: one layout, in which comments, values and digests stay."""

import json
import random
from pathlib import Path

import pytest
import yaml
from callgate import PolicySet
from callgate.cli.layout import gaps
from callgate.cli.layout.format import formatted
from callgate.cli.layout.gaps import comments_of
from cli_command import CONTEXTS, POLICIES, assert_error, run, run_json

GOLDEN = Path(__file__).parent / "golden"
POLICY_FILES = sorted([*CONTEXTS.glob("*.yaml"), *POLICIES.glob("*.yaml"), *GOLDEN.glob("*.yaml")])


def test_comments_stay_with_what_they_speak_of() -> None:
    untidy = (GOLDEN / "untidy.yaml.txt").read_bytes()
    assert formatted(untidy, "untidy.yaml") == (GOLDEN / "tidy.yaml").read_text()


@pytest.mark.parametrize("file", POLICY_FILES, ids=lambda path: path.name)
def test_a_policy_keeps_its_digest(file: Path) -> None:
    text = formatted(file.read_bytes(), file.name)
    assert PolicySet.parse(text).digest == PolicySet.load(file).digest
    assert formatted(text.encode(), file.name) == text


SHAPES = [
    "name: c # {n}\ncapabilities: []\n",
    "# {n}\n\n- name: c\n  capabilities: # {n}\n  - tool_pattern: t # {n}\n    # {n}\n",
    "name: c\ncapabilities:\n- {{tool_pattern: t, # {n}\n   path_allowlist: [/a, # {n}\n"
    "  /b # {n}\n ]}}\n",
    "name: c\ndescription: |\n   a\n\n     b\n\n# {n}\ncapabilities: [] # {n}\n# {n}\n",
    'name: "c"\ndescription: \'it\'\'s\n  "so"\'\ncapabilities:\n    -   tool_pattern: t\n'
    "        # {n}\n# {n}\n",
    "name: c\ncapabilities:\n-\n  # {n}\n  tool_pattern: t\n  arguments:\n      a: # {n}\n"
    "        type: string\n",
    "%YAML 1.2\n--- # {n}\nname: c\ncapabilities: []\n---\n# {n}\nname: d\ncapabilities: []\n...\n",
    "name: c\ncapabilities: []\ndescription: {long}\n",
    "name: c\r\n# {n}\r\n\r\n\r\ncapabilities: []\r\n",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_no_comment_is_lost_and_none_made(shape: str) -> None:
    text = shape.format(n="see below", long="a word " * 40)
    try:
        result = formatted(text.encode(), "a.yaml")
    except Exception as error:
        # Beside the marker of a document there is no place for one.
        assert "marker" in str(error), error
        return
    assert comments_of(result) == comments_of(text)
    assert not any(len(line) > 100 for line in result.splitlines())


@pytest.mark.parametrize("seed", range(4))
def test_a_policy_with_comments_anywhere_stays_the_same(seed: int) -> None:
    rng = random.Random(seed)
    for file in POLICY_FILES:
        lines = file.read_text().splitlines()
        for number in range(rng.randint(1, 6)):
            at = rng.randrange(len(lines))
            if "#" not in lines[at]:
                lines.insert(at, " " * rng.randint(0, 8) + f"# comment {number}")
                lines.insert(at, "")
        text = "\n".join(lines) + "\n"
        try:
            digest = PolicySet.parse(text).digest
        except Exception:
            continue
        assert PolicySet.parse(formatted(text.encode(), "a.yaml")).digest == digest


def test_check_names_what_would_change(tmp_path: Path) -> None:
    tidy, untidy = tmp_path / "tidy.yaml", tmp_path / "untidy.yaml"
    tidy.write_text("name: a\ncapabilities: []\n")
    untidy.write_text("name:   b\ncapabilities: []\n")
    assert run("fmt", "--check", tidy).returncode == 0
    done = run("fmt", "--check", tmp_path)
    assert (done.returncode, done.stdout) == (1, f"{untidy}\n")
    assert untidy.read_text().startswith("name:   b")
    assert run_json("fmt", tmp_path, exit_code=0) == {"changed": [str(untidy)]}
    assert untidy.read_text() == "name: b\ncapabilities: []\n"
    assert run("fmt", "-", stdin="name:  a\ncapabilities: []").stdout == tidy.read_text()


def test_one_fault_changes_no_file(tmp_path: Path) -> None:
    untidy, bad = tmp_path / "a.yaml", tmp_path / "b.yaml"
    untidy.write_text("name:   b\ncapabilities: []\n")
    bad.write_text("name: b\n")
    assert_error(run("fmt", untidy, bad), f"{bad}:1:1: ")
    assert untidy.read_text().startswith("name:   b")
    text = json.dumps({"name": "a", "capabilities": []})
    assert_error(run("fmt", "-", stdin=text), "<stdin>: expected YAML")


@pytest.mark.parametrize("file", POLICY_FILES, ids=lambda file: file.stem)
def test_the_layout_is_the_same_without_libyaml(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file.read_bytes()
    quick = formatted(data, file.name)
    monkeypatch.setattr(gaps, "_LOADER", yaml.BaseLoader)
    gaps.tokens_of.cache_clear()
    gaps.roots_of.cache_clear()
    assert formatted(data, file.name) == quick
