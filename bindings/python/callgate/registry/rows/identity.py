"""Identity: the entity that a row's certificate proved when it was judged last."""

from __future__ import annotations

from dataclasses import dataclass

from callgate.trust import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Of a chain that was trusted. Digests are SHA-256 in hexadecimal.

    ``entity`` owns the row. ``chain`` is DER, leaf first, so that it can be judged again;
    ``valid_until`` is the earliest end of the path in seconds since the epoch.
    """

    entity: str
    backend: str
    spiffe_id: str | None
    anchor_sha256: str
    anchor_spki_sha256: str
    path_spki_sha256: tuple[str, ...]
    leaf_sha256: str
    chain: tuple[bytes, ...]
    valid_until: float

    @classmethod
    def of(cls, verdict: Verdict, chain: tuple[bytes, ...]) -> Identity:
        """From a trusted verdict. Raises ValueError for any other."""
        if (
            not verdict.trusted
            or not verdict.entity
            or not verdict.backend
            or not verdict.anchor_sha256
            or not verdict.anchor_spki_sha256
            or not verdict.leaf_sha256
            or verdict.valid_until is None
        ):
            raise ValueError("the chain is not trusted")
        return cls(
            entity=verdict.entity,
            backend=verdict.backend,
            spiffe_id=verdict.spiffe_id,
            anchor_sha256=verdict.anchor_sha256,
            anchor_spki_sha256=verdict.anchor_spki_sha256,
            path_spki_sha256=verdict.path_spki_sha256,
            leaf_sha256=verdict.leaf_sha256,
            chain=chain,
            valid_until=verdict.valid_until,
        )
