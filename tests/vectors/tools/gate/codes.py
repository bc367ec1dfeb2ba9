"""Which code is reported: by what is wrong, never by words; of several faults the first."""

from gate.scene import OTHER, call, envelope, token
from gate.steps import SMCP, Vectors, revoke, send

FLOW = "callgate, concepts: the flow"

types = Vectors()
add = types.add
add(
    "codes-come-from-types",
    SMCP + "57",
    send(envelope(call("backup.signature", "{}")), "TOOL_NOT_ALLOWED"),
    send(envelope(call("fs.read", '{"path":"/x/timestamp"}')), "PATH_NOT_ALLOWED"),
    send(envelope(call("fs.delete", "{}")), "TOOL_EXPLICITLY_DENIED"),
)

order = Vectors()
add = order.add
# Each has the fault of its line and all below.
stale = {"at": -31000}
add(
    "order-of-failures",
    FLOW,
    send(
        envelope(
            call(id="null", tool="fs.delete"), signer=OTHER, token=token(OTHER, exp=-1), **stale
        ),
        "INVALID_ENVELOPE",
    ),
    send(
        envelope(call("fs.delete"), signer=OTHER, token=token(OTHER, id="x", exp=-1), **stale),
        "INVALID_TOKEN",
    ),
    send(envelope(call("fs.delete"), signer=OTHER, id="x", exp=-1, **stale), "EXPIRED_TOKEN"),
    send(envelope(call("fs.delete"), signer=OTHER, id="x", **stale), "UNKNOWN_SESSION"),
    send(envelope(call("fs.delete"), signer=OTHER, scp="narrow", **stale), "INVALID_TOKEN"),
    send(
        envelope(call("fs.delete"), signer=OTHER, **stale),
        "INVALID_SIGNATURE",
        session_id="session-1",
        tool="",
    ),
    send(
        envelope(call("fs.delete"), **stale),
        "REPLAY_DETECTED",
        cause="outside_window",
        tool="fs.delete",
    ),
    send(envelope(call("fs.delete")), "TOOL_EXPLICITLY_DENIED", tool="fs.delete"),
    send(envelope(call("fs.delete")), "REPLAY_DETECTED", cause="already_seen"),
    revoke(),
    send(envelope(call("fs.delete"), signer=OTHER, **stale), "SESSION_INACTIVE"),
)
