"""Limits: every bound of the engine, in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from callgate._errors import CallgateError


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Counts and bytes; each is checked before the work it bounds.

    Going over one is an error (``INVALID_ENVELOPE`` for envelopes, ``LIMIT_EXCEEDED`` or the
    document's own error elsewhere), or a denial with ``LEDGER_FULL`` for the ledger's tables.
    """

    # JSON texts: envelopes, payloads, arguments, claims, and what is canonicalized.
    max_json_bytes: int = 1 << 20
    max_json_depth: int = 64
    max_json_nodes: int = 64 * 1024
    max_number_bytes: int = 1024

    max_token_bytes: int = 8 * 1024
    max_remembered_tokens: int = 16 * 1024

    # Policy documents.
    max_policy_bytes: int = 16 << 20
    max_policy_nodes: int = 2_000_000
    max_regex_memory: int = 1 << 20

    # The ledger.
    max_replay_entries: int = 1_000_000
    max_replay_entries_per_session: int = 100_000
    max_sessions: int = 100_000
    max_session_depth: int = 16
    max_rate_windows: int = 100_000
    max_rate_entries: int = 10_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{field.name} must be int, not {type(value).__name__}")
            if not 0 <= value < 2**62:
                raise CallgateError(f"{field.name} is out of range", "INVALID_ARGUMENT", field.name)


def check_limits(limits: Limits | None) -> Limits | None:
    """TypeError for anything else: the native code reads its fields."""
    if limits is not None and not isinstance(limits, Limits):
        raise TypeError(f"limits must be Limits or None, not {type(limits).__name__}")
    return limits
