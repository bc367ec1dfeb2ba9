"""The family of exceptions: one root, a code from the table, and a copy that says the same."""

import pickle

import callgate
import pytest
from callgate import CallgateError, _native

FAMILY = [
    callgate.JsonError,
    callgate.KeyFormatError,
    callgate.PolicyError,
    callgate.TokenError,
    callgate.EnvelopeError,
    callgate.SessionError,
]


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_is_a_callgate_error(kind: type[CallgateError]) -> None:
    assert issubclass(kind, CallgateError)


def test_every_code_of_the_table_makes_an_error() -> None:
    table = _native.error_codes()
    assert len({name for name, *_ in table}) == len(table)
    for name, number, _, _ in table:
        error = CallgateError("why", name)
        assert (error.code_name, error.code, error.where) == (name, number, None)
        assert str(error) == "why"


def test_an_error_survives_pickling() -> None:
    error = callgate.PolicyError("why", "INVALID_POLICY", "a.yaml:3:5")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is callgate.PolicyError
    assert (again.code_name, again.where, str(again)) == (
        "INVALID_POLICY",
        "a.yaml:3:5",
        "a.yaml:3:5: why",
    )
