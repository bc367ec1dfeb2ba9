"""Certificates that a proxy passes on: ``Client-Cert`` and ``Client-Cert-Chain`` (RFC 9440)."""

from __future__ import annotations

import base64
from collections.abc import Iterable


def passed_chain(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, ...]:
    """The caller's chain, DER, leaf first. Empty where there is none, or it is malformed.

    ``Client-Cert`` is the leaf, once; ``Client-Cert-Chain`` what it rests on, in any number of
    lines. A part that cannot be read makes all of it unknown. Header names are in lower case.
    """
    leaves: list[bytes | None] = []
    above: list[bytes | None] = []
    for name, value in headers:
        if name == b"client-cert":
            leaves.append(_bytes_of(value))
        elif name == b"client-cert-chain" and value.strip():
            above.extend(map(_bytes_of, value.split(b",")))
    chain = (*leaves, *above)
    if len(leaves) != 1 or None in chain:
        return ()
    return tuple(one for one in chain if one is not None)


def _bytes_of(item: bytes) -> bytes | None:
    """A byte sequence (RFC 9651, 4.2.7): base64 between colons. None for what is none, or empty."""
    item = item.strip(b" \t")
    if len(item) < 3 or item[:1] != b":" or item[-1:] != b":":
        return None
    try:
        return base64.b64decode(item[1:-1], validate=True) or None
    except ValueError:
        return None
