"""Types of parameters, named once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview
# A str is read as its UTF-8.
Text: TypeAlias = str | Buffer
# JSON text, or a value to be written as JSON.
JsonObject: TypeAlias = Mapping[str, Any] | Text
# Seconds since 1970, or an aware datetime.
Instant: TypeAlias = float | datetime
