"""How old an envelope may be, and how its time is written."""

from gate.scene import NOON, edited, envelope
from gate.steps import SMCP, Vectors, send

vectors = Vectors()
add, refused = vectors.add, vectors.refused
for name, age, code in (
    ("exactly-window", 30000, None),
    ("window-and-1-ms", 30001, "REPLAY_DETECTED"),
    ("30.9-s", 30900, "REPLAY_DETECTED"),
    ("exactly-window-ahead", -30000, None),
    ("window-and-1-ms-ahead", -30001, "REPLAY_DETECTED"),
):
    cause = {} if code is None else {"cause": "outside_window"}
    add("age-" + name, SMCP + "17", send(envelope(at=-age), code, **cause))
add(
    "age-nanoseconds-ahead",
    SMCP + "17",
    send(edited(".000Z", ".000000001Z", at=30000), "REPLAY_DETECTED", cause="outside_window"),
    send(edited(".000Z", ".000000000Z", at=30000)),
)
add(
    "window-configured",
    SMCP + "17",
    send(envelope(at=-5000)),
    send(envelope(at=-5001), "REPLAY_DETECTED", cause="outside_window"),
    window=5,
)
for name, text in {
    "local": "2026-02-17T12:00:00",
    "lower-case": "2026-02-17t12:00:00z",
    "comma": "2026-02-17T12:00:00,000Z",
    "basic": "20260217T120000Z",
    "integer-on-smcp": NOON // 1000,
    "float": float(NOON // 1000) + 0.5,
    "false": False,
}.items():
    refused("timestamp-" + name, SMCP + "18", envelope(time=text))
add(
    "timestamp-integer-on-seal",
    SMCP + "18",
    send(envelope(protocol="seal/v1", time=NOON // 1000)),
)
