"""Which part of the work a sampled stack belongs to."""

from __future__ import annotations

from collections import defaultdict

# The rooms of a call. A frame names its file's last two folders.
OURS = (
    "gateway/calls/",
    "gateway/http/",
    "gateway/wire/",
    "http/routes/",
    "gateway/sessions/",
)
# The innermost frame that is one of these says it. The standard library works for whoever calls it;
# what nobody called is the event loop's own.
RULES = (
    ("decision: engine", ("callgate/_gate.py:authorize", "callgate/_time.py")),
    ("liveness", ("gateway/sessions/ledger.py:alive", "callgate/_gate.py:session")),
    ("audit: event, line, state", ("callgate/audit/",)),
    ("metrics", ("prometheus_client/", "gateway/metrics.py")),
    ("HTTP: bounds, peer, trace", ("callgate/serving/", "http/middleware/")),
    ("upstream", ("upstreams/transports/", "upstreams/messages/", "gateway/upstreams/")),
    ("call path and reply", ("callgate/gateway/", *OURS, "gateway/baseline.py")),
    ("web server: h11, uvicorn, starlette", ("h11/", "uvicorn/", "protocols/http/", "starlette/")),
)
LOOP = "event loop"
# What only holds the loop that runs everything.
ROOTS = (
    "gateway/process/serve",
    "callgate/serving/listener.py",
    "baseline.py:main",
    "baseline.py:<module>",
)


def stage_of(stack: str) -> str:
    """``stack`` is as sampled.py writes it: from the inside out."""
    for frame in stack.split(";"):
        if any(root in frame for root in ROOTS):
            continue
        for stage, parts in RULES:
            if any(part in frame for part in parts):
                return stage
    return LOOP


def shares(samples: dict[str, float]) -> dict[str, float]:
    """Stage to its share of the sampled seconds."""
    sampled: defaultdict[str, float] = defaultdict(float)
    for stack, seconds in samples.items():
        sampled[stage_of(stack)] += seconds
    total = sum(sampled.values())
    return {stage: seconds / total for stage, seconds in sampled.items()}
