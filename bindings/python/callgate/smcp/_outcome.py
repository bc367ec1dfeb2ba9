"""Whether the tool ran: how the message of every error of a call begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from callgate.smcp.errors import GatewayRefused, SMCPError

Outcome = Literal["did not run", "ran", "may have run"]

BEGINNINGS: Final[dict[Outcome, str]] = {
    "did not run": "The tool did not run: ",
    "ran": "The tool ran: ",
    "may have run": "The tool may have run: ",
}
# With these a gateway withholds an answer that it has.
_WITHHELD: Final = frozenset({"OUTPUT_SIZE_EXCEEDED", "SESSION_INACTIVE"})


def outcome(error: SMCPError) -> Outcome:
    """What an error of a call says of the tool. In doubt it may have run."""
    if error.dispatched is False:
        return "did not run"
    # A gateway says "dispatched" of a call that left, too, to which no answer came.
    answered = not isinstance(error, GatewayRefused) or error.code_name in _WITHHELD
    return "ran" if error.dispatched and answered else "may have run"


@contextmanager
def beginning_with_outcome() -> Iterator[None]:
    """Around a call: an error that leaves it says first whether the tool ran."""
    try:
        yield
    except SMCPError as error:
        error.message = BEGINNINGS[outcome(error)] + error.message
        error.args = (error.message, *error.args[1:])
        raise


def reason(error: SMCPError) -> str:
    """Its message without the beginning, if it has one."""
    return error.message.removeprefix(BEGINNINGS[outcome(error)])
