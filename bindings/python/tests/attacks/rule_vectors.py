"""Vectors of the policy that name a row of the catalogue, some of each, for a real gateway."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).parents[4]
VECTORS = Path(os.environ.get("CALLGATE_VECTORS", ROOT / "tests" / "vectors"))
# Of one row and verdict. All of them run in the engine, in three languages.
EACH: Final = 3
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}")
_CONTEXT = re.compile(r'(\bname"?: *"?)([a-z][a-z0-9-]*)')


@dataclass(frozen=True)
class Vector:
    """One call of ``policy.json``."""

    id: str
    context: str
    tool: str
    arguments: str
    code: str | None


def vectors_of_rows() -> dict[str, list[Vector]]:
    """By row, as many allowed ones as ``EACH``, and as many of each code."""
    rows: dict[str, list[Vector]] = {}
    for entry in _data()["vectors"]:
        vector = _vector(entry)
        for row in rows_of(entry):
            chosen = rows.setdefault(row, [])
            alike = [other for other in chosen if other.code == vector.code]
            # A name that is none never gets to policy: another test's.
            if 67 <= int(row[1:]) <= 110 and len(alike) < EACH and _NAME.fullmatch(vector.tool):
                chosen.append(vector)
    return {row: chosen for row, chosen in rows.items() if chosen}


def rows_of(entry: dict[str, Any]) -> list[str]:
    found = re.search(r"attack catalogue ([0-9, ]+)", entry.get("source", ""))
    return [f"A{number}" for number in re.findall(r"\d+", found[1])] if found else []


def contexts_of_vectors() -> dict[str, str]:
    """The policies as files; each context is named after its policy."""
    files = {}
    for name, text in _data()["policies"].items():
        kind = "json" if text.lstrip().startswith(("{", "[")) else "yaml"
        files[f"vectors-{name}.{kind}"] = _CONTEXT.sub(rf"\g<1>{name}-\g<2>", text)
    return files


def tools_of_vectors() -> list[str]:
    return sorted({v.tool for row in vectors_of_rows().values() for v in row if v.code is None})


def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((VECTORS / "policy.json").read_bytes())
    return data


def _vector(entry: dict[str, Any]) -> Vector:
    arguments = entry.get("arguments_json") or json.dumps(entry.get("arguments", {}))
    context = f"{entry['policy']}-{entry['context']}"
    return Vector(entry["id"], context, entry["tool"], arguments, entry["code"])
