"""Secrets by reference: ``env:NAME`` and ``file:PATH``. What they hold is never printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from callgate import CallgateError
from callgate._file_reader import OF_GROUP, read_file

# A credential, not a document: what is larger is the wrong file.
MAX_SECRET_BYTES = 64 * 1024
PATTERN = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"


@final
class Secret:
    """A secret that a configuration refers to, read when the configuration is.

    ``reference`` may be printed; the value leaves by ``reveal`` only. Immutable.
    """

    __slots__ = ("_value", "reference")

    def __init__(self, value: str, reference: str) -> None:
        self._value = value
        self.reference = reference

    def reveal(self) -> str:
        """The secret itself. Hand it to what needs it, and to nothing that prints."""
        return self._value

    def __repr__(self) -> str:
        return f"<Secret {self.reference}>"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self.reference)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be copied or pickled")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_validate)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": PATTERN}


@final
class MaybeSecret:
    """A text that may be a reference to a secret. Hidden in either case."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_validate_text)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string"}


def read_secret(reference: str, environ: Mapping[str, str], base: Path) -> Secret:
    """Resolves a reference; a relative path is looked up in ``base``.

    One line break at the end of a file is not part of the secret. Raises ValueError, whose message
    holds no part of the secret, and not what was written where no reference was.
    """
    kind, colon, name = reference.partition(":")
    if not colon or kind not in ("env", "file") or not name:
        raise ValueError("expected a reference, env:NAME or file:PATH, and no secret itself")
    if kind == "env":
        value = environ.get(name)
        if value is None:
            raise ValueError(f"the environment has no variable {name}")
    else:
        value = _read_file(base / Path(name).expanduser())
    if not value:
        raise ValueError(f"{reference} is empty")
    return Secret(value, reference)


def _read_file(path: Path) -> str:
    try:
        data = read_file(path, most=MAX_SECRET_BYTES, barred=OF_GROUP)
    except CallgateError as error:
        raise ValueError(str(error)) from error
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def _validate(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise ValueError("expected a reference, env:NAME or file:PATH")
    context = info.context or {}
    return read_secret(value, context.get("environ", {}), context.get("base", Path()))


def _validate_text(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, str) and not value.startswith(("env:", "file:")):
        return Secret(value, "text")
    return _validate(value, info)
