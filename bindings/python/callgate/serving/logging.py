"""The operators' log: one JSON object a line on standard error, without secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import datetime, timezone
from typing import Any, Final, Protocol, TextIO

# Libraries whose warnings an operator wants to see among the server's own lines.
_OTHERS: Final = (
    "uvicorn",
    "uvicorn.error",
    "mcp",
    "asyncio",
    "docker",
    "httpx2",
    "kubernetes",
    "sqlalchemy",
    "callgate",
)
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MAX_TEXT: Final = 8192
# Nothing logs these on purpose. A library's message or a traceback could hold one all the same.
_SECRETS: Final = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # a compact JWS
    r"|(?<=Bearer )[^\s\"',]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    re.DOTALL,
)


class LoggingChoice(Protocol):
    """What the configuration says of the log."""

    @property
    def level(self) -> str:
        """The least severe lines that are written: ``debug``, ``info``, ``warning``, ``error``."""

    @property
    def format(self) -> str:
        """``json`` or ``text``."""


def configure_logging(settings: LoggingChoice, stream: TextIO | None = None) -> None:
    """Sends the server's and its libraries' lines to one stream. Called once, at start."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.format == "json" else TextFormatter())
    level = getattr(logging, settings.level.upper())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OTHERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(level, logging.WARNING))
    logging.getLogger("callgate").setLevel(level)
    # What it says of a malformed request is counted, and could be said at any rate.
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)


class JsonFormatter(logging.Formatter):
    """``time``, ``level``, ``logger``, ``event``, what ``extra`` added, and an ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": without_secrets(record.getMessage()),
        }
        for name, value in _extra(record).items():
            line.setdefault(name, without_secrets(value) if isinstance(value, str) else value)
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, default=_shown)


class TextFormatter(logging.Formatter):
    """The same for people. Control characters cannot forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {k}={_shown(v)}" for k, v in _extra(record).items())
        text = f"{_time(record)} {record.levelname.lower():7} {record.getMessage()}{extra}"
        text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in without_secrets(text))
        if record.exc_info:
            text += "\n" + without_secrets(self.formatException(record.exc_info))
        return text


def without_secrets(text: str) -> str:
    """The text, bounded, with what looks like a token or a private key taken out."""
    text = _SECRETS.sub("[hidden]", text)
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"


def _shown(value: object) -> str:
    return without_secrets(str(value))


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {k: v for k, v in vars(record).items() if k not in _STANDARD and k != "color_message"}


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
