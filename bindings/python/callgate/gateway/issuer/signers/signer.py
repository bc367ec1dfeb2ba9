"""Signer: what signs security tokens, wherever its key is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from callgate import PublicKey


class Signer(Protocol):
    """A key, or a key service. Owned by the event loop."""

    @property
    def key_id(self) -> str:
        """The ``kid`` of what ``sign`` signs now."""

    @property
    def public_keys(self) -> Mapping[str, PublicKey]:
        """Every key whose tokens are trusted, by ``kid``: that of ``key_id`` is among them."""

    async def sign(self, signing_input: bytes) -> bytes:
        """The 64-byte Ed25519 signature under ``key_id``.

        Raises Refusal ``SIGNER_UNAVAILABLE`` where the key cannot be reached.
        """
