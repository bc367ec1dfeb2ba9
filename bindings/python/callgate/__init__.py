"""callgate decides, for every tool call of an AI agent, whether it may happen."""

from callgate._charge import Charge
from callgate._envelope import create_envelope, verify_envelope
from callgate._errors import (
    CallgateError,
    EnvelopeError,
    JsonError,
    KeyFormatError,
    LoadFault,
    PolicyError,
    SessionError,
    TokenError,
)
from callgate._gate import Gate
from callgate._guard import Guard
from callgate._guarded_tool import GuardError, GuardTypeError, ToolCall
from callgate._limits import Limits
from callgate._native import (
    Containment,
    Decision,
    Envelope,
    LintWarning,
    PolicyChange,
    PublicKey,
    Session,
    TriedCapability,
    Witness,
    __version__,
    canonicalize,
    verify_ed25519,
)
from callgate._plan import (
    AlreadySeen,
    Committed,
    Full,
    Outcome,
    Plan,
    RateLimited,
    SessionInactive,
    Unavailable,
)
from callgate._policy import Explanation, PolicyDiff, PolicyPart, PolicySet
from callgate._secret_key import SecretKey
from callgate._token import (
    TokenClaims,
    assemble_token,
    issue_token,
    token_signing_input,
    verify_token,
)

__all__ = [
    "AlreadySeen",
    "CallgateError",
    "Charge",
    "Committed",
    "Containment",
    "Decision",
    "Envelope",
    "EnvelopeError",
    "Explanation",
    "Full",
    "Gate",
    "Guard",
    "GuardError",
    "GuardTypeError",
    "JsonError",
    "KeyFormatError",
    "Limits",
    "LintWarning",
    "LoadFault",
    "Outcome",
    "Plan",
    "PolicyChange",
    "PolicyDiff",
    "PolicyError",
    "PolicyPart",
    "PolicySet",
    "PublicKey",
    "RateLimited",
    "SecretKey",
    "Session",
    "SessionError",
    "SessionInactive",
    "TokenClaims",
    "TokenError",
    "ToolCall",
    "TriedCapability",
    "Unavailable",
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
