"""What went wrong with an upstream and concerned no call, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """One upstream's counts since the gateway started. They only grow."""

    starts: int = 0
    garbage_messages: int = 0
    """Not JSON, or JSON that is no JSON-RPC message."""
    oversized_messages: int = 0
    unknown_responses: int = 0
    """An id that was never sent."""
    duplicate_responses: int = 0
    """An id that is answered already."""
    late_responses: int = 0
    """An id whose call was given up."""
    dropped_notifications: int = 0
    refused_requests: int = 0
    """Requests of the server, answered with -32601."""
    paused: int = 0
    """Times that a flood of messages was left unread for a while."""
    dropped_tools: int = 0
    """Tools left out of the listing: a name that cannot be, or one that clashes."""
    dropped_log_lines: int = 0
