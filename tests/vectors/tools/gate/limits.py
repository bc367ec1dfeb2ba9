"""Rates of calls and sizes of responses."""

from gate.scene import CHILD, call, envelope, get
from gate.steps import RESTART, SMCP, Vectors, opening, policy, send

vectors = Vectors()
add = vectors.add
add(
    "rate-boundary",
    SMCP + "111",
    *(send(get(i, at=59900), now=59900) for i in range(3)),
    send(get(4, at=60100), "RATE_LIMIT_EXCEEDED", now=60100, retry_after=59.8),
    send(get(5, at=119899), "RATE_LIMIT_EXCEEDED", now=119899, retry_after=0.001),
    send(get(6, at=119900), now=119900),
)
add(
    "rate-shared-by-the-root-execution",
    SMCP + "112",
    opening(id="again"),
    opening(parent="session-1", **CHILD),
    send(get(1)),
    send(get(2, id="again")),
    send(get(3, **CHILD)),
    send(get(4), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(5, id="again"), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(6, **CHILD), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    opening(id="other", sub="agent-9"),
    send(get(7, id="other", sub="agent-9")),
)
add(
    "rate-not-charged-by-denials-and-replays",
    SMCP + "113",
    *(send(envelope(call("web.put", "{}", id=str(i))), "TOOL_NOT_ALLOWED") for i in range(4)),
    send(get(1)),
    *(send(get(1), "REPLAY_DETECTED") for _ in range(4)),
    send(get(2)),
    send(get(3)),
    send(get(4), "RATE_LIMIT_EXCEEDED"),
    send(get(4), "REPLAY_DETECTED", now=60000),
)
add(
    "rate-next-capability",
    "policy reference, Rates",
    send(get(1), capability=0, max_response_size=10),
    send(get(2), capability=1, max_response_size=20),
    send(get(3), "RATE_LIMIT_EXCEEDED", capability=0, retry_after=30.0),
    policy="two limits",
)
add(
    "rate-period-lengthened-by-a-reload",
    "policy reference, Rates",
    send(get(1)),
    send(get(2, at=1000), now=1000),
    send(get(3, at=30000), now=30000),
    policy("patient"),
    send(get(4, at=60000), "RATE_LIMIT_EXCEEDED", now=60000, retry_after=3540.0),
    policy("seed"),
    send(get(5, at=60000), now=60000),
    send(get(6, at=61000), now=61000),
    policy("patient"),
    send(get(7, at=600000), "RATE_LIMIT_EXCEEDED", now=600000, retry_after=3030.0),
    RESTART,
    send(get(8, at=600000), "RATE_LIMIT_EXCEEDED", now=600000, retry_after=3030.0),
)
add(
    "rate-windows-full",
    SMCP + "112",
    send(get(1)),
    opening(id="other", sub="agent-9"),
    send(get(2, id="other", sub="agent-9"), "LEDGER_FULL"),
    send(get(3)),
    send(get(4, id="other", sub="agent-9", at=60000), now=60000),
    limits={"max_rate_windows": 1},
)
add(
    "response-limits",
    SMCP + "116",
    send(envelope()),
    {"op": "response", "result_json": '"' + "x" * 98 + '"', "allowed": True, "code": None},
    {
        "op": "response",
        "result_json": '"' + "x" * 99 + '"',
        "allowed": False,
        "code": "OUTPUT_SIZE_EXCEEDED",
    },
    {"op": "response", "result_json": "x", "allowed": False, "code": "INVALID_JSON"},
)
