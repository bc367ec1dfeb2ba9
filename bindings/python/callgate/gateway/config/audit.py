"""The audit trail and the journal."""

from __future__ import annotations

from pydantic import Field

from callgate.gateway.config._section import Bytes, ConfigPath, Count, Seconds, Section


class Audit(Section):
    """One line for every operation, chained, sealed by signed checkpoints."""

    directory: ConfigPath | None = Field(
        default=None, description="Folder of the audit files. `null`: `audit` in the state folder."
    )
    key: ConfigPath | None = Field(
        default=None,
        description="The secret key that signs checkpoints, PEM or JWK, 0600; it has no other use. "
        "`null`: `audit.key` in the state folder, made at the first start.",
    )
    head: ConfigPath | None = Field(
        default=None,
        description="A second place, best on another disk or host, where the head (sequence, hash, "
        "signature) is written at each checkpoint.",
    )
    rotate_bytes: Bytes = Field(
        default=256 << 20, description="Begin a new file when one is this long."
    )
    checkpoint_lines: Count = Field(default=1000, description="A checkpoint after so many lines,")
    checkpoint_seconds: Seconds = Field(
        default=10, description="or so many seconds, whichever comes first."
    )
    arguments: bool = Field(
        default=True,
        description="Write the arguments of calls, without those that `redact` names. `false` "
        "writes none. The digest of the signed bytes is always there.",
    )
    redact: tuple[str, ...] = Field(
        default=("password", "passwd", "secret", "token", "api_key", "apikey", "authorization"),
        description="Keys, at any depth and in any case, whose values are not written.",
    )
