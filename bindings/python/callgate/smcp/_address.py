"""Where a gateway is: https, http on loopback, or a unix socket."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from callgate.smcp.errors import ConfigurationError

# Only what every parser of URLs reads alike: no userinfo, backslash, white space, query, fragment.
_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """``base`` is what paths are appended to; ``socket`` the path of a unix socket."""

    base: str
    socket: str | None
    tls: bool
    loopback: bool


def parse_address(url: str) -> Address:
    """Of ``https://host[:port][/prefix]``, ``http://`` the same on loopback, or ``unix:/path``.

    Raises ConfigurationError.
    """
    if not isinstance(url, str):
        raise TypeError(f"gateway_url must be str, not {type(url).__name__}")
    if url.startswith("unix:"):
        return _socket(url.removeprefix("unix:"))
    url = url.rstrip("/")
    if not _URL.fullmatch(url):
        raise _refused("must be https://host[:port], http:// on loopback, or unix:/path")
    parts = urlsplit(url)
    try:
        port_is_valid = parts.port != 0
    except ValueError:
        port_is_valid = False
    if not port_is_valid:
        raise _refused("has a port that does not exist")
    loopback = _is_loopback(parts.hostname or "")
    if parts.scheme == "http" and not loopback:
        raise _refused("must be https: plain http is for loopback addresses only")
    return Address(url, None, parts.scheme == "https", loopback)


def _socket(path: str) -> Address:
    if path.startswith("//"):  # unix:///path
        path = path[2:]
    if not path.startswith("/") or "\0" in path:
        raise _refused("must name an absolute path after unix:")
    return Address("http://localhost", path, False, True)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(f"gateway_url {why}")
