"""Where a gateway is: https, http on loopback, or a unix socket."""

from __future__ import annotations

from dataclasses import dataclass

from callgate._web_address import is_web_url, web_address
from callgate.smcp.errors import ConfigurationError


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
    if not is_web_url(url):
        raise _refused("must be https://host[:port], http:// on loopback, or unix:/path")
    try:
        address = web_address(url)
    except ValueError as error:
        raise _refused(str(error)) from None
    return Address(url, None, address.tls, address.loopback)


def _socket(path: str) -> Address:
    if path.startswith("//"):  # unix:///path
        path = path[2:]
    if not path.startswith("/") or "\0" in path:
        raise _refused("must name an absolute path after unix:")
    return Address("http://localhost", path, False, True)


def _refused(why: str) -> ConfigurationError:
    return ConfigurationError(f"gateway_url {why}")
