"""AttestationMetrics: what it counts, and what no text from outside can do to it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from callgate.attestation.observability import (
    AttestationMetrics,
    attestation_collector,
    get_metrics,
    reset_metrics,
)
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

ISSUER = "https://issuer.example"


@pytest.fixture
def metrics() -> AttestationMetrics:
    return AttestationMetrics()


@pytest.fixture
def of_process() -> Iterator[AttestationMetrics]:
    reset_metrics()
    yield get_metrics()
    reset_metrics()


def scraped(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """By name and labels, as Prometheus reads it; each family and each sample once."""
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert len(set(names)) == len(names)
    samples = [
        ((sample.name, frozenset(sample.labels.items())), float(sample.value))
        for family in families
        for sample in family.samples
    ]
    assert len(dict(samples)) == len(samples)
    return dict(samples)


def value(text: str, name: str, **labels: str) -> float:
    return scraped(text)[name, frozenset(labels.items())]


def test_everything_begins_at_zero(metrics: AttestationMetrics) -> None:
    told = metrics.to_dict()
    assert set(told["counters"].values()) == {0}
    assert set(told["gauges"].values()) == {0}
    assert told["by_issuer"] == {}
    assert all(durations["count"] == 0 for durations in told["histograms"].values())


def test_verifications_count_by_verdict(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 15.5, trust_level="provider")
    metrics.record_verification(ISSUER, False, 5.0, error_code=-32010, reason="signature")
    assert metrics.verification_total == 2
    assert metrics.verification_success == 1
    assert metrics.verification_failure == 1
    assert metrics.to_dict()["by_issuer"][ISSUER]["verifications"] == 2
    assert metrics.to_dict()["by_reason"] == {"signature": 1}


def test_the_other_counters_count(metrics: AttestationMetrics) -> None:
    metrics.record_token_creation(ISSUER, 3.2, audience="https://server.example")
    metrics.record_replay_detected(ISSUER, "9d3b1c5e")
    metrics.record_cache_hit()
    metrics.record_cache_hit()
    metrics.record_cache_miss()
    metrics.record_jwks_fetch(ISSUER, 12.0, True)
    metrics.record_jwks_fetch(ISSUER, 12.0, False)
    metrics.record_circuit_breaker_open(ISSUER)
    metrics.set_cached_keys_count(7)
    told = metrics.to_dict()
    assert told["counters"] == {
        "verification_total": 0,
        "verification_success": 0,
        "verification_failure": 0,
        "token_creation_total": 1,
        "replay_detected": 1,
        "cache_hits": 2,
        "cache_misses": 1,
        "jwks_fetches": 2,
        "jwks_fetch_errors": 1,
        "circuit_breaker_opens": 1,
    }
    assert told["gauges"]["cached_keys"] == 7
    assert told["by_issuer"][ISSUER] == {"verifications": 0, "tokens_created": 1, "replays": 1}


def test_durations_are_told_with_percentiles(metrics: AttestationMetrics) -> None:
    for number in range(100):
        metrics.record_verification(ISSUER, True, float(number))
    told = metrics.to_dict()["histograms"]["verification_duration_ms"]
    assert told["count"] == 100
    assert told["min"] == 0.0
    assert told["max"] == pytest.approx(99.0)
    assert told["avg"] == pytest.approx(49.5)
    assert told["p50"] == pytest.approx(50.0)
    assert told["p99"] == pytest.approx(99.0)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1.0])
def test_what_is_no_duration_is_refused(metrics: AttestationMetrics, wrong: float) -> None:
    with pytest.raises(ValueError, match="duration"):
        metrics.record_verification(ISSUER, True, wrong)
    assert metrics.verification_total == 0


def test_the_exposition_has_the_published_names(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 10.0)
    metrics.record_token_creation(ISSUER, 5.0)
    metrics.record_replay_detected(ISSUER, "x")
    text = metrics.to_prometheus()
    assert "\nattestation_verification_total 1\n" in text
    assert "\nattestation_token_creation_total 1\n" in text
    assert {name for name, _ in scraped(text)} >= {
        "attestation_verification_total",
        "attestation_verification_success_total",
        "attestation_verification_failure_total",
        "attestation_token_creation_total",
        "attestation_replay_detected_total",
        "attestation_cache_hits_total",
        "attestation_cache_misses_total",
        "attestation_jwks_fetch_total",
        "attestation_jwks_fetch_errors_total",
        "attestation_circuit_breaker_opens_total",
        "attestation_active_verifications",
        "attestation_cached_keys",
        "attestation_issuer_verifications_total",
        "attestation_issuer_tokens_created_total",
        "attestation_issuer_replays_total",
    } | {
        f"attestation_{what}_duration_ms_{part}"
        for what in ("verification", "token_creation", "jwks_fetch")
        for part in ("sum", "count", "avg")
    }


def test_durations_are_in_milliseconds_and_in_seconds(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 3.0)
    metrics.record_verification(ISSUER, True, 1.0)
    text, name = metrics.to_prometheus(), "attestation_verification_duration"
    assert value(text, f"{name}_ms_sum") == pytest.approx(4.0)
    assert value(text, f"{name}_ms_avg") == pytest.approx(2.0)
    assert value(text, f"{name}_seconds_sum") == pytest.approx(0.004)
    assert value(text, f"{name}_seconds_bucket", le="0.0005") == 0
    assert value(text, f"{name}_seconds_bucket", le="0.001") == 1
    assert value(text, f"{name}_seconds_bucket", le="0.0025") == 1
    assert value(text, f"{name}_seconds_bucket", le="+Inf") == 2


def test_a_label_is_escaped(metrics: AttestationMetrics) -> None:
    hostile = 'https://a"} 1\\'
    metrics.record_verification(hostile, True, 1.0)
    text = metrics.to_prometheus()
    assert value(text, "attestation_issuer_verifications_total", issuer=hostile) == 1
    assert value(text, "attestation_verification_total") == 1


@pytest.mark.parametrize(
    "hostile", ["a\nattestation_verification_total 9", "\ud800", "a" * 257, "\x00", ""]
)
def test_what_is_no_issuer_is_no_label(metrics: AttestationMetrics, hostile: str) -> None:
    metrics.record_verification(hostile, True, 1.0)
    text = metrics.to_prometheus()
    assert text.encode()
    assert value(text, "attestation_issuer_verifications_total", issuer="other") == 1
    assert value(text, "attestation_verification_total") == 1


def test_no_issuer_is_called_untrusted(metrics: AttestationMetrics) -> None:
    metrics.record_verification(None, False, 1.0)
    assert metrics.get_events()[0]["issuer"] == "untrusted"
    text = metrics.to_prometheus()
    assert value(text, "attestation_issuer_verifications_total", issuer="untrusted") == 1


def test_labels_and_events_are_bounded(metrics: AttestationMetrics) -> None:
    for number in range(1500):
        metrics.record_verification(f"https://{number}.example", False, 1.0, reason=f"r{number}")
    told = metrics.to_dict()
    assert len(told["by_issuer"]) == 101
    assert told["by_issuer"]["other"]["verifications"] == 1400
    assert len(told["by_reason"]) == 33
    assert len(metrics.get_events()) == 1000


def test_events_are_told_in_their_order(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 1.0)
    metrics.record_replay_detected(ISSUER, "jti")
    metrics.record_verification(ISSUER, True, 1.0)
    assert [event["type"] for event in metrics.get_events()] == [
        "verification",
        "replay_detected",
        "verification",
    ]
    assert [event["type"] for event in metrics.get_events(limit=1)] == ["verification"]
    assert [event["jti"] for event in metrics.get_events(event_type="replay_detected")] == ["jti"]


def test_a_token_id_is_cut_in_events(metrics: AttestationMetrics) -> None:
    metrics.record_replay_detected(ISSUER, "4a8f9c1d-1111-4222-8333-444455556666")
    assert metrics.get_events()[0]["jti"] == "4a8f9c1d…"


def test_a_changed_event_changes_nothing(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 1.0)
    metrics.get_events()[0]["issuer"] = "changed"
    assert metrics.get_events()[0]["issuer"] == ISSUER


def test_reset_keeps_what_is_under_way(metrics: AttestationMetrics) -> None:
    metrics.record_verification(ISSUER, True, 1.0)
    metrics.verification_began()
    metrics.reset()
    assert metrics.verification_total == 0
    assert metrics.get_events() == []
    metrics.verification_ended()
    assert metrics.active_verifications == 0


def test_threads_lose_no_count(metrics: AttestationMetrics) -> None:
    def count() -> None:
        for _ in range(500):
            metrics.record_verification(ISSUER, True, 1.0)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert metrics.verification_total == 4000
    assert metrics.to_dict()["by_issuer"][ISSUER]["verifications"] == 4000


def test_a_process_has_one_until_reset() -> None:
    first = get_metrics()
    assert get_metrics() is first
    first.record_verification(ISSUER, True, 1.0)
    reset_metrics()
    assert get_metrics().verification_total == 0


def test_prometheus_client_shows_the_same(of_process: AttestationMetrics) -> None:
    of_process.record_verification(ISSUER, True, 3.0)
    of_process.record_verification('https://a"b', False, 3.0, reason="expired")
    registry = CollectorRegistry()
    registry.register(attestation_collector())
    theirs = scraped(generate_latest(registry).decode())
    assert theirs == scraped(of_process.to_prometheus())
    assert theirs["attestation_refusals_total", frozenset({("reason", "expired")})] == 1


def test_the_default_registry_shows_them(of_process: AttestationMetrics) -> None:
    of_process.record_verification(ISSUER, True, 3.0)
    assert REGISTRY.get_sample_value("attestation_verification_total") == 1
    reset_metrics()
    assert REGISTRY.get_sample_value("attestation_verification_total") == 0


def test_a_program_with_metrics_of_these_names_can_import() -> None:
    program = (
        "from prometheus_client import REGISTRY, Counter\n"
        "Counter('attestation_verification', 'of the program').inc()\n"
        "from callgate.attestation import get_metrics\n"
        "print(REGISTRY.get_sample_value('attestation_verification_total'))\n"
        "print('attestation_verification_total 0' in get_metrics().to_prometheus())\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["1.0", "True"]
    assert "already has metrics of these names" in done.stderr
