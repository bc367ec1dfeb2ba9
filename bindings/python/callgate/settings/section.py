"""What every section of the configuration is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

# What tells a mapping from a name where either may stand; no key of a section is called so.
UNION_TAGS = frozenset({"a mapping", "a name"})


class PlacedError(ValueError):
    """A fault of a section that is in one place within it."""

    def __init__(self, place: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


class Section(BaseModel):
    """Frozen; refuses unknown keys; a string is no number and a number no boolean."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


def _absolute(path: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get("base", Path())
    return base / path.expanduser()


# A file or folder; relative ones are looked up in the folder of the configuration.
ConfigPath: TypeAlias = Annotated[Path, Field(strict=False), AfterValidator(_absolute)]

Seconds: TypeAlias = Annotated[float, Field(gt=0, le=86_400)]
Bytes: TypeAlias = Annotated[int, Field(gt=0, le=1 << 40)]
Count: TypeAlias = Annotated[int, Field(gt=0, le=10_000_000)]
Port: TypeAlias = Annotated[int, Field(ge=0, le=65_535)]
# Upstreams and contexts: what can stand in a tool name before the dot.
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
ToolName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,128}$")]
