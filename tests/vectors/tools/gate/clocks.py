"""Clocks that leap, lag, and are set anew."""

from gate.scene import HOUR, NOON, call, envelope, get
from gate.steps import SMCP, Vectors, opening, renewal, send

CLOCK = "callgate, concepts: clocks"

vectors = Vectors()
add = vectors.add
add(
    "clock-leap-and-back",
    SMCP + "120",
    send(envelope()),
    send(envelope(call(id="2"), at=600000), now=600000),
    send(envelope(), "CLOCK_STEPPED", now=1000, cause=""),
    send(envelope(call(id="3")), "CLOCK_STEPPED"),
    send(envelope(call(id="4"), at=-31000), "REPLAY_DETECTED", cause="outside_window"),
    send(envelope(call(id="5"), at=600000)),
)
add(
    "clock-lag-of-a-second",
    CLOCK,
    send(envelope()),
    send(envelope(call(id="2"), at=-1000), now=-1000),
    send(envelope(call(id="3"), at=-30500), "REPLAY_DETECTED", now=-1000, cause="outside_window"),
    send(envelope(call(id="4"), at=-30500), "CLOCK_STEPPED", now=-1001),
)
add(
    "clock-token-expired-by-a-leap",
    CLOCK,
    send(envelope(at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
    send(envelope(), "CLOCK_STEPPED"),
    opening("CLOCK_STEPPED", id="late"),
    renewal("CLOCK_STEPPED"),
)
add(
    "clock-reset",
    CLOCK,
    send(envelope()),
    send(get(1, at=600000), now=600000),
    send(get(2, at=600000), now=600000),
    send(get(3, at=600000), now=600000),
    {"op": "reset_clock", "now": NOON, "code": None},
    send(envelope(), "SESSION_INACTIVE"),
    opening("SESSION_INACTIVE"),
    opening(id="session-2"),
    send(envelope(id="session-2")),
    send(get(4, id="session-2"), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(5, id="session-2", at=60000), now=60000),
    {"op": "reset_clock", "now": 0, "code": "INVALID_ARGUMENT"},
)
add(
    "clock-out-of-range",
    CLOCK,
    send(envelope(), "INVALID_ARGUMENT", now=-NOON),
    send(envelope(), "INVALID_ARGUMENT", now=7258118400001 - NOON),
    send(envelope()),
)
