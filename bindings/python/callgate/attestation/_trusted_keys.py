"""TrustedKeys: the issuers of a verifier, and the keys that its resolver has returned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from callgate import CallgateError, PublicKey
from callgate.attestation._engine import AttestationTrust
from callgate.attestation._keys import KeyResolver
from callgate.attestation._trust import IssuerTrust

_MOST_KEYS: Final = 64
"""The bound for one issuer's resolved keys: as many as a JWKS may have."""


class TrustedKeys:
    """Makes a new snapshot whenever issuers or keys change. Threads may share it."""

    def __init__(
        self,
        issuers: Iterable[str | IssuerTrust],
        resolver: KeyResolver | None,
        compile_trust: Callable[[list[dict[str, Any]]], AttestationTrust],
    ) -> None:
        if resolver is not None and not callable(getattr(resolver, "get_key", None)):
            kind = type(resolver).__name__
            raise TypeError(
                f"key_resolver needs a method get_key(issuer, kid), and {kind} has none"
            )
        self._resolver = resolver
        self._compile = compile_trust
        self._lock = threading.Lock()
        self._listeners: list[Callable[[AttestationTrust], None]] = []
        self._set(self._checked(issuers), {})

    @property
    def issuers(self) -> tuple[IssuerTrust, ...]:
        """Those that are trusted now."""
        return self._issuers

    @property
    def snapshot(self) -> AttestationTrust:
        """What is trusted now."""
        return self._snapshot

    def listen(self, listener: Callable[[AttestationTrust], None]) -> None:
        """Has ``listener`` called with every later snapshot."""
        self._listeners.append(listener)

    def replace(self, issuers: Iterable[str | IssuerTrust]) -> None:
        """Trusts these issuers from now on, and no other."""
        checked = self._checked(issuers)
        with self._lock:
            self._set(checked, self._learned)

    def resolves(self, issuer: str) -> bool:
        """Whether the resolver has the keys of this issuer."""
        return issuer in self._resolved

    @property
    def resolves_any(self) -> bool:
        """Whether the resolver has the keys of any issuer."""
        return bool(self._resolved)

    async def refresh(self, issuer: str, kid: str) -> None:
        """Asks the resolver for a key. Where it is another than before, the snapshot is, too.

        Raises what the resolver raises, and TypeError where it returns no key.
        """
        assert self._resolver is not None
        key: object = await self._resolver.get_key(issuer, kid)
        if key is not None and not isinstance(key, PublicKey):
            kind = type(key).__name__
            raise TypeError(f"a key resolver must return callgate.PublicKey or None, not {kind}")
        with self._lock:
            keys = dict(self._learned.get(issuer, {}))
            if keys.get(kid) == key:
                return
            if key is None:
                del keys[kid]
            else:
                keys[kid] = key
                if len(keys) > _MOST_KEYS:  # the oldest; it is asked for again where it is used
                    del keys[next(iter(keys))]
            self._set(self._issuers, {**self._learned, issuer: keys})

    def _checked(self, issuers: Iterable[str | IssuerTrust]) -> tuple[IssuerTrust, ...]:
        if isinstance(issuers, str):
            raise TypeError("trusted_issuers must be a list: ['https://…'], not a str")
        checked = tuple(
            issuer if isinstance(issuer, IssuerTrust) else IssuerTrust(issuer) for issuer in issuers
        )
        for trust in checked:
            if not trust.keys and self._resolver is None:
                message = "an issuer has no keys: give IssuerTrust its keys, or pass key_resolver"
                raise CallgateError(message, "INVALID_ARGUMENT", "trusted_issuers")
        return checked

    def _set(
        self, issuers: tuple[IssuerTrust, ...], learned: Mapping[str, dict[str, PublicKey]]
    ) -> None:
        """Raises CallgateError where they do not compile; then nothing has changed."""
        resolved = {trust.issuer for trust in issuers if not trust.keys}
        learned = {name: keys for name, keys in learned.items() if name in resolved}
        snapshot = self._compile(
            [
                trust.native(
                    trust.keys or learned.get(trust.issuer, {}), fetches_keys=not trust.keys
                )
                for trust in issuers
            ]
        )
        self._issuers, self._resolved, self._learned = issuers, resolved, learned
        self._snapshot = snapshot
        for listener in self._listeners:
            listener(snapshot)
