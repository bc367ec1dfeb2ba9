"""Query: the lines of a trail that someone asks for, each call with its outcome."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from callgate.audit.chain import MAX_LINE, Line, read_line
from callgate.audit.errors import AuditError
from callgate.audit.reader import read_texts
from callgate.audit.trail import open_regular, trail_files

# Events under way that are remembered, so that their outcome can be shown with them.
_MAX_OPEN: Final = 100_000


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions must hold; None holds. ``tool`` is a name or an ``fnmatch`` pattern.

    Times are aware and judge the line's own time, ``since`` inclusive, ``until`` exclusive. An
    outcome is shown when its event is.
    """

    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    event: str | None = None
    session: str | None = None
    workload: str | None = None
    entity: str | None = None
    tool: str | None = None
    trace_id: str | None = None
    code_name: str | None = None
    allowed: bool | None = None

    def matches(self, line: Line) -> bool:
        """Whether the line by itself is asked for."""
        fields = line.fields
        for name in ("event", "session", "workload", "trace_id", "code_name", "allowed"):
            wanted = getattr(self, name)
            if wanted is not None and (fields.get(name) != wanted or line.kind != "event"):
                return False
        if self.entity is not None and fields.get("entity") != self.entity:
            return False
        if self.tool is not None and not fnmatchcase(str(fields.get("tool", "")), self.tool):
            return False
        return (self.kind is None or line.kind == self.kind) and self._in_time(line)

    def _in_time(self, line: Line) -> bool:
        if self.since is None and self.until is None:
            return True
        try:
            at = datetime.fromisoformat(line.time.replace("Z", "+00:00"))
        except ValueError:
            return False
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def select(lines: Iterator[Line], query: Query) -> Iterator[Line]:
    """The lines that match, and the outcomes of those that do."""
    shown: dict[int, None] = {}
    for line in lines:
        if query.matches(line):
            if line.kind == "event":
                shown[line.seq] = None
                if len(shown) > _MAX_OPEN:
                    del shown[next(iter(shown))]
            yield line
        elif line.kind == "outcome" and query.kind is None:
            event = line.fields.get("event")
            if type(event) is int and event in shown:
                del shown[event]
                yield line


def read_lines(files: Sequence[Path]) -> Iterator[Line]:
    """Believes what is written: ``verify_trail`` judges. Raises AuditError, OSError."""
    for text in read_texts(files):
        if not text.complete:
            return
        try:
            yield read_line(text.text, strict=False)
        except AuditError as error:
            raise AuditError(error.message, text.place) from error


def follow_lines(
    start: Path, *, pause: Callable[[], object] = lambda: time.sleep(0.5)
) -> Iterator[Line]:
    """The lines of ``start``, then those that are added to it and to the files that follow it.

    Without end. ``pause`` is called whenever there is nothing new. Raises AuditError, OSError.
    """
    path, number = start, 0
    file = open_regular(path)
    try:
        rest = b""
        while True:
            rest += file.readline(MAX_LINE + 1 - len(rest))
            if len(rest) > MAX_LINE:
                message = "the line is longer than any that is written"
                raise AuditError(message, f"{path}:{number + 1}")
            if rest.endswith(b"\n"):
                number += 1
                try:
                    line = read_line(rest.removesuffix(b"\n"), strict=False)
                except AuditError as error:
                    raise AuditError(error.message, f"{path}:{number}") from error
                rest = b""
                yield line
                continue
            later = [other for other in trail_files(path.parent) if other.name > path.name]
            if later and not file.peek(1):
                file.close()
                path, number, rest = later[0], 0, b""
                file = open_regular(path)
            else:
                pause()
    finally:
        file.close()


def shown_line(line: Line) -> str:
    """One line for people: nothing in it moves a cursor or hides what follows."""
    fields = line.fields
    parts = [line.time, f"#{line.seq}", str(fields.get("event", line.kind))]
    if line.kind == "outcome":
        parts = [line.time, f"#{line.seq}", f"outcome of #{fields.get('event')}"]
        parts += [str(fields.get("outcome")), _named(fields, ("error", "duration_ms", "result"))]
    elif line.kind == "event":
        parts.append("allowed" if fields.get("allowed") else str(fields.get("code_name", "")))
        parts.append(_named(fields, ("rule", "workload", "entity", "session", "trace_id")))
        parts += [str(fields.get("tool", "")), _arguments(fields)]
    else:
        parts.append(json.dumps(fields, ensure_ascii=False))
    return printable("  ".join(part for part in parts if part))


def printable(text: str) -> str:
    """The text with everything that is no visible character escaped."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def _named(fields: dict[str, object], names: Sequence[str]) -> str:
    return " ".join(f"{name}={_word(fields[name])}" for name in names if name in fields)


def _word(value: object) -> str:
    """Quoted where it could be read as more than one: unknown callers choose some."""
    text = str(value)
    return text if text.split() == [text] and '"' not in text else json.dumps(text)


def _arguments(fields: dict[str, object]) -> str:
    if "arguments" in fields:
        return json.dumps(fields["arguments"], ensure_ascii=False)
    try:
        payload = json.loads(str(fields.get("payload", "{}")))
        return json.dumps(payload["params"]["arguments"], ensure_ascii=False)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
