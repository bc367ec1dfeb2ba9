"""Which line of the MCP SDK is installed, and how its messages become JSON and back.

Raises ImportError where there is no ``mcp``, or one outside 1.23 to 1.x and 2.x.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import re
from typing import Any, Final


def _installed_line() -> int:
    wanted = "callgate.attestation works with mcp 1.23 to 1.x and with mcp 2.x"
    try:
        version = importlib.metadata.version("mcp")
    except importlib.metadata.PackageNotFoundError as error:
        message = f"{wanted}, and none is installed: install one, such as pip install 'mcp>=2.3,<3'"
        raise ImportError(message, name="mcp") from error
    numbers = re.match(r"(\d+)\.(\d+)", version)
    line = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    if line[0] == 2 or (line[0] == 1 and line[1] >= 23):
        return line[0]
    raise ImportError(f"{wanted}, and mcp {version} is installed: install one of them", name="mcp")


LINE: Final = _installed_line()
"""1 or 2."""

_message: Final = importlib.import_module("mcp.shared.message")
_types: Final = importlib.import_module("mcp.types" if LINE == 1 else "mcp_types")
_exceptions: Final = importlib.import_module("mcp.shared.exceptions")

SessionMessage: Final[Any] = _message.SessionMessage
ServerMessageMetadata: Final[Any] = _message.ServerMessageMetadata
types: Final[Any] = _types


def fields_of(message: Any) -> dict[str, Any]:
    """The message of a SessionMessage as the transports of this line write it."""
    if LINE == 1:
        written = message.message.model_dump(by_alias=True, mode="json", exclude_none=True)
    else:
        written = message.message.model_dump(by_alias=True, mode="json", exclude_unset=True)
    return dict(written)


def text_of(fields: dict[str, Any]) -> bytes:
    """The JSON of a message. Infinities and NaN, which are no JSON, make a text that none reads."""
    return json.dumps(fields, separators=(",", ":")).encode()


def message_of(fields: dict[str, Any], metadata: Any = None) -> Any:
    """A SessionMessage with these fields. Raises ValueError for what is no JSON-RPC message."""
    if LINE == 1:
        message = _types.JSONRPCMessage.model_validate(fields)
    else:
        message = _types.jsonrpc_message_adapter.validate_python(fields, by_name=False)
    return SessionMessage(message=message, metadata=metadata)


def protocol_error(code: int, message: str, data: Any) -> Exception:
    """What a handler raises to be answered with this error."""
    if LINE == 1:
        detail = _types.ErrorData(code=code, message=message, data=data)
        error: Exception = _exceptions.McpError(detail)
    else:
        error = _exceptions.MCPError(code, message, data)
    return error
