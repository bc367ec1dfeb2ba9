"""An envelope counts once, however it is written, and whatever fills or ends meanwhile."""

from gate.scene import call, edited, envelope
from gate.steps import RESTART, SMCP, Vectors, opening, policy, send

respelled = Vectors()
add = respelled.add
add(
    "replay-other-protocol",
    SMCP + "3",
    send(envelope()),
    send(edited("smcp/v1", "seal/v1"), "REPLAY_DETECTED", cause="already_seen"),
)
add(
    "replay-other-fraction",
    SMCP + "4",
    send(envelope(at=583)),
    send(edited(".583Z", ".584Z", at=583), "REPLAY_DETECTED", cause="already_seen"),
    send(edited(".583Z", "Z", at=583), "REPLAY_DETECTED", cause="already_seen"),
)
add(
    "replay-later-fraction-after-first-window",
    "callgate: the fraction is not signed, so an entry lives to the end of its second + window",
    send(envelope(at=1)),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=30500, cause="already_seen"),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=30999, cause="already_seen"),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=31000, cause="outside_window"),
)

again = Vectors()
add = again.add
add(
    "token-used-twice",
    SMCP + "10",
    send(envelope()),
    send(envelope(at=1000), now=1000),
)
add(
    "replay-exact",
    SMCP + "11",
    send(envelope()),
    send(envelope(), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(), "REPLAY_DETECTED", now=29999, cause="already_seen"),
)
add(
    "replay-future-dated",
    SMCP + "12",
    send(envelope(at=30000)),
    *(
        send(envelope(at=30000), "REPLAY_DETECTED", now=now, cause="already_seen")
        for now in (31000, 45000, 59999, 60000)
    ),
    send(envelope(at=30000), "REPLAY_DETECTED", now=61000, cause="outside_window"),
)
add(
    "replay-after-restart",
    SMCP + "13",
    send(envelope()),
    send(envelope(call("web.get", "{}", id="2"))),
    RESTART,
    send(envelope(), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(call("web.get", "{}", id="3"))),
    send(envelope(call("web.get", "{}", id="4"))),
    send(envelope(call("web.get", "{}", id="5")), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
)
add(
    "replay-flood-is-bounded-a-session",
    SMCP + "14",
    opening(id="session-2", sub="agent-8"),
    send(envelope(call(id="1"))),
    send(envelope(call(id="2"))),
    send(envelope(call(id="3")), "LEDGER_FULL"),
    send(envelope(call(id="1")), "REPLAY_DETECTED"),
    send(envelope(call(id="4"), id="session-2", sub="agent-8")),
    send(envelope(call(id="5"), at=31000), now=31000),
    limits={"max_replay_entries_per_session": 2},
)
add(
    "replay-table-full",
    SMCP + "14",
    send(envelope(call(id="1"))),
    send(envelope(call(id="2")), "LEDGER_FULL"),
    send(envelope(call("shell.run", id="3")), "TOOL_NOT_ALLOWED"),
    send(envelope(call(id="1")), "REPLAY_DETECTED"),
    limits={"max_replay_entries": 1},
)
add(
    "replay-of-denied-call",
    SMCP + "15",
    send(envelope(call("shell.run")), "TOOL_NOT_ALLOWED"),
    policy("open"),
    send(envelope(call("shell.run")), "REPLAY_DETECTED", now=5000, cause="already_seen"),
    send(envelope(call("shell.run"), at=5000), now=5000),
)
add("same-request-id", SMCP + "16", send(envelope()), send(envelope(at=1000), now=1000))
