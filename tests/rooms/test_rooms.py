"""The rooms of core/ use one another as the table in cmake/rooms.cmake says, and not otherwise."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT / "include" / "callgate"
ROW = re.compile(r'^  "([a-z/]+) *\|([a-z_. ]*)\|([a-z/ ]*)"$', re.MULTILINE)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)

TABLE = [
    (room, headers.split(), set(uses.split()))
    for room, headers, uses in ROW.findall((ROOT / "cmake" / "rooms.cmake").read_text())
]
ROOMS = [room for room, _, _ in TABLE]
OWNERS = {header: room for room, headers, _ in TABLE for header in headers}
MAY_USE = {room: uses for room, _, uses in TABLE}


def room_of(file: str) -> str:
    """The room of a file as `#include` names it, or as it stands below the root."""
    folder, _, name = file.removeprefix("include/").rpartition("/")
    return OWNERS[name] if folder == "callgate" else folder.removeprefix("core/")


def sources() -> list[Path]:
    below = [*(ROOT / "core").rglob("*"), *PUBLIC.iterdir()]
    return [path for path in below if path.suffix in {".h", ".cc", ".inc"}]


def test_every_public_header_has_an_owner() -> None:
    assert sorted(OWNERS) == sorted(path.name for path in PUBLIC.iterdir())


def test_the_table_names_every_room_and_no_other() -> None:
    folders = {path.parent.relative_to(ROOT / "core").as_posix() for path in sources()
               if not path.is_relative_to(PUBLIC)}  # fmt: skip
    assert folders == set(ROOMS)


def test_a_room_uses_only_rooms_above_it() -> None:
    upward = [
        f"{room} uses {used}"
        for place, room in enumerate(ROOMS)
        for used in MAY_USE[room]
        if used not in ROOMS[:place]
    ]
    assert upward == []


def test_rooms_include_what_the_table_allows() -> None:
    found: defaultdict[str, set[str]] = defaultdict(set)
    refused = []
    for path in sources():
        file = path.relative_to(ROOT).as_posix()
        room = room_of(file)
        for included in INCLUDE.findall(path.read_text()):
            used = room_of(included)
            if used == room:
                continue
            found[room].add(used)
            if used not in MAY_USE[room]:
                refused.append(f"{file} includes {included}")
    assert refused == []
    # What is allowed and not used is a rule without a need.
    assert {room: found[room] for room in ROOMS} == MAY_USE
