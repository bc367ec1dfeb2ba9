"""TrustError: what does not load."""

from __future__ import annotations

from callgate._errors import CallgateError


class TrustError(CallgateError):
    """A snapshot does not load.

    ``where`` says which certificate of which entity of which source is meant, and ``source``,
    ``entity`` and ``certificate`` (from 1, in the order of the file) say the same in parts.
    ``reason`` is a name of docs/trust-reasons.md, such as ``"anchor_not_ca"``.
    """

    reason: str = ""
    source: str | None = None
    entity: str | None = None
    certificate: int | None = None
