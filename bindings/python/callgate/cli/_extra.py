"""Commands whose libraries come with an extra of the package."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from callgate.cli._input import input_error


@contextlib.contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """A library that cannot be imported in the block is reported by the extra that has it."""
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name == "callgate":
            raise
        message = f"{name} is not installed: pip install 'callgate[{extra}]'"
        raise input_error(message) from error
    except ImportError as error:
        # What callgate.smcp says where httpx2 is missing.
        if f"callgate[{extra}]" in str(error):
            raise input_error(str(error)) from error
        raise
