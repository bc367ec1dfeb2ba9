"""Runs the blocks of one page and one language as one program; each in its own way."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from markdown import ROOT, Block

BUILD = ROOT / "build" / "bindings"
VENV = ROOT / ".venv" / "bin"
# What a program prints where a block of it ends. No documented output holds it.
END = "\x1e"
ENVIRONMENT = {**os.environ, "PATH": f"{VENV}:{os.environ['PATH']}", "NO_COLOR": "1"}


def run(command: list[str], cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**ENVIRONMENT, "TMPDIR": str(cwd)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (
        f"{' '.join(command)} gave {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout


def at_their_lines(blocks: list[Block], end: str) -> str:
    """The blocks at the lines that they have in the page, so that errors name the page's lines."""
    lines = [""] * blocks[-1].closing_line
    for block in blocks:
        lines[block.line : block.line + len(block.lines)] = block.lines
        lines[block.closing_line - 1] = end
    return "".join(f"{line}\n" for line in lines)


def run_python(blocks: list[Block], work: Path) -> str:
    program = work / f"{blocks[0].page.stem}.py"
    program.write_text(at_their_lines(blocks, f"print({END!r})"))
    return run([sys.executable, "-W", "error", str(program)], work)


def run_sh(blocks: list[Block], work: Path) -> str:
    program = work / f"{blocks[0].page.stem}.sh"
    program.write_text(at_their_lines(blocks, r"printf '\036\n'"))
    return run(["bash", "-euo", "pipefail", str(program)], work)


# The declarations of the MCP SDK want the DOM's; those of the package are checked by its own tests.
TSCONFIG = """\
{"compilerOptions": {
  "strict": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true,
  "skipLibCheck": true, "noEmitOnError": true, "target": "es2022", "module": "nodenext",
  "types": ["node"], "lib": ["es2023", "esnext.disposable"]}}
"""


def run_ts(blocks: list[Block], work: Path) -> str:
    install_package(work)
    (work / "package.json").write_text('{"type": "module"}')
    (work / "tsconfig.json").write_text(TSCONFIG)
    name = blocks[0].page.stem
    (work / f"{name}.ts").write_text(at_their_lines(blocks, f"console.log({END!r});"))
    run(["node", str(ROOT / "node_modules/typescript/bin/tsc"), "--project", "."], work)
    return run(["node", f"{name}.js"], work)


def install_package(work: Path) -> None:
    """What `npm install` of the packed package gives, without asking the registry again."""
    modules = work / "node_modules"
    modules.mkdir()
    run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(work)], ROOT)
    (tarball,) = work.glob("callgate-*.tgz")
    shutil.unpack_archive(tarball, work / "unpacked", filter="data")
    (work / "unpacked" / "package").rename(modules / "callgate")
    servers = ROOT / "tests" / "servers" / "node_modules"
    for place, dependencies in (
        (ROOT / "node_modules", ("node-gyp-build", "@types", "undici-types")),
        (servers, ("@modelcontextprotocol", "zod")),
    ):
        for dependency in dependencies:
            if (place / dependency).exists():
                (modules / dependency).symlink_to(place / dependency)


CMAKE_LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(docs LANGUAGES CXX)
find_package(callgate REQUIRED)
add_executable(program program.cc)
target_link_libraries(program PRIVATE callgate::callgate)
target_compile_options(program PRIVATE -Wall -Wextra -Werror)
"""


def run_cpp(blocks: list[Block], work: Path) -> str:
    """Blocks are whole programs where they have a `main`; the others are the body of one, but for
    those that say `declarations`, and their #include lines."""
    output = ""
    whole = [block for block in blocks if re.search(r"^int main\(", block.text, re.MULTILINE)]
    for block in whole:
        output += compile_cpp(block.text, work / f"whole-{block.line}", work) + END + "\n"
    parts = [block for block in blocks if block not in whole]
    assert not (whole and parts), f"{blocks[0].page}: a page has whole programs or parts of one"
    return output if whole else compile_cpp(cpp_program(parts), work / "parts", work)


def cpp_program(blocks: list[Block]) -> str:
    includes = ["#include <cstdio>"]
    declarations: list[str] = []
    body: list[str] = []
    for block in blocks:
        place = declarations if "declarations" in block.words else body
        place.append(f'#line {block.line + 1} "{block.page.name}"')
        for line in block.lines:
            (includes if line.startswith("#include") else place).append(line)
            if line.startswith("#include"):
                place.append("")
        body.append(f'std::fflush(stdout); std::puts("\\{ord(END):o}"); std::fflush(stdout);')
    return "\n".join([*includes, *declarations, "int main() {", *body, "}", ""])


def compile_cpp(text: str, project: Path, work: Path) -> str:
    project.mkdir()
    (project / "program.cc").write_text(text)
    (project / "CMakeLists.txt").write_text(CMAKE_LISTS)
    configure = ["cmake", "-S", str(project), "-B", str(project), "-G", "Ninja"]
    run([*configure, f"-Dcallgate_DIR={BUILD}", "-DCMAKE_BUILD_TYPE=Debug"], work)
    run(["cmake", "--build", str(project)], work)
    return run([str(project / "program")], work)


RUNNERS: dict[str, Callable[[list[Block], Path], str]] = {
    "python": run_python,
    "sh": run_sh,
    "ts": run_ts,
    "cpp": run_cpp,
}


@functools.cache
def demonstration(program: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return run([sys.executable, str(ROOT / "examples" / "demo" / program)], Path(folder))


@functools.cache
def served() -> str:
    """What `callgate serve --demo` prints until it is ready, with the ports that it has unless told
    otherwise. Servers are found from where the tests have them."""
    command = ["callgate", "serve", "--demo", "--port", "0", "--admin-port", "0"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=ROOT / "tests" / "servers",
            env={**ENVIRONMENT, "TMPDIR": folder},
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "audit tail" in line:
                break
        process.terminate()
    text = "".join(lines).replace(folder, "/tmp")
    ports = re.findall(r"^(?:agents|operators) +http://127\.0\.0\.1:(\d+)$", text, re.MULTILINE)
    for port, usual in zip(ports, ("8700", "8701"), strict=True):
        text = text.replace(f":{port}", f":{usual}")
    return text


@functools.cache
def mesh() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return run(["callgate", "registry", "demo"], Path(folder))


DEMONSTRATIONS: dict[str, Callable[[], str]] = {
    "smcp": functools.partial(demonstration, "smcp.py"),
    "attestation": functools.partial(demonstration, "attestation.py"),
    "serve": served,
    "registry": mesh,
    "demo": functools.partial(demonstration, "demo.py"),
}
