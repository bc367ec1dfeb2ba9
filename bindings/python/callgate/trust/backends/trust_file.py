"""TrustFile: what of one file counts, over time."""

from __future__ import annotations

import errno
import hashlib
import time
from dataclasses import dataclass
from typing import Final, final

from callgate.trust import TrustError, TrustSnapshot
from callgate.trust.backends.folder import FileFault, Folder
from callgate.trust.backends.pem import is_half

# Seconds for which a file must not have changed before it is read as whole.
SETTLE: Final = 0.05
# Seconds for which the last whole content counts while a writer is in the middle of the next.
KEEP: Final = 10.0
# A file that changed this short before it was read may change again within one tick of its clock.
_TICKS: Final = 2_000_000_000
# What opening a file comes to while another takes its place.
_CHANGING: Final = (errno.ENOENT, errno.ESTALE, errno.ELOOP, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Content that the engine takes as the anchors of one entity."""

    data: bytes
    keys: frozenset[str]  # SHA-256 of each anchor's SubjectPublicKeyInfo


def load(data: bytes) -> Loaded:
    """Raises FileFault where the engine refuses it: no anchor, or a private key in the file."""
    try:
        snapshot = TrustSnapshot({"file": [data]})
    except TrustError as error:
        number = "" if error.certificate is None else f"certificate {error.certificate}: "
        raise FileFault(f"{number}{error.message}") from error
    return Loaded(data, frozenset(anchor.spki_sha256 for anchor in snapshot.anchors))


@final
class TrustFile:
    """One name in a folder, from when it appears until it is gone.

    What it holds counts once it was left alone for SETTLE seconds. While it is half written the
    content before counts on, at most KEEP seconds; what is whole and no anchor counts for nothing
    at once. Used by one thread at a time.
    """

    __slots__ = (
        "_digest",
        "_half_since",
        "_keep",
        "_mark",
        "_read_at",
        "_since",
        "_waiting",
        "counts",
        "problem",
    )

    def __init__(self, keep: float = KEEP) -> None:
        self._keep = keep
        self._mark: tuple[int, ...] = ()
        self._read_at = 0
        self._digest = b""
        self._since = 0.0  # when this content was first seen
        self._waiting: bytes | None = None  # content that has not settled
        self._half_since: float | None = None
        self.counts: Loaded | None = None
        self.problem: str | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for."""
        return self._waiting is None

    def update(self, folder: Folder, name: str, inside: str) -> None:
        """Reads it, if it may have changed. Raises OSError where it is gone or being replaced."""
        now, wall = time.monotonic(), time.time_ns()
        try:
            if folder.mark(name, inside) != self._mark or self._mark[-1] > self._read_at - _TICKS:
                content = folder.read(name, inside)
                self._mark, self._read_at = content.mark, wall
                self._see(content.data, now, steady=content.steady)
        except FileFault as fault:
            self._refuse(str(fault))
            return
        except OSError as error:
            if error.errno in _CHANGING:
                raise
            self._refuse(error.strerror or "it cannot be read")
            return
        if self._waiting is not None and (
            now - self._since >= SETTLE or wall - self._mark[-1] >= SETTLE * 1e9
        ):
            data, self._waiting = self._waiting, None
            self._take(data, now)
        elif self._half_since is not None and now - self._half_since >= self._keep:
            self.counts = None

    def _see(self, data: bytes, now: float, *, steady: bool) -> None:
        digest = hashlib.sha256(data).digest()
        if digest != self._digest or not steady:
            self._digest = digest if steady else b""
            self._since = now
            self._waiting = data

    def _take(self, data: bytes, now: float) -> None:
        if is_half(data):
            if self._half_since is None:
                self._half_since = now
            self.problem = (
                "it ends in the middle of a certificate: write it again, whole; what it held "
                f"before counts for at most {self._keep:g} s"
            )
            return
        try:
            self.counts, self.problem = load(data), None
        except FileFault as fault:
            self.counts, self.problem = None, str(fault)
        self._half_since = None

    def _refuse(self, why: str) -> None:
        self._mark, self._digest, self._waiting, self._half_since = (), b"", None, None
        self.counts, self.problem = None, why
