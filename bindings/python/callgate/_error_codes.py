"""The engine's table of error codes, by name and by number (docs/error-codes.md)."""

from __future__ import annotations

from typing import Final

from callgate import _native

_TABLE: Final = _native.error_codes()

NUMBERS: Final[dict[str, dict[str, int]]] = {
    "smcp/v1": {name: number for name, number, _, _ in _TABLE},
    "seal/v1": {name: number for name, _, number, _ in _TABLE},
}
"""By protocol and name. The API's numbers are those of ``smcp/v1``."""

# Where names share a number, the first in the table stands for it.
NAMES: Final[dict[str, dict[int, str]]] = {
    protocol: {number: name for name, number in reversed(numbers.items())}
    for protocol, numbers in NUMBERS.items()
}
"""By protocol and number."""

MEANINGS: Final[dict[str, str]] = {name: meaning for name, _, _, meaning in _TABLE}
"""The one fixed sentence of each code, by name."""
