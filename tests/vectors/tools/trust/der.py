"""Just enough DER to write certificates that no library would write."""

import datetime


def tlv(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def set_of(*parts):
    return tlv(0x31, b"".join(sorted(parts)))


def integer(value):
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        out += bytes(reversed(digits))
    return tlv(0x06, bytes(out))


def boolean(value):
    return tlv(0x01, b"\xff" if value else b"\x00")


def octets(content):
    return tlv(0x04, content)


def bits(content, unused=0):
    return tlv(0x03, bytes([unused]) + content)


def named_bits(places):
    """A BIT STRING with these bits set, without trailing zeros."""
    if not places:
        return bits(b"")
    value = bytearray(max(places) // 8 + 1)
    for place in places:
        value[place // 8] |= 0x80 >> place % 8
    return bits(bytes(value), 7 - max(places) % 8)


def utf8(text):
    return tlv(0x0C, text.encode())


def printable(text):
    return tlv(0x13, text.encode("ascii"))


def time(text):
    """RFC 5280, 4.1.2.5, of "2026-12-01" or "2026-12-01T00:00:00"."""
    at = datetime.datetime.fromisoformat(text)
    if at.year < 2050:
        return tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
