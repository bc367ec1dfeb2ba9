"""What is half a file of PEM blocks, and what is merely no good one."""

from __future__ import annotations

import pytest
from authorities import authority
from callgate.trust.backends.pem import is_half

ONE = authority().pem
WHOLE = {
    "one certificate": ONE,
    "two certificates": ONE + ONE,
    "no line end": ONE.rstrip(),
    "CRLF": ONE.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + ONE,
    "text around": b"subject=CN = Acme\n" + ONE + b"- end of list\ntext\n",
    "no block": b"hello\n",
    "bad base64": ONE.replace(b"M", b"!"),
}
HALF = {
    "empty": b"",
    "blank": b" \n\n",
    "one dash": ONE + b"-",
    "half a begin": ONE + b"-----BEGIN CERT",
    "begin alone": b"-----BEGIN CERTIFICATE-----\n",
    "half a body": ONE[: len(ONE) // 2],
    "half an end": ONE.rstrip()[:-5],
    "no end": ONE.partition(b"-----END")[0],
    "second half written": ONE + ONE[:100],
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_whole(name: str) -> None:
    assert not is_half(WHOLE[name])


@pytest.mark.parametrize("name", HALF)
def test_a_half_file_is_half(name: str) -> None:
    assert is_half(HALF[name])


def test_every_beginning_of_a_file_is_half() -> None:
    text = ONE + ONE
    whole = {len(ONE) - 1, len(ONE), len(text) - 1, len(text)}
    assert {end for end in range(len(text) + 1) if not is_half(text[:end])} == whole
