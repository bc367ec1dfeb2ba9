"""canonicalize: exactly the bytes, or the place of the fault."""

from pathlib import Path

from cli_command import assert_error, run, run_json


def test_canonicalize_prints_exactly_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"b": 1,\n "a": "\u20ac"}')
    for done in (run("canonicalize", file), run("canonicalize", stdin=file.read_bytes())):
        assert (done.returncode, done.stdout) == (0, '{"a":"\u20ac","b":1}')
    assert run_json("canonicalize", file, exit_code=0) == {"canonical": '{"a":"\u20ac","b":1}'}


def test_canonicalize_says_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"b": 1,\n "\u20ac": x}')
    assert_error(run("canonicalize", file), f"{file}:2:7: ")
    assert_error(run("canonicalize", "-", stdin="[1,\n2,]"), "<stdin>:2:3: ")
    assert_error(run("canonicalize", tmp_path / "missing"), str(tmp_path / "missing"))
