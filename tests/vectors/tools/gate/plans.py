"""Plans, for ledgers outside."""

from gate.scene import CHILD, NOON, OTHER, call, envelope, get
from gate.steps import Vectors, opening, planned, send

PLAN = "callgate, concepts: plans"

vectors = Vectors()
add = vectors.add
add(
    "plan-parts",
    PLAN,
    opening(parent="session-1", **CHILD),
    planned(
        get(1, at=7, **CHILD),
        {"committed": [0, 0]},
        replay=True,
        sessions=["child", "session-1"],
        timestamp=NOON + 7,
        charges=[
            [{"key": "narrow web.get 0 agent-7", "calls": 2, "per_seconds": 60}],
            [{"key": "default web.get 0 agent-7", "calls": 3, "per_seconds": 60}],
        ],
    ),
    planned(envelope(), {"committed": []}, replay=True, sessions=["session-1"], charges=[]),
    planned(
        envelope(call("fs.delete")),
        {"committed": []},
        "TOOL_EXPLICITLY_DENIED",
        replay=True,
        charges=[],
    ),
    planned(envelope(signer=OTHER), {"committed": []}, "INVALID_SIGNATURE", replay=False),
    planned(envelope(at=-31000), {"committed": []}, "REPLAY_DETECTED", replay=False),
    # None of it was written here.
    send(get(1, at=7, **CHILD)),
)
add(
    "plan-outcomes",
    PLAN,
    planned(get(1), {"committed": [0]}),
    planned(get(1), {"committed": [1]}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"committed": []}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"already_seen": True}, "REPLAY_DETECTED", cause="already_seen"),
    planned(get(1), {"rate_limited": 1.5}, "RATE_LIMIT_EXCEEDED", retry_after=1.5),
    planned(get(1), {"rate_limited": -0.001}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"session_inactive": True}, "SESSION_INACTIVE"),
    planned(get(1), {"full": True}, "LEDGER_FULL"),
    planned(get(1), {"unavailable": True}, "LEDGER_UNAVAILABLE"),
    planned(envelope(call("no")), {"unavailable": True}, "TOOL_NOT_ALLOWED"),
    planned(envelope(call("no")), {"already_seen": True}, "REPLAY_DETECTED", cause="already_seen"),
)
