"""callgate decides, for every tool call of an AI agent, whether it may happen."""

from callgate._charge import Charge
from callgate._envelope import create_envelope, verify_envelope
from callgate._errors import (
    CallgateError,
    EnvelopeError,
    JsonError,
    KeyFormatError,
    PolicyError,
    SessionError,
    TokenError,
)
from callgate._limits import Limits
from callgate._native import (
    Containment,
    Decision,
    Envelope,
    PublicKey,
    TriedCapability,
    Witness,
    __version__,
    canonicalize,
    verify_ed25519,
)
from callgate._policy import PolicySet
from callgate._secret_key import SecretKey
from callgate._token import (
    TokenClaims,
    assemble_token,
    issue_token,
    token_signing_input,
    verify_token,
)

__all__ = [
    "CallgateError",
    "Charge",
    "Containment",
    "Decision",
    "Envelope",
    "EnvelopeError",
    "JsonError",
    "KeyFormatError",
    "Limits",
    "PolicyError",
    "PolicySet",
    "PublicKey",
    "SecretKey",
    "SessionError",
    "TokenClaims",
    "TokenError",
    "TriedCapability",
    "Witness",
    "__version__",
    "assemble_token",
    "canonicalize",
    "create_envelope",
    "issue_token",
    "token_signing_input",
    "verify_ed25519",
    "verify_envelope",
    "verify_token",
]
