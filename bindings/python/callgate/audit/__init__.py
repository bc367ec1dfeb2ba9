"""The audit trail: one JSON line for every operation, chained, sealed, verified offline.

A running gateway writes with ``callgate.audit.log.AuditLog``, and what it remembers with
``callgate.audit.journal.Journal``. Nothing here needs a gateway.
"""

from callgate.audit.chain_writer import Sealing
from callgate.audit.decision_event import event_of_decision
from callgate.audit.denial_sampler import DenialSampler as RefusalMeter
from callgate.audit.errors import (
    AuditDiffers,
    AuditError,
    AuditInUse,
    AuditKeyChanged,
    AuditTruncated,
    AuditUnavailable,
    JournalDamaged,
)
from callgate.audit.events import Event, EventName
from callgate.audit.head import Head
from callgate.audit.redaction import Redaction

__all__ = [
    "AuditDiffers",
    "AuditError",
    "AuditInUse",
    "AuditKeyChanged",
    "AuditTruncated",
    "AuditUnavailable",
    "Event",
    "EventName",
    "Head",
    "JournalDamaged",
    "Redaction",
    "RefusalMeter",
    "Sealing",
    "event_of_decision",
]
