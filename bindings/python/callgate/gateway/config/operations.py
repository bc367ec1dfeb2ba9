"""Reloading, logging, and the clock."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from callgate._time import DEFAULT_WINDOW
from callgate.settings.section import Seconds, Section


class ReloadSettings(Section):
    """Contexts, keys, certificates and executions are read again on SIGHUP, and by themselves."""

    watch: bool = Field(
        default=True,
        description="Read a file again when it was replaced by rename, or has changed and then not "
        "changed for `settle_seconds`.",
    )
    settle_seconds: Seconds = Field(
        default=2, description="A file written in place is left alone until it rests so long."
    )
    check_seconds: Seconds = Field(default=1, description="How often files are looked at.")


class LoggingSettings(Section):
    """The operators' log on standard error. It is not the audit trail."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe lines that are written."
    )
    format: Literal["json", "text"] = Field(
        default="json", description="One JSON object a line, or text for people."
    )


class ClockSettings(Section):
    """When time itself cannot be trusted, calls are denied."""

    window_seconds: int = Field(
        default=DEFAULT_WINDOW,
        ge=1,
        le=300,
        description="How old, or how far ahead, an envelope may be. More: `REPLAY_DETECTED`, 401.",
    )
    leeway_seconds: int = Field(
        default=0, ge=0, le=60, description="How long after its expiry a token still counts."
    )
    max_jump_seconds: Seconds = Field(
        default=5,
        description="A jump of the wall clock against the time since boot above this denies calls "
        "until the clock has been stable for two windows.",
    )
