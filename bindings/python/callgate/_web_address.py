"""WebAddress: where an HTTP client may connect. https, or http on loopback."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

# Only what every parser of URLs reads alike: no userinfo, backslash, white space, query, fragment.
_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A URL without query and fragment, and what follows from its scheme and host."""

    url: str
    tls: bool
    loopback: bool


def is_web_url(url: str) -> bool:
    """Whether it is written as ``web_address`` reads it."""
    return _URL.fullmatch(url) is not None


def web_address(url: str) -> WebAddress:
    """Of ``https://host[:port][/path]``, or ``http://`` the same on loopback.

    Raises ValueError with what is wrong, to stand after the name of the setting.
    """
    if not is_web_url(url):
        raise ValueError(
            "must be https://host[:port][/path] without user, query and fragment, or http:// the "
            "same on loopback"
        )
    parts = urlsplit(url)
    try:
        port_is_valid = parts.port != 0
    except ValueError:
        port_is_valid = False
    if not port_is_valid:
        raise ValueError("has a port that does not exist")
    loopback = _is_loopback(parts.hostname or "")
    if parts.scheme == "http" and not loopback:
        raise ValueError("must be https: plain http is for loopback addresses only")
    return WebAddress(url, parts.scheme == "https", loopback)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
