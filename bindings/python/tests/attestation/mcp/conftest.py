"""The modules next to these tests are imported by name. The tests run on the installed line of the
SDK; test_first_line.py runs them again on the first."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from attested_world import World
from http_caller import HttpCaller
from live_server import served
from peer_processes import Keys, make_keys
from tool_server import tool_server

Open = Callable[..., HttpCaller]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def serve() -> Iterator[Open]:
    """Starts a server of this world and gives a caller of it; ``http`` are the SDK's options."""
    with contextlib.ExitStack() as stack:

        def start(
            world: World, *guards: Any, http: dict[str, Any] | None = None, **options: Any
        ) -> HttpCaller:
            app = tool_server(world, *guards, **options).streamable_http_app(**(http or {}))
            caller = HttpCaller(stack.enter_context(served(app)))
            stack.callback(caller.close)
            return caller

        yield start
