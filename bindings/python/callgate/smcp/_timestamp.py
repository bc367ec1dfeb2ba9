"""Times as the protocol writes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final

from callgate.smcp.errors import VerificationError

_FORM: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def parse_iso8601_to_unix(timestamp: str) -> int:
    """Whole seconds since 1970 of ``YYYY-MM-DDThh:mm:ss``, a fraction or none, ``Z`` or an offset.

    The fraction is dropped, towards the past. Raises VerificationError, ``INVALID_ENVELOPE``, for
    any other form: without an offset it names no point in time.
    """
    found = _FORM.fullmatch(timestamp) if isinstance(timestamp, str) else None
    try:
        if found is None:
            raise ValueError("form")
        whole = found[1] + found[2].replace("Z", "+00:00")
        return int(datetime.fromisoformat(whole).astimezone(timezone.utc).timestamp())
    except (ValueError, OverflowError):
        message = "a timestamp is YYYY-MM-DDThh:mm:ss with Z or an offset"
        raise VerificationError(message, code_name="INVALID_ENVELOPE") from None
