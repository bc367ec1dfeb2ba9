"""hint: what was given where a value is none of a few, and which key or value may be meant."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel


def hint(model: type[BaseModel], detail: Any, data: Any) -> str:
    """To stand after the message of a fault of pydantic's; empty where nothing is known.

    ``data`` is what was validated. A value is shown only where the model has a few literals there,
    which no secret is one of.
    """
    at = tuple(detail["loc"])
    if detail["type"] == "literal_error":
        given = _value(data, at)
        if isinstance(given, str):
            known = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
            return f", not {given[:64]!r}{_meant(given, known)}"
    if detail["type"] == "extra_forbidden" and at:
        return _meant(str(at[-1]), _keys(model, at[:-1]))
    return ""


def _meant(given: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(given.lower(), list(known), n=1)
    return f": did you mean {near[0]}?" if near else ""


def _value(data: Any, at: tuple[str | int, ...]) -> Any:
    for part in at:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _keys(model: type[BaseModel], at: tuple[str | int, ...]) -> list[str]:
    """The keys of the section at a place; none where it is no plain section."""
    found: type[BaseModel] | None = model
    for part in at:
        field = None if found is None else found.model_fields.get(str(part))
        found = None if field is None else _section(field.annotation)
    return [] if found is None else list(found.model_fields)


def _section(annotation: Any) -> type[BaseModel] | None:
    sections = [
        one
        for one in (annotation, *typing.get_args(annotation))
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    return sections[0] if len(sections) == 1 else None
