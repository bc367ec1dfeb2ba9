"""Sessions beneath sessions: ceilings, ends, depth."""

from gate.scene import CHILD, HOUR, call, envelope
from gate.steps import GATE, RESTART, SESSIONS, SMCP, Vectors, opening, policy, revoke, send

vectors = Vectors()
add = vectors.add
add(
    "chain-ceiling",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    opening("CONTEXT_EXCEEDS_PARENT_CEILING", parent="child", id="wide"),
    opening(parent="session-1", id="same"),
    send(envelope(**CHILD), max_response_size=50),
    send(envelope(call(arguments='{"path":"/workspace/b"}'), **CHILD), "PATH_NOT_ALLOWED"),
    send(envelope(call("fs.write", '{"path":"/workspace/a"}'), **CHILD), "TOOL_NOT_ALLOWED"),
)
add(
    "chain-snapshot-holds",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    policy("open"),
    send(envelope(call("fs.delete", "{}"), **CHILD), "TOOL_EXPLICITLY_DENIED", context="narrow"),
    send(envelope(call(arguments='{"path":"/etc"}'), **CHILD), "PATH_NOT_ALLOWED", capability=None),
    send(envelope(call("fs.delete", "{}"))),
    RESTART,
    send(envelope(call("fs.delete", "{}", id="2"), **CHILD), "TOOL_EXPLICITLY_DENIED"),
    send(envelope(call(id="3"), **CHILD)),
)
add(
    "chain-context-now-holds",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    policy("shut"),
    send(envelope(**CHILD), "TOOL_NOT_ALLOWED"),
    policy("orphaned"),
    send(envelope(call(id="2"), **CHILD), "SCOPE_NOT_FOUND"),
    send(envelope(call(id="3")), "SCOPE_NOT_FOUND"),
)
LIST = '{"jsonrpc":"2.0","id":"a","method":"tools/list"}'
add(
    "tools-list-needs-the-contexts",
    GATE,
    opening(parent="session-1", **CHILD),
    policy("orphaned"),
    send(envelope(LIST), "SCOPE_NOT_FOUND", method="tools/list", context="default", payload=""),
    send(envelope(LIST), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(LIST, **CHILD), "SCOPE_NOT_FOUND", method="tools/list", context="narrow"),
    policy("shut"),
    send(envelope(LIST.replace('"a"', '"b"'))),
    send(envelope(LIST.replace('"a"', '"b"'), **CHILD)),
)
add(
    "chain-ends-with-an-ancestor",
    SESSIONS,
    opening(parent="session-1", **CHILD),
    opening(parent="child", id="grandchild", scp="narrow"),
    send(envelope(id="grandchild", scp="narrow")),
    revoke(),
    send(envelope(**CHILD), "SESSION_INACTIVE"),
    send(envelope(call(id="2"), id="grandchild", scp="narrow"), "SESSION_INACTIVE"),
    opening("SESSION_INACTIVE", parent="grandchild", id="late", scp="narrow"),
)
add(
    "chain-expires-with-an-ancestor",
    SESSIONS,
    opening(parent="session-1", exp=2 * HOUR, **CHILD),
    send(envelope(at=HOUR * 1000 - 1, exp=2 * HOUR, **CHILD), now=HOUR * 1000 - 1),
    send(envelope(at=HOUR * 1000, exp=2 * HOUR, **CHILD), "SESSION_INACTIVE", now=HOUR * 1000),
)
add(
    "chain-depth",
    SMCP + "117",
    opening(parent="session-1", id="a"),
    opening("LIMIT_EXCEEDED", parent="a", id="b"),
    limits={"max_session_depth": 1},
)
