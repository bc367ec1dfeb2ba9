"""Members of a heartbeat's body, each of its type and within its bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from callgate.registry.rows.registration import BadBody

MAX_ID: Final = 253  # a DNS name
MAX_NAME: Final = 63  # a DNS label
MAX_TEXT: Final = 256  # a capability, function name, tag, version
MAX_DESCRIPTION: Final = 16_384
MAX_PORT: Final = 65_535
NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
# RFC 1123, 2.1, and the underscore, which names of containers have.
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


class Invalid(Exception):
    """A value that cannot be registered; the text says which and why."""


def text(members: Mapping[str, Any], name: str, default: str = "") -> str:
    """A string. Raises BadBody."""
    value = members.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise BadBody(f"Invalid JSON payload: {name} must be a string")
    return value


def short(members: Mapping[str, Any], name: str, default: str = "", most: int = MAX_TEXT) -> str:
    """A string of a bounded length without control characters. Raises BadBody, Invalid."""
    value = text(members, name, default)
    if len(value) > most:
        raise Invalid(f"{name}: at most {most} characters")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):
        raise Invalid(f"{name}: no control characters")
    return value


def described(members: Mapping[str, Any]) -> str:
    """A description, which may have lines. Raises BadBody, Invalid."""
    value = text(members, "description")
    if len(value) > MAX_DESCRIPTION:
        raise Invalid(f"description: at most {MAX_DESCRIPTION} characters")
    return value


def label(members: Mapping[str, Any], name: str, default: str, most: int = MAX_NAME) -> str:
    """An id, a name or a namespace. Raises BadBody, Invalid."""
    value = text(members, name, default) or default
    if len(value) > most:
        raise Invalid(f"{name}: {name} must be at most {most} characters")
    if NAME.fullmatch(value) is None:
        raise Invalid(
            f"{name}: {name} must contain only lowercase alphanumeric characters and hyphens"
        )
    return value


def one_of(members: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    """One of the known words, by default the first. Raises BadBody, Invalid."""
    value = text(members, name) or known[0]
    if value not in known:
        raise Invalid(f"{name}: {name} must be one of {', '.join(known)}")
    return value


def host(members: Mapping[str, Any], name: str) -> str:
    """A host name or an IP address: it becomes a part of a URL. Raises BadBody, Invalid."""
    value = text(members, name)
    if not value:
        return ""
    try:
        address = ip_address(value)
    except ValueError:
        pass
    else:
        if "%" in value:  # any text can be a zone, which means something on one machine alone
            raise Invalid(f"{name}: expected a host name or an IP address without zone")
        return str(address)
    labels = value.split(".")
    # Some resolvers read a name that ends in a number as an address: 127.1, 0x7f000001.
    is_name = all(map(_LABEL.fullmatch, labels)) and _NUMBER.fullmatch(labels[-1]) is None
    if len(value) > MAX_ID or not is_name:
        raise Invalid(f"{name}: expected a host name or an IP address")
    return value


def port(members: Mapping[str, Any], name: str) -> int:
    """0 where there is none. Raises BadBody, Invalid."""
    value = members.get(name)
    if value is None:
        return 0
    if type(value) is not int:
        raise BadBody(f"Invalid JSON payload: {name} must be an integer")
    if not 0 <= value <= MAX_PORT:
        raise Invalid(f"{name}: expected 0 to {MAX_PORT}")
    return value


def boolean(members: Mapping[str, Any], name: str) -> bool:
    """False where it is missing. Raises BadBody."""
    value = members.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadBody(f"Invalid JSON payload: {name} must be a boolean")
    return value


def mapping(members: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object, None where it is missing. Raises BadBody."""
    value = members.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadBody(f"Invalid JSON payload: {name} must be an object")
    return value


def array(members: Mapping[str, Any], name: str, most: int) -> list[Any]:
    """An array, empty where it is missing. Raises BadBody, Invalid."""
    value = members.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadBody(f"Invalid JSON payload: {name} must be an array")
    if len(value) > most:
        raise Invalid(f"{name}: at most {most}")
    return value
