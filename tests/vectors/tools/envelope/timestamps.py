"""How no timestamp is written, though some SDK or server of today takes it."""

import json

from envelope.cases import Cases
from envelope.scene import members, text
from vectors import lexical

cases = Cases()
good, bad = cases.good, cases.bad
for time in (
    "2026-02-17T14:32:01",
    "20260217T143201Z",
    "2026-W08-2T14:32:01Z",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-02-17T24:00:00Z",
    "2026-02-17T23:59:60Z",
    "2026-02-17T23:60:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "Tue, 17 Feb 2026 14:32:01 GMT",
    "2026-02-17T14:32:01,583Z",
    "2026-02-17X14:32:01Z",
    "2026-02-17 14:32:01Z",
    "2026-02-17t14:32:01Z",
    "2026-02-17T14:32:01z",
    "2026-02-17T14:32:01+00",
    "2026-02-17",
    "2026-02-17T14:32:01+00:00",
    "2026-02-17T15:32:01+01:00",
    "2026-02-17T14:32:01-00:00",
    "2026-02-17T14:32:01.Z",
    "2026-02-17T14:32:01.5833333333Z",
    "2026-02-17T14:32:01.58 Z",
    "2026-02-17T14:32:01.-5Z",
    "2026-02-17T14:32:01ZZ",
    "2026-02-17T14:32:01.583ZZ",
    " 2026-02-17T14:32:01Z",
    "2026-02-17T14:32:01Z ",
    "2026-02-17T14:32Z",
    "2026-02-17T14:32:1Z",
    "2026-2-17T14:32:01Z",
    "+2026-02-17T14:32:01Z",
    "+002026-02-17T14:32:01Z",
    "0000-02-17T14:32:01Z",
    "2000-12-31T23:59:59Z",
    "2201-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "-026-02-17T14:32:01Z",
    "2026-02-17T1\u0664:32:01Z",
    "\u0662\u0660\u0662\u0666-02-17T14:32:01Z",
    "2026-02-17T14:32:01.583\u0000Z",
    "1771338721",
    "",
    "Z",
    "2026-02-17T14:32:01." + "3" * 1000 + "Z",
):
    name = time if len(time) < 60 else "1000 decimals"
    bad(
        f"timestamp {json.dumps(name)}",
        text({**members(), "timestamp": lexical(time)}),
        "/timestamp",
        "read differently by the SDKs of today",
    )
for protocol, numbers in (
    ("smcp/v1", ("1771338721", "1771338721.0", "1771338721583", "-1")),
    (
        "seal/v1",
        (
            "1771338721.0",
            "1771338721.583",
            "1.771338721e9",
            "1e9",
            "-1771338721",
            "-0",
            "0",
            "1771338721583",
            "978307199",
            "7289654400",
            "99999999999999999999",
            "true",
            "[1771338721]",
            "{}",
        ),
    ),
):
    for number in numbers:
        bad(
            f"timestamp {number} on {protocol}",
            text({**members(protocol=protocol), "timestamp": number}),
            "/timestamp",
        )
good(
    "timestamp: the last integer on seal/v1",
    text({**members(protocol="seal/v1", seconds=7289654399), "timestamp": "7289654399"}),
    protocol="seal/v1",
    timestamp_ms=7289654399000,
)
