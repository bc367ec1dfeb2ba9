"""verify: finds any change, removal and reordering, down to the line, and says what it cannot."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.audit import AuditError, Head, Sealing
from callgate.audit.canonical import canonical
from callgate.audit.chain import line_hash, read_line, write_line
from callgate.audit.head import sign_head
from callgate.audit.log import AuditLog
from callgate.audit.verify import verify_trail
from trails import SMALL, Place, call, calls


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A closed log of one file with a few checkpoints."""
    place = Place(tmp_path)
    place.run(calls(4), sealing=Sealing(checkpoint_lines=5))
    return place


def lines_of(place: Place) -> list[bytes]:
    (file,) = place.files()
    return file.read_bytes().splitlines(keepends=True)


def write(place: Place, lines: list[bytes]) -> None:
    (file,) = place.files()
    file.write_bytes(b"".join(lines))


def test_a_log_that_reaches_its_head_is_whole(place: Place) -> None:
    report = place.verify(place.head())
    assert (report.status, report.exit_code) == ("whole", 0)
    assert (report.first, report.last, report.sealed) == (1, len(place.lines()), report.last)


def test_without_a_head_later_lines_cannot_be_excluded(place: Place) -> None:
    report = place.verify()
    assert (report.status, report.exit_code) == ("unsealed", 3)
    assert report.open_ends == [f"lines after {report.last} cannot be excluded without a head"]


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.run(calls(1))
    head = place.head()
    (file,) = place.files()
    good = file.read_bytes()
    seed = random.randrange(2**32)
    choose = random.Random(seed)
    for position in range(len(good)):
        changed = bytearray(good)
        changed[position] ^= choose.randrange(1, 256)
        file.write_bytes(changed)
        report = verify_trail([file], [place.key.public_key], [head])
        assert report.status == "tampered", (seed, position)


def test_a_changed_line_is_named(place: Place) -> None:
    head, good = place.head(), lines_of(place)
    (file,) = place.files()
    for number, line in enumerate(good, 1):
        changed = line.replace(b'"time":"20', b'"time":"21')
        write(place, [*good[: number - 1], changed, *good[number:]])
        assert place.verify(head).where == f"{file}:{number}"


def test_any_removed_line_is_found_and_named(place: Place) -> None:
    head, good = place.head(), lines_of(place)
    for number in range(1, len(good)):
        write(place, good[: number - 1] + good[number:])
        report = place.verify(head)
        assert report.status == "tampered"
        assert number == 1 or report.fault == f"line {number} is missing"
        if number > 1:
            assert place.verify().status == "tampered"


def test_any_two_swapped_lines_are_found(place: Place) -> None:
    good = lines_of(place)
    for one in range(len(good)):
        for other in range(one + 1, len(good)):
            swapped = list(good)
            swapped[one], swapped[other] = good[other], good[one]
            write(place, swapped)
            assert place.verify(place.head()).status == "tampered", (one, other)


def test_a_doubled_or_inserted_line_is_found(place: Place) -> None:
    good = lines_of(place)
    for at in range(len(good)):
        write(place, [*good[:at], good[at], *good[at:]])
        assert place.verify(place.head()).status == "tampered"


def test_any_cut_end_is_found_with_a_head(place: Place) -> None:
    head, good = place.head(), lines_of(place)
    for length in range(len(good)):
        write(place, good[:length])
        report = place.verify(head)
        assert report.status == "tampered"
        assert (
            report.fault
            == f"lines {length + 1} to {head.sequence}, which a head vouches for, are gone"
        )


def test_no_line_is_tampering_with_a_head_and_an_error_without(place: Place) -> None:
    head = place.head()
    (file,) = place.files()
    forged = sign_head(SecretKey.generate(), head.log, head.sequence, head.hash, head.time)
    for emptied in (lambda: file.write_bytes(b""), file.unlink):
        emptied()
        report = place.verify(head)
        assert (report.status, report.exit_code, report.sealed) == ("tampered", 1, 0)
        assert report.fault == f"lines 1 to {head.sequence}, which a head vouches for, are gone"
        assert place.verify(head, up_to_anchor=True).status == "tampered"
        with pytest.raises(AuditError, match="no line to verify"):
            place.verify()
        with pytest.raises(AuditError, match="is not signed by the given key"):
            place.verify(forged)


def test_a_file_cut_within_a_line_is_not_whole(place: Place) -> None:
    (file,) = place.files()
    good, head = file.read_bytes(), place.head()
    for length in range(len(good) - 120, len(good)):
        file.write_bytes(good[:length])
        assert place.verify(head).status == "tampered"
        assert place.verify().status == "unsealed"


def rewritten(
    lines: list[bytes], change: Callable[[bytes], bytes], key: SecretKey | None
) -> list[bytes]:
    """The log with a change, hashed anew from there; with a key, sealed anew by that."""
    written: list[bytes] = []
    prev = read_line(lines[0].strip()).prev
    for text in lines:
        line = read_line(text.strip())
        fields = line.fields
        if line.kind == "checkpoint" and key is not None:
            head = sign_head(key, fields["log"], line.seq - 1, prev, line.time)
            fields = {"key": head.key, "log": head.log, "signature": head.signature}
        elif key is not None and "key" in fields:
            fields["key"] = key.public_key.thumbprint
        new = change(write_line(canonical(fields), line.kind, prev, line.seq, line.time))
        written.append(new + b"\n")
        prev = line_hash(new)
    return written


def test_a_rewritten_and_rehashed_log_is_found_by_its_checkpoints(place: Place) -> None:
    def change(line: bytes) -> bytes:
        return line.replace(b"/workspace/a", b"/workspace/b")

    write(place, rewritten(lines_of(place), change, None))
    report = place.verify()
    assert report.status == "tampered"
    assert report.fault is not None
    assert "was rewritten" in report.fault


def test_a_log_sealed_anew_by_another_key_is_found(place: Place) -> None:
    write(place, rewritten(lines_of(place), lambda line: line, SecretKey.generate()))
    report = place.verify()
    assert report.status == "tampered"
    assert report.fault is not None
    assert "which was not given" in report.fault


def test_a_log_without_its_checkpoints_is_not_believed(place: Place) -> None:
    written, prev = [], "0" * 64
    kept = [
        line
        for line in map(read_line, map(bytes.strip, lines_of(place)))
        if line.kind != "checkpoint"
    ]
    for seq, line in enumerate(kept, 1):
        new = write_line(canonical(line.fields), line.kind, prev, seq, line.time)
        written.append(new + b"\n")
        prev = line_hash(new)
    write(place, written)
    assert place.verify().fault == "no line is sealed by a key that was given"


def test_checkpoints_of_another_log_of_the_same_key_do_not_count(
    place: Place, tmp_path: Path
) -> None:
    other = Place(tmp_path / "other", place.key)
    other.root.mkdir()
    other.run(calls(4), sealing=Sealing(checkpoint_lines=5))
    mine, theirs = lines_of(place), lines_of(other)
    write(place, mine[:2] + theirs[2:])
    assert place.verify().status == "tampered"
    assert other.verify(place.head()).fault == "the head is of another log"


def test_a_head_that_the_key_did_not_sign_is_an_error(place: Place) -> None:
    head = place.head()
    forged = sign_head(SecretKey.generate(), head.log, head.sequence, head.hash, head.time)
    later = Head(head.log, head.sequence + 1, head.hash, head.time, head.key, head.signature)
    for bad in (forged, later):
        with pytest.raises(AuditError, match="is not signed by the given key"):
            place.verify(bad)


def test_lines_that_no_checkpoint_seals_yet_are_named(place: Place) -> None:
    good = lines_of(place)
    write(place, good[:-2])  # an event or outcome is last
    report = place.verify()
    assert report.status == "unsealed"
    assert f"lines {report.sealed + 1} to {report.last} are not sealed yet" in report.open_ends


def test_a_running_log_is_whole_up_to_an_anchor(tmp_path: Path) -> None:
    place = Place(tmp_path)

    async def use(audit: AuditLog) -> None:
        await audit.record(call())
        head = audit.head()
        await audit.record(call())
        assert place.verify(head).exit_code == 3
        assert place.verify(head, up_to_anchor=True).exit_code == 0

    place.run(use)


def test_rotated_files_are_one_chain(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.run(calls(30), sealing=SMALL)
    files = place.files()
    assert len(files) > 3
    assert place.verify(place.head()).status == "whole"
    key = [place.key.public_key]
    missing = verify_trail(files[:1] + files[2:], key, [place.head()])
    assert missing.status == "tampered"
    swapped = verify_trail([files[1], files[0], *files[2:]], key, [place.head()])
    assert swapped.status == "tampered"


def test_later_files_alone_need_a_head_of_the_line_before_them(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.run(calls(30), sealing=SMALL)
    key, later = [place.key.public_key], place.files()[2:]
    report = verify_trail(later, key, [place.head()])
    assert report.exit_code == 3
    assert report.open_ends == [f"lines 1 to {report.first - 1} were not given"]
    seal = read_line(place.files()[1].read_bytes().splitlines()[-1])
    before = sign_head(place.key, report.log, seal.seq, seal.hash, seal.time)
    assert verify_trail(later, key, [before, place.head()]).exit_code == 0
    wrong = sign_head(place.key, report.log, seal.seq, "0" * 64, seal.time)
    assert verify_trail(later, key, [wrong, place.head()]).exit_code == 1


class TestKeyRotation:
    """A new key signs after the old one said so."""

    @pytest.fixture
    def rotated(self, tmp_path: Path) -> tuple[Place, SecretKey]:
        place, new = Place(tmp_path), SecretKey.generate()

        async def use(audit: AuditLog) -> None:
            await audit.record(call())
            await audit.rotate_key(new)
            await audit.record(call())

        place.run(use)
        return place, new

    def test_the_new_key_and_the_old_one_verify_all(self, rotated: tuple[Place, SecretKey]) -> None:
        place, new = rotated
        head = place.head()
        assert head.key == new.public_key.thumbprint
        for keys in ([place.key.public_key], [new.public_key]):
            assert verify_trail(
                place.files(), keys, [head] if keys[0] == new.public_key else []
            ).exit_code in (0, 3)
        assert verify_trail(place.files(), [new.public_key], [head]).status == "whole"
        assert verify_trail(place.files(), [place.key.public_key], [head]).status == "whole"

    def test_a_handover_that_the_old_key_did_not_sign_is_found(
        self, rotated: tuple[Place, SecretKey]
    ) -> None:
        place, _ = rotated
        thief = SecretKey.generate()
        lines = [json.loads(line) for line in lines_of(place)]
        (at,) = [n for n, line in enumerate(lines) if line["kind"] == "key"]
        fields = lines[at]["fields"]
        fields["new_key"] = thief.public_key.thumbprint
        fields["new_public_key"] = thief.public_key.to_base64()
        good = lines_of(place)
        forged = write_line(canonical(fields), "key", lines[at]["prev"], at + 1, lines[at]["time"])
        head = sign_head(thief, fields["log"], at + 1, line_hash(forged), lines[at]["time"])
        seal = canonical({"key": head.key, "log": head.log, "signature": head.signature})
        sealed = write_line(seal, "checkpoint", head.hash, at + 2, head.time)
        write(place, [*good[:at], forged + b"\n", sealed + b"\n"])
        report = place.verify()
        assert report.fault == "its signature does not verify"

    def test_the_old_key_signs_nothing_after_it_handed_over(
        self, rotated: tuple[Place, SecretKey]
    ) -> None:
        place, new = rotated
        good = lines_of(place)
        line = read_line(good[-1].strip())
        head = sign_head(place.key, line.fields["log"], line.seq - 1, line.prev, line.time)
        seal = canonical({"key": head.key, "log": head.log, "signature": head.signature})
        forged = write_line(seal, "checkpoint", line.prev, line.seq, line.time)
        write(place, [*good[:-1], forged + b"\n"])
        keys = [place.key.public_key, new.public_key]
        assert (
            verify_trail(place.files(), keys).fault == "it is signed by a key whose turn it is not"
        )
