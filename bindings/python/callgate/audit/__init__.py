"""The audit trail: one JSON line for every operation, chained, sealed, verified offline.

The log of a running gateway is ``callgate.audit.log.AuditLog``; what is here needs no gateway.
"""

from callgate.audit.chain_writer import Sealing
from callgate.audit.errors import (
    AuditDiffers,
    AuditError,
    AuditInUse,
    AuditKeyChanged,
    AuditTruncated,
    JournalDamaged,
)
from callgate.audit.events import Event, EventName, event_of_decision
from callgate.audit.head import Head
from callgate.audit.meter import RefusalMeter
from callgate.audit.redaction import Redaction

__all__ = [
    "AuditDiffers",
    "AuditError",
    "AuditInUse",
    "AuditKeyChanged",
    "AuditTruncated",
    "Event",
    "EventName",
    "Head",
    "JournalDamaged",
    "Redaction",
    "RefusalMeter",
    "Sealing",
    "event_of_decision",
]
