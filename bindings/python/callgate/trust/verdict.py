"""Verdict: what a snapshot says of a chain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a chain is trusted and under which name, or why it is not. True when trusted.

    Of an untrusted chain only ``reason``, ``where``, ``detail``, ``unavailable`` and
    ``leaf_sha256`` are set: what a certificate says of itself is not reported unless it verified.
    """

    trusted: bool
    unavailable: tuple[str, ...] = ()  # the sources that could not answer; only with that reason
    entity: str | None = None  # the operator's name, or the trust domain of a bundle
    backend: str | None = None  # the source of the anchor
    reason: str | None = None  # a name of docs/trust-reasons.md, such as "expired"
    where: str | None = None  # "leaf", "intermediate 1" (the second of the chain), "anchor"
    detail: str | None = None  # for people: more exact than the reason, never text of a certificate
    spiffe_id: str | None = None  # only where the bundle of its trust domain verified the chain
    anchor_sha256: str | None = None  # of the certificate, 64 hexadecimal digits
    anchor_spki_sha256: str | None = None
    leaf_sha256: str | None = None  # also of an untrusted chain, where the leaf could be read
    path_spki_sha256: tuple[str, ...] = ()  # of the path that verified, leaf first, anchor last
    valid_until: float | None = None  # seconds since the epoch: the earliest notAfter of the path

    def __bool__(self) -> bool:
        return self.trusted
