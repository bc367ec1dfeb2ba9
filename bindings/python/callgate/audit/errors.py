"""Why an audit trail or its journal cannot be opened or written, told apart by class."""

from __future__ import annotations

from callgate import CallgateError
from callgate._error_codes import MEANINGS


class AuditError(CallgateError):
    """A trail, its journal or one of its keys is not acceptable. ``where``: file and line."""

    def __init__(self, message: str, where: object = None) -> None:
        super().__init__(message, "AUDIT_UNAVAILABLE", None if where is None else str(where))


class AuditInUse(AuditError):
    """Another process writes here."""


class AuditTruncated(AuditError):
    """The trail ends before the journal's head: lines are gone."""


class AuditDiffers(AuditError):
    """A line is not the one that was written, or the trail and the journal are not of one log."""


class AuditKeyChanged(AuditError):
    """The key is not the one that signs this log, and the one that does is not at hand."""


class JournalDamaged(AuditError):
    """The state journal holds something else than whole batches and one incomplete last line."""


class AuditUnavailable(AuditError):
    """What was to be recorded is not durable, so what needs the record must not happen."""

    def __init__(self) -> None:
        super().__init__(MEANINGS["AUDIT_UNAVAILABLE"])
