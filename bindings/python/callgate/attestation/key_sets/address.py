"""Where an issuer publishes its keys."""

from __future__ import annotations

from typing import Final

from callgate import CallgateError
from callgate._web_address import web_address

WELL_KNOWN: Final = "/.well-known/jwks.json"


def jwks_url(issuer: str) -> str:
    """``/.well-known/jwks.json`` after the issuer's URL, without slashes at its end.

    Raises CallgateError where the issuer is no such URL: its keys then need a source of their own.
    """
    return _checked(issuer.rstrip("/") + WELL_KNOWN, "an issuer without a source of keys", issuer)


def checked_url(url: str, issuer: str) -> str:
    """A URL that an operator configured for an issuer's keys. Raises CallgateError."""
    return _checked(url, "the URL of an issuer's keys (a file is given as a Path)", issuer)


def _checked(url: str, what: str, issuer: str) -> str:
    try:
        return web_address(url).url
    except ValueError as error:
        raise CallgateError(f"{what} {error}", "INVALID_ARGUMENT", issuer[:256]) from None
