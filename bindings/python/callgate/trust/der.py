"""Certificates that stand one after the other, in DER."""

from __future__ import annotations


def split_der(data: bytes, most: int) -> tuple[bytes, ...]:
    """The certificates of a concatenation, each in DER. Reads outer lengths only (X.690, 8.1.3).

    Raises ValueError where it is not such a concatenation, or has more than ``most``.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        if data[at] != 0x30 or at + 2 > len(data):
            raise ValueError(f"certificate {len(found) + 1} is not DER")
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            if not 1 <= size <= 3:
                raise ValueError(f"certificate {len(found) + 1} is not DER")
            length, start = int.from_bytes(data[start : start + size], "big"), start + size
        if start + length > len(data):
            raise ValueError(f"certificate {len(found) + 1} is cut short")
        found.append(data[at : start + length])
        if len(found) > most:
            raise ValueError(f"more than {most} certificates")
        at = start + length
    return tuple(found)
