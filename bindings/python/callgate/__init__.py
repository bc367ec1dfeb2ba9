"""callgate decides, for every tool call of an AI agent, whether it may happen."""

from callgate._errors import (
    CallgateError,
    EnvelopeError,
    JsonError,
    KeyFormatError,
    PolicyError,
    SessionError,
    TokenError,
)
from callgate._native import PublicKey, __version__, canonicalize, verify_ed25519
from callgate._secret_key import SecretKey

__all__ = [
    "CallgateError",
    "EnvelopeError",
    "JsonError",
    "KeyFormatError",
    "PolicyError",
    "PublicKey",
    "SecretKey",
    "SessionError",
    "TokenError",
    "__version__",
    "canonicalize",
    "verify_ed25519",
]
