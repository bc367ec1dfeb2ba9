"""Spans of OpenTelemetry, with its real SDK."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from callgate.attestation.observability import (
    NoOpSpan,
    get_metrics,
    reset_metrics,
    trace_jwks_fetch,
    trace_token_creation,
    trace_verification,
)
from callgate.attestation.telemetry import events
from callgate.attestation.telemetry.spans import _provider
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

ISSUER = "https://issuer.example"
AUDIENCE = "https://server.example"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """OpenTelemetry takes one provider in the life of a process."""
    provider = TracerProvider()
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _provider.is_set = True  # which is looked at once a second
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    reset_metrics()
    exporter.clear()
    yield exporter
    reset_metrics()


def names(spans: InMemorySpanExporter) -> list[str]:
    return [span.name for span in spans.get_finished_spans()]


def test_a_block_is_a_span_and_active_meanwhile(spans: InMemorySpanExporter) -> None:
    with trace_verification(ISSUER) as span:
        span.set_attribute("verified", True)
        assert get_metrics().active_verifications == 1
    assert get_metrics().active_verifications == 0
    assert get_metrics().verification_total == 0
    (finished,) = spans.get_finished_spans()
    assert finished.name == "attestation.verify"
    assert finished.attributes == {"attestation.issuer": ISSUER, "verified": True}


def test_work_in_a_block_uses_its_span(spans: InMemorySpanExporter) -> None:
    with trace_verification(ISSUER) as outer, events.verifying() as inner:
        assert inner is outer
        assert get_metrics().active_verifications == 1
    assert names(spans) == ["attestation.verify"]


def test_more_work_in_a_block_has_spans_within(spans: InMemorySpanExporter) -> None:
    with trace_verification(ISSUER):
        with events.verifying():
            pass
        with events.verifying():
            assert get_metrics().active_verifications == 2
    inner, outer = spans.get_finished_spans()
    assert inner.parent == outer.context


def test_work_outside_of_a_block_has_its_own_span(spans: InMemorySpanExporter) -> None:
    with events.verifying():
        assert get_metrics().active_verifications == 1
    with events.creating_token(), events.fetching_keys():
        pass
    assert names(spans) == [
        "attestation.verify",
        "attestation.jwks_fetch",
        "attestation.create_token",
    ]


def test_a_block_counts_what_no_part_reports(spans: InMemorySpanExporter) -> None:
    with trace_token_creation(ISSUER, AUDIENCE):
        pass
    with trace_jwks_fetch(ISSUER):
        pass
    with pytest.raises(KeyError), trace_jwks_fetch(ISSUER):
        raise KeyError
    counters = get_metrics().to_dict()["counters"]
    assert counters["token_creation_total"] == 1
    assert counters["jwks_fetches"] == 2
    assert counters["jwks_fetch_errors"] == 1


def test_a_block_does_not_count_twice(spans: InMemorySpanExporter) -> None:
    with trace_token_creation(ISSUER, AUDIENCE), events.creating_token():
        events.token_created(issuer=ISSUER, audience=AUDIENCE, lifetime=300, seconds=0.1)
    with trace_jwks_fetch(ISSUER), events.fetching_keys():
        events.fetch_finished(issuer=ISSUER, succeeded=True, seconds=0.1)
    counters = get_metrics().to_dict()["counters"]
    assert counters["token_creation_total"] == 1
    assert counters["jwks_fetches"] == 1


def test_a_failed_block_creates_no_token(spans: InMemorySpanExporter) -> None:
    with pytest.raises(KeyError), trace_token_creation(ISSUER, AUDIENCE):
        raise KeyError
    assert get_metrics().token_creation_total == 0


def test_a_span_shows_no_text_of_an_exception(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="secret"), trace_verification(ISSUER):
        raise ValueError("secret")
    (finished,) = spans.get_finished_spans()
    assert not finished.status.is_ok
    assert finished.status.description == "ValueError"
    assert "secret" not in finished.to_json()


def test_without_opentelemetry_a_span_does_nothing() -> None:
    span = NoOpSpan()
    with span:
        span.set_attribute("key", 1)
        span.set_attributes({"key": 1})
        span.add_event("event")
        span.set_status("error", "why")
        span.record_exception(ValueError())


PROGRAM = """
import sys
for missing in ("opentelemetry", "prometheus_client"):
    sys.modules[missing] = None
from callgate.attestation import observability
with observability.trace_token_creation("https://a", "https://b") as span:
    span.set_attribute("key", 1)
print(type(span).__name__)
print(observability.get_metrics().token_creation_total)
try:
    observability.attestation_collector()
except ImportError as error:
    print(error)
"""


def test_neither_library_is_needed() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    span, count, message = done.stdout.splitlines()
    assert (span, count) == ("NoOpSpan", "1")
    assert "pip install prometheus-client" in message
