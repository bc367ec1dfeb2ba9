"""Verification of a trail, offline, with nothing believed but the keys and heads that are given.

1. Every line has the one form that is written, and continues the sequence and the hashes.
2. Every file begins by saying where it belongs.
3. Checkpoints are signed by the key whose turn it is; a key hands over by its own signature.
4. The heads that are given are lines of this trail.
5. What no checkpoint and no head seals is not vouched for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, final

from callgate import KeyFormatError, PublicKey
from callgate.audit.chain import FORMAT, ORIGIN, Line, read_line
from callgate.audit.errors import AuditError
from callgate.audit.head import Head, verify_statement
from callgate.audit.reader import Place, Text, read_texts
from callgate.audit.start import FIRST_KINDS, acknowledged_gap
from callgate.audit.trail_report import TrailReport


class _Fault(Exception):
    def __init__(self, message: str, place: Place | None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def verify_trail(
    files: Sequence[Path],
    keys: Sequence[PublicKey],
    anchors: Sequence[Head] = (),
    *,
    up_to_anchor: bool = False,
    accept_acknowledged: bool = False,
) -> TrailReport:
    """Judges the lines of the files, in this order.

    ``up_to_anchor`` leaves out what follows the last anchor, for the trail of a running gateway.
    ``accept_acknowledged`` takes an operator's signed word for lines that are gone. Raises
    AuditError for anchors that none of the keys signed, and where there is neither a line nor an
    anchor; OSError.
    """
    walk = _Walk(keys, anchors, accept_acknowledged=accept_acknowledged)
    end = max((anchor.sequence for anchor in anchors), default=0) if up_to_anchor else 0
    try:
        for text, following in _with_next(read_texts(files)):
            if end and walk.report.last >= end:
                break
            walk.take(text, following)
        walk.finish()
    except _Fault as fault:
        walk.report.fault = fault.message
        walk.report.where = None if fault.place is None else str(fault.place)
    return walk.report


@final
class _Walk:
    def __init__(
        self, keys: Sequence[PublicKey], anchors: Sequence[Head], *, accept_acknowledged: bool
    ) -> None:
        self.report = TrailReport()
        self._keys = {key.thumbprint: key for key in keys}
        self._anchors = sorted(anchors, key=lambda anchor: anchor.sequence)
        self._accept_acknowledged = accept_acknowledged
        self._anchored = False
        self._current = ""  # thumbprint of the key whose turn it is
        self._path: Path | None = None
        self._hash = ORIGIN
        self._place: Place | None = None
        self._stranger: tuple[Place, str] | None = None  # first seal since the last by a known key

    def take(self, text: Text, following: Text | None) -> None:
        """One line; ``following`` tells which of two lines that do not fit was changed."""
        report, place = self.report, text.place
        if not text.complete:
            if following is not None:
                raise _Fault("the file ends before its last line does", place)
            size = len(text.text)
            report.open_ends.append(f"{size} bytes at the end are no complete line")
            return
        try:
            line = read_line(text.text)  # 1
        except AuditError as error:
            raise _Fault(error.message, place) from error
        if report.last == 0:
            self._begin(line, place)
        else:
            self._follow(line, place, following)
        if self._path != place.path:  # 2
            self._path = place.path
            if line.kind not in FIRST_KINDS:
                raise _Fault("the file does not begin where one was begun", place)
        match line.kind:
            case "opened" | "acknowledged":
                self._open(line, place)
            case "checkpoint":
                self._checkpoint(line, place)
            case "key":
                self._hand_over(line, place)
        report.last, self._hash, self._place = line.seq, line.hash, place
        if line.kind == "checkpoint" and self._stranger is None:
            report.sealed = line.seq
        while self._anchors and self._anchors[0].sequence <= line.seq:
            self._anchor(self._anchors.pop(0), line, place)

    def finish(self) -> None:
        """5. Raises AuditError, _Fault."""
        report = self.report
        if self._anchors:
            sequence = self._anchors[-1].sequence
            self._signed(self._anchors[-1])
            message = f"lines {report.last + 1} to {sequence}, which a head vouches for, are gone"
            raise _Fault(message, self._place)
        if report.last == 0:
            raise AuditError("there is no line to verify")
        if self._stranger is not None:
            place, key = self._stranger
            raise _Fault(f"it is signed by the key {key}, which was not given", place)
        if report.sealed == 0:
            raise _Fault("no line is sealed by a key that was given", None)
        if report.sealed < report.last:
            message = f"lines {report.sealed + 1} to {report.last} are not sealed yet"
            report.open_ends.append(message)
        if not self._anchored:
            message = f"lines after {report.last} cannot be excluded without a head"
            report.open_ends.append(message)

    def _begin(self, line: Line, place: Place) -> None:
        report = self.report
        report.first = line.seq
        before = [anchor for anchor in self._anchors if anchor.sequence < line.seq - 1]
        self._anchors = [anchor for anchor in self._anchors if anchor.sequence >= line.seq - 1]
        report.notices += [f"the head of line {head.sequence} lies before" for head in before]
        if line.seq == 1:
            if line.prev != ORIGIN:
                raise _Fault("the first line of a log follows none", place)
        elif self._anchors and self._anchors[0].sequence == line.seq - 1:
            anchor = self._anchors.pop(0)
            self._signed(anchor)
            if (anchor.hash, anchor.log) != (line.prev, line.fields.get("log")):
                raise _Fault("it does not follow the line that the head vouches for", place)
        else:
            report.open_ends.append(f"lines 1 to {line.seq - 1} were not given")
        report.log = str(line.fields.get("log"))
        self._current = str(line.fields.get("key"))
        self._path = None

    def _follow(self, line: Line, place: Place, following: Text | None) -> None:
        last = self.report.last
        if line.seq != last + 1:
            gap = acknowledged_gap(line)
            if gap != (last + 1, line.seq - 1):
                raise _Fault(_disorder(line.seq, last), place)
            self.report.notices.append(f"{place}: the loss of lines {gap[0]} to {gap[1]}")
        if line.prev == self._hash:
            return
        # The line after, or its own signature, tells whether this one is as it was written.
        if (following is not None and _prev(following.text) == line.hash) or self._sealed(line):
            raise _Fault("the line is not the one that was written", self._place)
        raise _Fault("the line, or the one before it, is not the one that was written", place)

    def _open(self, line: Line, place: Place) -> None:
        fields = line.fields
        if fields.get("format") != FORMAT:
            raise _Fault(f"it is not of the format {FORMAT}", place)
        if fields.get("log") != self.report.log:
            raise _Fault("it belongs to another log", place)
        if line.kind == "acknowledged":
            self._acknowledged(line, place)
        elif fields.get("key") != self._current:
            raise _Fault("another key took over without the word of the one before", place)

    def _acknowledged(self, line: Line, place: Place) -> None:
        fields = dict(line.fields)
        key = str(fields.get("key"))
        signature = str(fields.pop("signature", ""))
        members = {name: fields.get(name) for name in _ACKNOWLEDGED}
        public_key = self._keys.get(key)
        if public_key is None:
            raise _Fault(f"it is signed by the key {key}, which was not given", place)
        if not verify_statement(public_key, signature, "acknowledgement", members):
            raise _Fault("its signature does not verify", place)
        self._current = key
        text = f"an operator acknowledged: {fields.get('fault')}"
        if not self._accept_acknowledged:
            raise _Fault(text, place)
        self.report.notices.append(f"{place}: {text}")

    def _sealed(self, line: Line) -> bool:
        head = _seal(line)
        key = None if head is None else self._keys.get(head.key)
        return head is not None and key is not None and head.verify(key)

    def _checkpoint(self, line: Line, place: Place) -> None:  # 3
        head = _seal(line)
        if head is None:
            raise _Fault("it is no checkpoint", place)
        if head.log != self.report.log:
            raise _Fault("it seals another log", place)
        if head.key != self._current:
            raise _Fault("it is signed by a key whose turn it is not", place)
        public_key = self._keys.get(head.key)
        if public_key is None:
            # Only a later seal by a key that was given can vouch for it.
            self._stranger = self._stranger or (place, head.key)
            return
        if not head.verify(public_key):
            lines = f"lines {self.report.sealed + 1} to {line.seq}"
            raise _Fault(f"its signature does not verify: one of {lines} was rewritten", place)
        self._stranger = None

    def _hand_over(self, line: Line, place: Place) -> None:
        fields = line.fields
        key, new_key = str(fields.get("key")), str(fields.get("new_key"))
        try:
            new = PublicKey.from_base64(str(fields.get("new_public_key")))
        except KeyFormatError as error:
            raise _Fault("the new key is no key", place) from error
        if fields.keys() != _HAND_OVER or fields["log"] != self.report.log:
            raise _Fault("it is not how a key hands over", place)
        if key != self._current or new.thumbprint != new_key:
            raise _Fault("it is signed by a key whose turn it is not", place)
        old = self._keys.get(key)
        if old is not None:
            members: dict[str, Any] = {
                name: value for name, value in fields.items() if name != "signature"
            }
            members |= {"hash": line.prev, "sequence": line.seq - 1, "time": line.time}
            if not verify_statement(old, str(fields["signature"]), "key", members):
                raise _Fault("its signature does not verify", place)
            # Believed only where all before is sealed by a known key, too.
            if self._stranger is None:
                self._keys[new_key] = new
        self._current = new_key

    def _anchor(self, anchor: Head, line: Line, place: Place) -> None:  # 4
        self._signed(anchor)
        if anchor.log != self.report.log:
            raise _Fault("the head is of another log", place)
        if anchor.sequence != line.seq:
            raise _Fault(f"line {anchor.sequence}, which a head vouches for, is gone", place)
        if anchor.hash != line.hash:
            lines = f"lines {self.report.sealed + 1} to {line.seq}"
            raise _Fault(f"it is not the line of the head: one of {lines} was rewritten", place)
        self._stranger = None
        self._anchored = True
        self.report.sealed = max(self.report.sealed, line.seq)

    def _signed(self, anchor: Head) -> None:
        key = self._keys.get(anchor.key)
        if key is None or not anchor.verify(key):
            raise AuditError(f"the head of line {anchor.sequence} is not signed by the given key")


_HAND_OVER: Final = {"key", "log", "new_key", "new_public_key", "signature"}
_ACKNOWLEDGED: Final = ("acknowledged_at", "expected", "fault", "found", "key", "log")


def _with_next(texts: Iterator[Text]) -> Iterator[tuple[Text, Text | None]]:
    before: Text | None = None
    for text in texts:
        if before is not None:
            yield before, text
        before = text
    if before is not None:
        yield before, None


def _seal(line: Line) -> Head | None:
    """What a checkpoint says of the line before it."""
    match line.fields:
        case {"key": str(key), "log": str(log), "signature": str(signature), **rest} if not rest:
            if line.kind == "checkpoint":
                return Head(log, line.seq - 1, line.prev, line.time, key, signature)
    return None


def _prev(text: bytes) -> str | None:
    try:
        return read_line(text, strict=False).prev
    except AuditError:
        return None


def _disorder(seq: int, last: int) -> str:
    if seq == last + 2:
        return f"line {last + 1} is missing"
    if seq > last:
        return f"lines {last + 1} to {seq - 1} are missing"
    return f"line {seq} stands where line {last + 1} should"
