"""Every code block of the README and of docs/ is executed.

| block | what is done with it |
|---|---|
| `python` `ts` `cpp` `sh` | those of a page make one program of that language, which runs |
| `text` after one of these | is what that block prints; `…` stands for any text within a line |
| `yaml` | loads as a policy |
| `yaml refused` | does not load; a `text` block after it is the error |
| `yaml suite` | is a policy test suite; `callgate test` is run on it where the page says so |
| `yaml gateway` | is a configuration of the gateway |
| `yaml registry` | is a configuration of the registry |
| `yaml executions` | is its list of executions |
| `json` | is JSON that the engine accepts; `callgate` in it is called with options that exist |
| `nginx` | answers errors with the body that clients of all generations understand |
| `cmake` | configures, in a folder with a `main.cc`, against the library |
| `console` | is a command that another test runs; which one is told below |
| `text demo` | is what the first part of `make demo` prints, apart from the measured times |
| `text demo smcp` | is what its second part prints, the gateway's; `…` stands for any text |
| `text demo registry` | is what its third part prints, `callgate registry demo` |
| `text demo serve` | is what `callgate serve --demo` prints |
| `text demo … excerpt` | is some lines of that, in their order |

`file=NAME` after the language writes the text to that file, for the page's programs. A block of any
other kind fails, so that none is left out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import callgate
import pytest
from callgate._native import error_codes
from callgate.cli.__main__ import _parser
from callgate.gateway.config import ExecutionList, load_model, parse_config
from callgate.registry.config import load_config as load_registry
from markdown import PAGES, PROGRAMS, ROOT, Block, read_blocks
from programs import BUILD, DEMONSTRATIONS, END, RUNNERS, run

BLOCKS = [block for page in PAGES for block in read_blocks(page)]
KINDS = (*PROGRAMS, "text", "yaml", "json", "cmake", "console", "nginx")

# Commands of `console` blocks that are no targets of the Makefile, and the file whose test runs
# what they say.
RUN_ELSEWHERE = {
    "pip install 'callgate[": ("pyproject.toml", "gateway = ["),
    "pip install '.[": ("tools/test_sdist.sh", "[gateway]"),
    "pip install .": ("tools/test_sdist.sh", "pip install"),
    'pip install "$(echo wheels/': ("tools/test_sdist.sh", 'install "$wheel[gateway]"'),
    "pip wheel": ("tools/test_sdist.sh", "wheel --no-deps -w wheels"),
    "npm pack": ("tools/test_node.sh", "npm pack"),
    "npm install": ("tools/test_node.sh", "npm install"),
    "cmake --preset": ("CMakePresets.json", '"configurePresets"'),
    "cmake --install": ("tests/consumer/install/install_and_consume.cmake", "--install"),
    "cmake -S": ("tests/consumer/install/install_and_consume.cmake", "-DCMAKE_PREFIX_PATH="),
    "cmake --build": ("tools/build.sh", "cmake --build"),
    "callgate registry serve": (
        "bindings/python/tests/registry/test_registry_process.py",
        '"registry", "serve"',
    ),
    "callgate registry demo": ("tests/docs/programs.py", '"registry", "demo"'),
    "callgate serve --demo": ("tests/docs/programs.py", '"serve", "--demo"'),
    "python tools/": ("tests/docs/test_pages.py", "_doc"),
    "python -m pytest": ("tools/run_tests.py", "-m pytest"),
    "ctest": ("tools/run_tests.py", "ctest"),
}


def of_kind(*kinds: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in kinds]


def programs() -> list[tuple[Path, str]]:
    return sorted({(block.page, block.language) for block in of_kind(*PROGRAMS)})


def differs(block: Block, printed: str) -> bool:
    if block.output is None:
        return False
    pattern = re.escape(block.output.text.strip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.strip()) is None


@pytest.mark.parametrize(
    ("page", "language"), programs(), ids=lambda value: getattr(value, "stem", value)
)
def test_the_programs_of_a_page_run_and_print_what_it_says(
    page: Path, language: str, tmp_path: Path
) -> None:
    blocks = [block for block in BLOCKS if block.page == page]
    for block in blocks:
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text)
    blocks = [block for block in blocks if block.language == language and block.file is None]
    if not blocks:
        return
    printed = RUNNERS[language](blocks, tmp_path).split(f"{END}\n")
    assert printed.pop() == "", "something was printed after the last block"
    assert len(printed) == len(blocks), "a block did not reach its end"
    wrong = [
        f"{block.output} is not what the block before it prints:\n{text}"
        for block, text in zip(blocks, printed, strict=True)
        if differs(block, text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("block", of_kind("yaml"), ids=str)
def test_policies_and_configurations_load_or_are_refused_as_the_page_says(
    block: Block, tmp_path: Path
) -> None:
    if "gateway" in block.words:
        load_configuration(block, tmp_path)
    elif "registry" in block.words:
        (tmp_path / "registry.yaml").write_text(block.text)
        write_secrets(block, tmp_path)
        load_registry(tmp_path / "registry.yaml", {})
    elif "executions" in block.words:
        (tmp_path / "executions.yaml").write_text(block.text)
        load_model(ExecutionList, tmp_path / "executions.yaml", {})
    elif "suite" in block.words:
        assert block.file is not None, "a suite is run by a command of the page, from a file"
        commands = [b.text for b in BLOCKS if b.page == block.page and b.language == "sh"]
        assert any(f"callgate test {block.file}" in text for text in commands)
    elif "refused" in block.words:
        with pytest.raises(callgate.PolicyError):
            callgate.PolicySet.parse(block.text)
    else:
        callgate.PolicySet.parse(block.text)


def load_configuration(block: Block, work: Path) -> None:
    """With a secret wherever one is referred to."""
    write_secrets(block, work)
    environ = dict.fromkeys(re.findall(r"env:([A-Z_]+)", block.text), "a-secret-for-the-page")
    parse_config(block.text.encode(), str(block), work, environ)


def write_secrets(block: Block, work: Path) -> None:
    for name in re.findall(r"file:([a-z.]+)", block.text):
        (work / name).write_text("a-credential-for-the-page")
        (work / name).chmod(0o600)


@pytest.mark.parametrize("block", of_kind("nginx"), ids=str)
def test_proxies_answer_in_the_gateways_words(block: Block) -> None:
    bodies = re.findall(r"return \d+ '(.*)';", block.text)
    assert bodies
    for answer in map(json.loads, bodies):
        assert answer["status"] == "error"
        assert answer["message"] == answer["error"]["message"]
        assert answer["error_code"] == answer["error"]["code"]
        (number,) = [code for name, code, *_ in error_codes() if name == answer["error"]["name"]]
        assert number == answer["error_code"]


@pytest.mark.parametrize("block", of_kind("json"), ids=str)
def test_json_is_acceptable(block: Block) -> None:
    callgate.canonicalize(block.text)
    value = json.loads(block.text)
    servers = value.get("mcpServers", {}) if isinstance(value, dict) else {}
    for server in servers.values():
        if server["command"] == "callgate":
            _parser().parse_args(server["args"])


@pytest.mark.parametrize("block", of_kind("cmake"), ids=str)
def test_cmake_projects_build(block: Block, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(block.text)
    (tmp_path / "main.cc").write_text("#include <callgate/gate.h>\nint main() {}\n")
    run(["cmake", "-S", ".", "-B", "build", "-G", "Ninja", f"-Dcallgate_DIR={BUILD}"], tmp_path)
    run(["cmake", "--build", "build"], tmp_path)


@pytest.mark.parametrize("block", of_kind("console"), ids=str)
def test_commands_that_are_tests_themselves_exist(block: Block) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in block.lines:
        command = line.removeprefix("$ ").split("  #")[0].strip()
        if target := re.fullmatch(r"make ([a-z-]+)( [A-Z_]+=\S+)*", command):
            assert target[1] in targets, f"{block}: the Makefile has no {target[1]}"
            continue
        known = [place for start, place in RUN_ELSEWHERE.items() if command.startswith(start)]
        assert known, f"{block}: no test runs {command}"
        for file, what in known:
            assert what in (ROOT / file).read_text()


def unmeasured(text: str) -> list[str]:
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return [re.sub(r"\d+\.\d+|byte \d+", "N", line) for line in lines]


@pytest.mark.parametrize("block", [b for b in of_kind("text") if "demo" in b.words], ids=str)
def test_demonstrations_print_what_the_pages_say(block: Block) -> None:
    name = [word for word in block.words if word in DEMONSTRATIONS][-1]
    printed = unmeasured(DEMONSTRATIONS[name]())
    if "excerpt" not in block.words:
        assert len(unmeasured(block.text)) == len(printed)
    following = iter(printed)
    for expected in unmeasured(block.text):
        pattern = ".*".join(map(re.escape, expected.split("…")))
        assert any(re.fullmatch(pattern, line) for line in following), f"not printed: {expected}"


@pytest.mark.parametrize("name", ["demo", "smcp", "registry"])
def test_demonstrations_fit_into_100_columns(name: str) -> None:
    assert [line for line in DEMONSTRATIONS[name]().splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_no_block_is_left_out(block: Block) -> None:
    assert block.language in KINDS, f"{block}: what is done with {block.language!r}?"
