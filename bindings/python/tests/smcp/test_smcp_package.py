"""The package where its extra is missing, and the asynchronous client under cancellation."""

from __future__ import annotations

import subprocess
import sys

import anyio
from callgate.smcp import AsyncSMCPClient
from wire_gateway import Handler, WireGateway

BLOCK = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("httpx2", "httpcore2", "anyio"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


def run(program: str) -> str:
    command = [sys.executable, "-c", BLOCK + program]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_without_its_extra_the_error_says_how_to_get_it() -> None:
    program = "try:\n import callgate.smcp\nexcept ImportError as error:\n print(error)"
    assert run(program) == "callgate.smcp needs httpx2: pip install 'callgate[smcp]'\n"


def test_the_engine_and_its_command_need_no_extra() -> None:
    assert run("import callgate, callgate.cli.__main__\nprint('ok')") == "ok\n"


def test_exchanges_import_neither_an_http_library_nor_a_clock() -> None:
    program = """
import callgate, types
for name in ("callgate.smcp", ):  # the package itself brings the drivers
    module = types.ModuleType(name)
    module.__path__ = [callgate.__path__[0] + "/smcp"]
    sys.modules[name] = module
import callgate.smcp._flow as flow
print(sorted({"time", "asyncio"} & set(vars(flow))))
"""
    assert run(program) == "[]\n"


def silent(handler: Handler) -> None:
    handler.gateway.stopping.wait(20)


def test_a_call_that_is_cancelled_leaves_a_client_that_works(gateway: WireGateway) -> None:
    async def main() -> None:
        async with AsyncSMCPClient(gateway.url, "exec-1", "project") as client:
            await client.attest()
            gateway.call_lies.append(silent)
            with anyio.move_on_after(0.2) as scope:
                await client.call_tool("echo.any", {})
            assert scope.cancelled_caught
            assert (await client.call_tool("echo.any", {"n": 1}))["arguments"] == {"n": 1}

    anyio.run(main)
