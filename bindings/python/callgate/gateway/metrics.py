"""What the gateway counts, for Prometheus. A registry of its own, and only bounded labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.process_collector import ProcessCollector

from callgate._error_codes import MEANINGS
from callgate.gateway.histogram import Histogram
from callgate.gateway.wire.listener_name import ListenerName
from callgate.serving.bounds import Bound

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_1_0_0
_CODES: Final = frozenset(MEANINGS)
_ENDPOINTS: Final = frozenset({"attest", "end", "invoke", "tools"})
_RELOADED: Final = frozenset({"policy", "issuer", "tls", "trust", "attestation", "executions"})
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)


@final
class Metrics:
    """Counters of one gateway. Any thread may count; nothing it is given can add a label value
    that was not known at start."""

    def __init__(self, upstreams: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._upstreams = frozenset(upstreams)
        ProcessCollector(registry=self.registry)
        self._replies = Counter(
            "callgate_replies",
            "Answers, by endpoint, verdict and code.",
            ("endpoint", "verdict", "code"),
            registry=self.registry,
        )
        self._reply_seconds = Histogram(
            "callgate_reply_seconds",
            "Time from a request's head to its answer.",
            ("endpoint",),
            bounds=_SECONDS,
        )
        self._upstream_seconds = Histogram(
            "callgate_upstream_seconds",
            "Time from dispatch to the upstream's whole reply.",
            ("upstream", "outcome"),
            bounds=_SECONDS,
        )
        self._audit_sync_seconds = Histogram(
            "callgate_audit_sync_seconds",
            "Time for one group of audit and journal records to be durable.",
            bounds=_SECONDS,
        )
        for histogram in (self._reply_seconds, self._upstream_seconds, self._audit_sync_seconds):
            self.registry.register(histogram)
        # A labelled series is looked up for every call: the look-up of prometheus_client costs more
        # than the count. As many as there can be label values.
        self._replies_of = cache(self._labelled_replies)
        self._refusals = Counter(
            "callgate_refusals",
            "Requests and connections that a bound of HTTP refused, by listener and cause.",
            ("listener", "cause"),
            registry=self.registry,
        )
        self._refusals_of = cache(self._refusals.labels)
        self._reloads = Counter(
            "callgate_reloads",
            "Files that were read again, by kind and result.",
            ("kind", "result"),
            registry=self.registry,
        )

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        """One answer of an endpoint, such as ``invoke``; the code's name of a failure."""
        endpoint = endpoint if endpoint in _ENDPOINTS else "other"
        if code_name is not None and code_name not in _CODES:
            code_name = "INTERNAL_ERROR"
        self._replies_of(endpoint, code_name).inc()
        self._reply_seconds.observe(seconds, endpoint)

    def _labelled_replies(self, endpoint: str, code: str | None) -> Counter:
        verdict = "allowed" if code is None else "denied"
        return self._replies.labels(endpoint, verdict, code or "")

    def refused(self, listener: ListenerName, bound: Bound) -> None:
        """One request or connection that a bound refused."""
        self._refusals_of(listener, bound).inc()

    def upstream_called(self, upstream: str, code_name: str | None, seconds: float) -> None:
        """One call of a tool server, that was dispatched; the code's name of a failure."""
        upstream = upstream if upstream in self._upstreams else "other"
        outcome = "ok" if code_name is None else code_name if code_name in _CODES else "other"
        self._upstream_seconds.observe(seconds, upstream, outcome)

    def audit_synced(self, seconds: float) -> None:
        """One group commit."""
        self._audit_sync_seconds.observe(seconds)

    def reloaded(self, kind: str, *, accepted: bool) -> None:
        """One file that was read again."""
        kind = kind if kind in _RELOADED else "other"
        self._reloads.labels(kind, "accepted" if accepted else "refused").inc()

    def gauge(self, name: str, help: str, value: Callable[[], float]) -> None:
        """A number that is asked for when the metrics are read: sessions, executions."""
        Gauge(f"callgate_{name}", help, registry=self.registry).set_function(value)

    def render(self) -> bytes:
        """The text that Prometheus reads, of ``CONTENT_TYPE``."""
        return generate_latest(self.registry)
