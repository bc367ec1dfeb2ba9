"""The audit trail and the journal."""

from __future__ import annotations

from pydantic import Field

from callgate.audit.redaction import DEFAULT_KEYS
from callgate.settings.section import Bytes, ConfigPath, Count, Seconds, Section


class AuditSettings(Section):
    """One line for every operation, chained, sealed by signed checkpoints."""

    directory: ConfigPath | None = Field(
        default=None, description="Folder of the audit files. `null`: `audit` in the state folder."
    )
    key: ConfigPath | None = Field(
        default=None,
        description="The secret key that signs checkpoints, PEM or JWK, 0600; it has no other use. "
        "`null`: `audit.pem` in the state folder, made at the first start, with the public key in "
        "`audit.pub.pem`.",
    )
    previous_key: ConfigPath | None = Field(
        default=None,
        description="The key that signed before `key`, for the start that follows a change of it: "
        "its last line says that the new key is the next.",
    )
    head: ConfigPath | None = Field(
        default=None,
        description="A second place, best on another disk or host, where the head (sequence, hash, "
        "signature) is written at each checkpoint.",
    )
    rotate_bytes: Bytes = Field(
        default=256 << 20, description="Begin a new file when one is this long,"
    )
    rotate_seconds: float = Field(
        default=86_400, ge=60, le=32 * 86_400, description="or this old, in seconds."
    )
    checkpoint_lines: Count = Field(default=1000, description="A checkpoint after so many lines,")
    checkpoint_seconds: Seconds = Field(
        default=10, description="or so many seconds, whichever comes first."
    )
    arguments: bool = Field(
        default=True,
        description="Write the arguments of calls, without what is redacted. `false` writes none. "
        "The digest of the signed bytes is always there.",
    )
    redact_keys: tuple[str, ...] = Field(
        default=DEFAULT_KEYS,
        description="Keys, or patterns of keys, whose values are not written, at any depth and "
        "whatever their case and separators. A pattern with `!` before it excepts keys from the "
        "other patterns.",
    )
    redact_tools: tuple[str, ...] = Field(
        default=(), description="Tools, or patterns of tools, whose arguments are not written."
    )
    unverified_events: Count = Field(
        default=100_000,
        description="Full events a day about unknown callers; the others are counted. "
        "So they cannot fill the disk. A tenth is for the bounds of HTTP.",
    )
    compact_bytes: Bytes = Field(
        default=16 << 20, description="Rewrite the journal when it has grown so much."
    )
