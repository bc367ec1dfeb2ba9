"""Reading a configuration: every fault at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from callgate import CallgateError
from callgate.settings.hints import hint
from callgate.settings.places import Fault, PlacedDocument, read_document
from callgate.settings.section import UNION_TAGS, PlacedError

_Model = TypeVar("_Model", bound=BaseModel)
Place: TypeAlias = "tuple[str | int, ...]"


class ConfigError(CallgateError):
    """A configuration is not acceptable. ``faults`` has all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first, *others = self.faults
        message = "\n".join([first.message, *map(str, others)])
        super().__init__(message, "INVALID_ARGUMENT", first.where)


def load_model(model: type[_Model], path: Path, environ: Mapping[str, str]) -> _Model:
    """A YAML file as the model has it, without overrides. Secrets are looked up in ``environ``.

    Raises ConfigError with every fault, OSError where the file cannot be read.
    """
    document = read_document(path.read_bytes(), str(path))
    return validated_model(model, document, path.absolute().parent, environ)


def validated_model(
    model: type[_Model], document: PlacedDocument, base: Path, environ: Mapping[str, str]
) -> _Model:
    """A document as the model has it; relative paths are looked up in ``base``.

    Raises ConfigError with every fault.
    """
    if document.data is None:
        raise ConfigError(document.faults)
    context = {"base": base, "environ": environ}
    faults = list(document.faults)
    data = document.data
    removed: set[Place] = set()
    while True:
        try:
            # Strict JSON rules: a list is a tuple and a string a path, but "1" is no number.
            value = model.model_validate_json(json.dumps(data), context=context)
        except ValidationError as error:
            details = [detail for detail in _details(error) if _place_of(detail) not in removed]
            faults += [
                Fault(_where(detail, document), _message(detail) + hint(model, detail, data))
                for detail in details
            ]
            places = {_section_of(_place_of(detail)) for detail in details}
            # A section with faults in it was not judged as a whole yet: once more without them.
            if () in places or not places:
                break
            removed |= places
            data = _without(data, removed, ())
        else:
            if not faults:
                return value
            break
    raise ConfigError(faults)


def _details(error: ValidationError) -> list[Any]:
    details = error.errors(include_url=False, include_input=False)
    # A list whose elements have faults counts as too short as well.
    inside = {
        _place_of(detail)[:length] for detail in details for length in range(len(detail["loc"]))
    }
    return [d for d in details if d["type"] != "too_short" or _place_of(d) not in inside]


def _without(data: Any, removed: set[Place], at: Place) -> Any:
    if not isinstance(data, dict):
        return data
    return {
        key: _without(value, removed, (*at, key))
        for key, value in data.items()
        if (*at, key) not in removed
    }


def _section_of(place: Place) -> Place:
    # A fault in a list is reported for the list: without one element, the others would move.
    return next((place[:i] for i, part in enumerate(place) if isinstance(part, int)), place)


def _place_of(detail: Any) -> Place:
    # pydantic marks the key of a mapping, rather than its value, by a last part "[key]", and the
    # member of a union by its tag.
    at = tuple(part for part in detail["loc"] if part != "[key]" and part not in UNION_TAGS)
    error = detail.get("ctx", {}).get("error")
    return (*at, *error.place) if isinstance(error, PlacedError) else at


def _where(detail: Any, document: PlacedDocument) -> str:
    at_key = detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]
    return document.where(_place_of(detail), key=at_key)


def _message(detail: Any) -> str:
    name = ".".join(str(part)[:64] for part in _place_of(detail))
    if detail["type"] == "string_pattern_mismatch" and "[key]" in detail["loc"]:
        return f"expected another name than {detail['loc'][-2][:64]!r}: {detail['msg'][20:]}"
    if detail["type"] == "extra_forbidden":
        return f"unknown key {name}"
    if detail["type"] == "missing":
        return f"expected a key {name}"
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    message = message[:1].lower() + message[1:]
    if message.startswith("should "):
        message = f"it {message}"
    return f"{name}: {message}" if name else message
