"""Durations as the mesh writes them: ``1h``, ``5m30s``, ``300ms``, or a number of seconds."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field

_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_MOST: Final = 366 * 86_400


def seconds_of(value: Any) -> Any:
    """Seconds. What is neither number nor text is left to the model. Raises ValueError."""
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    parts = _PART.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError("expected a duration such as 1h, 5m or 30s, or a number of seconds")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


# Seconds inside; 0 where a setting says that it switches something off.
Duration: TypeAlias = Annotated[float, BeforeValidator(seconds_of), Field(ge=0, le=_MOST)]
