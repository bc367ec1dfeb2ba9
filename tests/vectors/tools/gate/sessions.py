"""How sessions are opened, renewed, ended, and remembered."""

from gate.scene import AGENT, HOUR, OTHER, call, envelope, jkt, token
from gate.steps import RESTART, SESSIONS, SMCP, Vectors, end, opening, renewal, revoke, send

vectors = Vectors()
add = vectors.add
for name, closing in (("ended", end()), ("revoked", revoke())):
    add(
        "session-" + name,
        SMCP + "47",
        send(envelope()),
        closing,
        send(envelope(call(id="2")), "SESSION_INACTIVE", session_id="session-1"),
        opening("SESSION_INACTIVE"),
        opening("SESSION_INACTIVE", public_key=OTHER),
        renewal("SESSION_INACTIVE", exp=2 * HOUR),
        end(),
        revoke(),
        RESTART,
        send(envelope(call(id="2")), "SESSION_INACTIVE"),
        opening("SESSION_INACTIVE"),
    )
add(
    "session-key-is-not-replaced",
    SMCP + "47, 50",
    opening("KEY_REFUSED", public_key=OTHER),
    opening("KEY_REFUSED", public_key=OTHER, cnf={"jkt": jkt(AGENT)}),
    opening("INVALID_TOKEN", sub="agent-8"),
    opening("INVALID_TOKEN", scp="narrow"),
    opening(exp=2 * HOUR),
    send(envelope()),
)
add(
    "session-open-refused",
    SMCP + "43, 45, 53",
    opening("INVALID_TOKEN", token=token(OTHER)),
    opening("INVALID_TOKEN", id=None),
    opening("EXPIRED_TOKEN", exp=0),
    opening("SCOPE_NOT_FOUND", scp="DEFAULT"),
    opening("SCOPE_NOT_FOUND", scp="default "),
    opening("SCOPE_NOT_FOUND", scp="../admin"),
    opening("KEY_REFUSED", cnf={"jkt": jkt(OTHER)}),
    opening("UNKNOWN_SESSION", parent="nobody"),
    end(code="UNKNOWN_SESSION"),
    revoke(code="UNKNOWN_SESSION"),
    renewal("UNKNOWN_SESSION"),
    send(envelope(), "UNKNOWN_SESSION"),
    open_=False,
)
add(
    "session-renewed",
    SESSIONS,
    renewal(exp=2 * HOUR),
    renewal("INVALID_TOKEN", exp=2 * HOUR, sub="agent-8"),
    renewal("INVALID_TOKEN", exp=2 * HOUR, scp="narrow"),
    renewal("INVALID_TOKEN", exp=2 * HOUR, id="session-2"),
    send(envelope(at=HOUR * 1000, exp=2 * HOUR), now=HOUR * 1000),
    send(envelope(call(id="2"), at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
)
add(
    "session-not-prolonged-by-an-envelope",
    SESSIONS,
    send(envelope(exp=2 * HOUR)),
    send(envelope(call(id="2"), at=HOUR * 1000, exp=2 * HOUR), "SESSION_INACTIVE", now=HOUR * 1000),
    renewal("SESSION_INACTIVE", exp=2 * HOUR, now=HOUR * 1000),
    opening("SESSION_INACTIVE", exp=2 * HOUR, now=(2 * HOUR - 1) * 1000),
)
add(
    "session-tombstone",
    SESSIONS,
    revoke(),
    opening("SESSION_INACTIVE", exp=2 * HOUR, iat=HOUR, now=(HOUR + 60) * 1000),
    opening("SESSION_INACTIVE", exp=3 * HOUR, iat=2 * HOUR, now=(2 * HOUR + 60) * 1000),
    opening(exp=4 * HOUR, iat=3 * HOUR, now=(3 * HOUR + 60) * 1000 + 1),
)
add(
    "session-tombstone-outlasts-what-was-refused",
    SESSIONS,
    revoke(),
    opening("SCOPE_NOT_FOUND", exp=2 * HOUR, scp="nowhere"),
    opening("UNKNOWN_SESSION", exp=3 * HOUR, parent="nobody"),
    renewal("INVALID_TOKEN", exp=4 * HOUR, sub="agent-8"),
    opening("SESSION_INACTIVE", exp=5 * HOUR, iat=HOUR, now=(HOUR + 60) * 1000 + 1),
    opening("SESSION_INACTIVE", exp=6 * HOUR, iat=4 * HOUR, now=(4 * HOUR + 60) * 1000 + 1),
)
add(
    "sessions-bounded",
    SMCP + "54",
    opening("LEDGER_FULL", id="session-2"),
    send(envelope()),
    opening(id="session-2", iat=HOUR, exp=2 * HOUR, now=(HOUR + 61) * 1000),
    limits={"max_sessions": 1},
)
