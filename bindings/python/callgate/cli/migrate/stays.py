"""Why something is not migrated."""

from __future__ import annotations


class Stays(Exception):
    """A capability stays in the short form; the message says why."""
