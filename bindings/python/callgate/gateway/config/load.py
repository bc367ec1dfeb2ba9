"""Reading a configuration: every fault at once, each with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from callgate import CallgateError
from callgate.gateway.config.environment import apply_environment
from callgate.gateway.config.root import GatewayConfig
from callgate.gateway.config_places import Fault, PlacedDocument, read_document


class ConfigError(CallgateError):
    """A configuration is not acceptable. ``faults`` has all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first, *others = self.faults
        message = "\n".join([first.message, *map(str, others)])
        super().__init__(message, "INVALID_ARGUMENT", first.where)


def load_config(path: Path, environ: Mapping[str, str]) -> GatewayConfig:
    """The configuration in a YAML file, with the environment's overrides.

    Raises ConfigError with every fault, OSError where the file cannot be read.
    """
    return parse_config(path.read_bytes(), str(path), path.absolute().parent, environ)


def parse_config(
    text: bytes, filename: str, base: Path, environ: Mapping[str, str]
) -> GatewayConfig:
    """The same for a text; relative paths in it are looked up in ``base``."""
    document = read_document(text, filename)
    if document.faults:
        raise ConfigError(document.faults)
    apply_environment(document, environ)
    try:
        # Strict JSON rules: a list is a tuple and a string a path, but "1" is no number.
        config = GatewayConfig.model_validate_json(
            json.dumps(document.data), context={"base": base, "environ": environ}
        )
    except ValidationError as error:
        raise ConfigError([*document.faults, *_faults(error, document)]) from None
    if document.faults:
        raise ConfigError(document.faults)
    return config


def _faults(error: ValidationError, document: PlacedDocument) -> list[Fault]:
    details = error.errors(include_url=False, include_input=False)
    return [Fault(_place(detail, document), _message(detail)) for detail in details]


def _place(detail: Any, document: PlacedDocument) -> str:
    # pydantic marks the key of a mapping, rather than its value, by a last part "[key]".
    path = tuple(part for part in detail["loc"] if part != "[key]")
    at_key = detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]
    return document.where(path, key=at_key)


def _message(detail: Any) -> str:
    name = ".".join(str(part)[:64] for part in detail["loc"] if part != "[key]")
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
