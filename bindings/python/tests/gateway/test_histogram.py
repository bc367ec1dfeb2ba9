"""Histogram: what Prometheus reads of it is what it reads of prometheus_client's own."""

from __future__ import annotations

import random
import threading

import prometheus_client
import pytest
from callgate.gateway.histogram import Histogram
from prometheus_client import CollectorRegistry, generate_latest

BOUNDS = (0.0005, 0.01, 0.5, 1, 30)


def pair(labels: tuple[str, ...]) -> tuple[Histogram, prometheus_client.Histogram]:
    ours = Histogram("seconds", "How long.", labels, bounds=BOUNDS)
    return ours, prometheus_client.Histogram(
        "seconds", "How long.", labels, buckets=BOUNDS, registry=None
    )


def shown(collector: Histogram | prometheus_client.Histogram) -> list[str]:
    """All but when a series began, of which we do not tell."""
    registry = CollectorRegistry()
    registry.register(collector)
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created" not in line]


@pytest.mark.parametrize("labels", [(), ("a",), ("a", "b")])
def test_it_shows_what_the_library_does(labels: tuple[str, ...]) -> None:
    ours, theirs = pair(labels)
    assert shown(ours) == shown(theirs)
    rng = random.Random(17)
    for _ in range(200):
        seconds = rng.choice([*BOUNDS, 0.0, 0.25, 31.0, rng.expovariate(1)])
        values = tuple(rng.choice(["x", 'y"']) for _ in labels)
        ours.observe(seconds, *values)
        (theirs.labels(*values) if labels else theirs).observe(seconds)
    assert shown(ours) == shown(theirs)


def test_no_count_of_any_thread_is_lost() -> None:
    histogram = Histogram("seconds", "How long.", ("a",), bounds=BOUNDS)

    def observe() -> None:
        for _ in range(2000):
            histogram.observe(1.0, "x")

    threads = [threading.Thread(target=observe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 'seconds_count{a="x"} 8000.0' in shown(histogram)
    assert 'seconds_sum{a="x"} 8000.0' in shown(histogram)
