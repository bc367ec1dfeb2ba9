"""What of a trust directory counts, at each of its readings."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from authorities import authority, issued
from callgate.trust.backends import trust_directory
from callgate.trust.backends.filestore import entity_files
from callgate.trust.backends.source import Problem
from callgate.trust.backends.trust_directory import Reading, TrustDirectory
from callgate.trust.backends.trust_file import SETTLE
from cryptography.hazmat.primitives.asymmetric import rsa
from kubelet import kubelet_volume

ACME, GLOBEX = authority("Acme"), authority("Globex")
HALF = ACME.pem[:200]


def settle(directory: TrustDirectory) -> Reading:
    """Reads until no file is waited for."""
    for _ in range(100):
        reading = directory.read()
        if reading.settled:
            return reading
        time.sleep(SETTLE)
    raise AssertionError("it never settles")


def read(path: Path) -> Reading:
    return settle(TrustDirectory(path, entity_files))


def problems(reading: Reading, path: Path) -> dict[str, str]:
    """By their place below the folder."""
    return {str(Path(one.place).relative_to(path)): one.message for one in reading.problems}


def test_the_entity_is_the_name_of_the_file(trust_dir: Path) -> None:
    (trust_dir / "top.pem").write_bytes(ACME.pem)
    (trust_dir / "entities" / "partner-corp.crt").write_bytes(GLOBEX.pem)
    reading = read(trust_dir)
    assert reading.entities == {"top": (ACME.pem,), "partner-corp": (GLOBEX.pem,)}
    assert not reading.problems
    assert reading.fault is None


def test_names_in_the_certificate_do_not_count(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(authority("One", organization="Same").pem)
    (trust_dir / "b.pem").write_bytes(authority("Two", organization="Same").pem)
    assert set(read(trust_dir).entities) == {"a", "b"}


@pytest.mark.parametrize("name", [".a.pem", "..pem", "a.txt", "a.PEM", "pem", "a.pem.new"])
def test_other_names_are_left_alone(trust_dir: Path, name: str) -> None:
    (trust_dir / name).write_bytes(ACME.pem)
    reading = read(trust_dir)
    assert not reading.entities
    assert not reading.problems


def test_other_folders_are_left_alone(trust_dir: Path) -> None:
    (trust_dir / "agents").mkdir()
    (trust_dir / "agents" / "a.pem").write_bytes(ACME.pem)
    assert not read(trust_dir).entities


@pytest.mark.parametrize("name", ["a b.pem", "-a.pem", "ä.pem", "a.b.pem", "a\n.pem"])
def test_a_name_against_the_rule_is_a_problem(trust_dir: Path, name: str) -> None:
    (trust_dir / "entities" / name).write_bytes(ACME.pem)
    (trust_dir / "good.pem").write_bytes(GLOBEX.pem)
    reading = read(trust_dir)
    assert reading.entities == {"good": (GLOBEX.pem,)}
    (problem,) = reading.problems
    assert "must contain only alphanumeric characters" in problem.message


def test_the_longest_name_is_that_of_a_file(trust_dir: Path) -> None:
    (trust_dir / f"{'a' * 251}.pem").write_bytes(ACME.pem)
    assert set(read(trust_dir).entities) == {"a" * 251}


def test_names_that_differ_in_case_alone_are_disabled(trust_dir: Path) -> None:
    (trust_dir / "Acme.pem").write_bytes(ACME.pem)
    (trust_dir / "acme.pem").write_bytes(GLOBEX.pem)
    reading = read(trust_dir)
    assert not reading.entities
    assert set(problems(reading, trust_dir)) == {"Acme.pem", "acme.pem"}
    assert "in case alone" in reading.problems[0].message


def test_one_name_in_two_places_is_disabled(trust_dir: Path) -> None:
    for name in ("a.pem", "a.crt", "entities/a.pem"):
        (trust_dir / name).write_bytes(authority().pem)
    reading = read(trust_dir)
    assert not reading.entities
    assert "has the name of a.pem and 1 more" in problems(reading, trust_dir)["a.crt"]


def test_one_anchor_in_two_files_disables_both(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem + GLOBEX.pem)
    (trust_dir / "b.pem").write_bytes(GLOBEX.pem)
    (trust_dir / "c.pem").write_bytes(authority().pem)
    reading = read(trust_dir)
    assert set(reading.entities) == {"c"}
    assert "it has the anchor of b.pem" in problems(reading, trust_dir)["a.pem"]
    assert "it has the anchor of a.pem" in problems(reading, trust_dir)["b.pem"]


def test_one_key_with_two_certificates_is_one_anchor(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    (trust_dir / "b.pem").write_bytes(authority("Renewed", key=ACME.key).pem)
    assert not read(trust_dir).entities


def test_the_other_counts_again_once_a_twin_is_removed(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    (trust_dir / "b.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    assert not settle(directory).entities
    (trust_dir / "b.pem").unlink()
    reading = directory.read()
    assert reading.entities == {"a": (ACME.pem,)}
    assert not reading.problems


WEAK = rsa.generate_private_key(65537, 1024)
REFUSED = {
    "leaf": ACME.issue("agent").pem,
    "self-signed leaf": issued("agent").pem,
    "authority that may not sign": issued("x", ca=True, key_cert_sign=False).pem,
    "weak key": authority(key=WEAK).pem,
    "private key": ACME.pem + ACME.key_pem,
    "private key before it": ACME.key_pem + ACME.pem,
    "no block": b"hello\n",
    "bad base64": ACME.pem.replace(b"\nM", b"\n!"),
    "second is bad": ACME.pem + GLOBEX.pem.replace(b"\nM", b"\n!"),
    "second is a leaf": ACME.pem + issued("agent").pem,
    "trusted certificate": ACME.pem.replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_anchor_is_a_problem(trust_dir: Path, name: str) -> None:
    (trust_dir / "bad.pem").write_bytes(REFUSED[name])
    (trust_dir / "good.pem").write_bytes(GLOBEX.pem)
    if name == "second is bad":
        (trust_dir / "good.pem").write_bytes(authority().pem)
    reading = read(trust_dir)
    assert set(reading.entities) == {"good"}
    assert set(problems(reading, trust_dir)) == {"bad.pem"}
    assert "BEGIN" not in reading.problems[0].message


def test_a_file_may_hold_two_authorities(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem + GLOBEX.pem)
    assert read(trust_dir).entities == {"a": (ACME.pem + GLOBEX.pem,)}


def test_line_ends_and_byte_order_mark_are_no_problem(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(b"\xef\xbb\xbf" + ACME.pem.replace(b"\n", b"\r\n"))
    assert set(read(trust_dir).entities) == {"a"}


def test_links_outward_and_fifos_are_problems(trust_dir: Path) -> None:
    (trust_dir.parent / "outside.pem").write_bytes(ACME.pem)
    (trust_dir / "link.pem").symlink_to("../outside.pem")
    os.mkfifo(trust_dir / "fifo.pem")
    (trust_dir / "good.pem").write_bytes(GLOBEX.pem)
    reading = read(trust_dir)
    assert set(reading.entities) == {"good"}
    assert set(problems(reading, trust_dir)) == {"fifo.pem", "link.pem"}


def test_a_dangling_link_is_no_entity(trust_dir: Path) -> None:
    (trust_dir / "a.pem").symlink_to("entities/a.pem.gone")
    assert not TrustDirectory(trust_dir, entity_files).read().entities


def test_own_files_of_localca_are_no_entities(trust_dir: Path) -> None:
    (trust_dir / "ca.pem").write_bytes(ACME.pem)
    (trust_dir / "ca-key.pem").write_bytes(ACME.key_pem)
    (trust_dir / "registry-cert.pem").write_bytes(ACME.issue("registry").pem)
    (trust_dir / "registry-key.pem").write_bytes(ACME.key_pem)
    reading = read(trust_dir)
    assert not reading.entities
    assert not reading.problems


def test_a_ca_file_without_its_key_is_an_entity(trust_dir: Path) -> None:
    (trust_dir / "ca.pem").write_bytes(ACME.pem)
    assert set(read(trust_dir).entities) == {"ca"}


def test_a_removed_file_is_forgotten_at_once(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    assert set(settle(directory).entities) == {"a"}
    (trust_dir / "a.pem").unlink()
    assert not directory.read().entities


def test_a_file_that_may_not_be_read_is_forgotten_at_once(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    assert set(settle(directory).entities) == {"a"}
    (trust_dir / "a.pem").chmod(0o666)
    assert not directory.read().entities
    (trust_dir / "a.pem").chmod(0o644)
    assert set(settle(directory).entities) == {"a"}


def test_a_new_file_does_not_count_before_it_settles(trust_dir: Path) -> None:
    directory = TrustDirectory(trust_dir, entity_files)
    directory.read()
    with (trust_dir / "a.pem").open("wb") as file:
        for begin in range(0, len(ACME.pem), 100):
            file.write(ACME.pem[begin : begin + 100])
            file.flush()
            assert not directory.read().entities
    assert set(settle(directory).entities) == {"a"}


def test_a_half_file_leaves_what_it_held_for_a_while(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files, keep=0.2)
    assert settle(directory).entities == {"a": (ACME.pem,)}
    (trust_dir / "a.pem").write_bytes(GLOBEX.pem[:200])
    reading = settle(directory)
    assert reading.entities == {"a": (ACME.pem,)}
    assert "ends in the middle of a certificate" in problems(reading, trust_dir)["a.pem"]
    time.sleep(0.2)
    reading = directory.read()
    assert not reading.entities
    assert reading.problems
    (trust_dir / "a.pem").write_bytes(GLOBEX.pem)
    assert settle(directory).entities == {"a": (GLOBEX.pem,)}


@pytest.mark.parametrize("data", [b"", HALF])
def test_a_file_that_was_never_whole_never_counts(trust_dir: Path, data: bytes) -> None:
    (trust_dir / "a.pem").write_bytes(data)
    reading = read(trust_dir)
    assert not reading.entities
    assert set(problems(reading, trust_dir)) == {"a.pem"}


def test_a_whole_file_that_is_no_anchor_counts_at_once(trust_dir: Path) -> None:
    """For nothing, that is: what it held before is not kept."""
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    settle(directory)
    (trust_dir / "a.pem").write_bytes(b"revoked\n")
    assert not settle(directory).entities


def test_a_change_within_one_tick_of_the_clock_is_seen(trust_dir: Path) -> None:
    other = authority(key=GLOBEX.key).pem
    path = trust_dir / "a.pem"
    path.write_bytes(GLOBEX.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    settle(directory)
    status = path.stat()
    path.write_bytes(other)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert settle(directory).entities == {"a": (other,)}


def test_a_swapped_volume_counts_at_once(trust_dir: Path) -> None:
    shutil.rmtree(trust_dir / "entities")
    kubelet_volume(trust_dir, {"a.pem": ACME.pem, "entities/b.pem": GLOBEX.pem}, "..1")
    directory = TrustDirectory(trust_dir, entity_files)
    assert settle(directory).entities == {"a": (ACME.pem,), "b": (GLOBEX.pem,)}
    other = authority().pem
    kubelet_volume(trust_dir, {"a.pem": other, "entities/c.pem": GLOBEX.pem}, "..2")
    reading = directory.read()
    assert "b" not in reading.entities
    assert settle(directory).entities == {"a": (other,), "c": (GLOBEX.pem,)}


def test_tombstones_count_by_their_names(trust_dir: Path) -> None:
    (trust_dir / "revoked").mkdir()
    (trust_dir / "revoked" / ACME.spki_sha256).touch()
    (trust_dir / "revoked" / GLOBEX.spki_sha256.upper()).mkdir()
    (trust_dir / "revoked" / ".tmp").touch()
    reading = read(trust_dir)
    assert reading.revoked == {ACME.spki_sha256, GLOBEX.spki_sha256}
    assert not reading.problems


def test_a_tombstone_with_another_name_is_a_problem(trust_dir: Path) -> None:
    (trust_dir / "revoked").mkdir()
    (trust_dir / "revoked" / "acme").touch()
    reading = read(trust_dir)
    assert not reading.revoked
    assert "revokes nothing" in reading.problems[0].message


def make_writable_by_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def make_link_outward(path: Path) -> None:
    path.symlink_to("../..")


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, make_writable_by_all, make_link_outward])
@pytest.mark.parametrize("name", ["revoked", "entities"])
def test_an_unreadable_folder_fails_closed(trust_dir: Path, name: str, make: object) -> None:
    assert callable(make)
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    shutil.rmtree(trust_dir / name, ignore_errors=True)
    make(trust_dir / name)
    reading = read(trust_dir)
    assert not reading.entities
    assert reading.fault is not None
    assert str(trust_dir) in reading.fault


def test_what_was_revoked_stays_so_while_nothing_is_known(trust_dir: Path) -> None:
    (trust_dir / "revoked").mkdir()
    (trust_dir / "revoked" / ACME.spki_sha256).touch()
    directory = TrustDirectory(trust_dir, entity_files)
    directory.read()
    trust_dir.rename(trust_dir.with_name("elsewhere"))
    reading = directory.read()
    assert reading.gone
    assert reading.revoked == {ACME.spki_sha256}


def test_a_folder_that_is_gone_holds_nothing(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    assert settle(directory).entities
    trust_dir.rename(trust_dir.with_name("elsewhere"))
    reading = directory.read()
    assert not reading.entities
    assert reading.fault == f"{trust_dir}: No such file or directory"
    trust_dir.with_name("elsewhere").rename(trust_dir)
    assert settle(directory).entities == {"a": (ACME.pem,)}


def test_ten_thousand_files_are_read_and_one_more_is_not(
    trust_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(trust_directory.MOST_FILES):
        (trust_dir / "entities" / f"e{number}.pem").write_bytes(b"no certificate\n")
    directory = TrustDirectory(trust_dir, entity_files)
    reading = settle(directory)
    assert reading.fault is None
    assert len(reading.problems) == trust_directory.MOST_FILES
    (trust_dir / "one-more.pem").write_bytes(ACME.pem)
    reading = directory.read()
    assert not reading.entities
    assert reading.fault == f"{trust_dir}: it holds more than 10000 files of certificates"


def test_places_of_problems_can_be_opened(trust_dir: Path) -> None:
    (trust_dir / "entities" / "a.pem").write_bytes(b"hello\n")
    (problem,) = read(trust_dir).problems
    assert isinstance(problem, Problem)
    assert Path(problem.place).read_bytes() == b"hello\n"
