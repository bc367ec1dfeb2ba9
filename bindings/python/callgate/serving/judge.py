"""Judge: says whether a certificate chain is trusted now."""

from __future__ import annotations

from typing import Protocol

from callgate.trust import Verdict


class Judge(Protocol):
    """Judges chains against what is trusted now. Called by the event loop: both must be quick.

    ``generation`` changes whenever a verdict might, before the first chain is judged by what is
    new. Neither may raise.
    """

    @property
    def generation(self) -> int:
        """Of what is trusted now."""

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        """A chain in DER, leaf first, as the peer presented it."""
