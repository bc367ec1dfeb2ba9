"""Histogram: seconds in buckets, counted with every call."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Final, final

from prometheus_client.metrics_core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


@final
class Histogram(Collector):
    """What prometheus_client's own shows, which takes a lock for each number that it counts.

    ``bounds`` are the buckets' upper ones, in order. There is a series for every tuple of label
    values that was observed: there must be few. Any thread may observe.
    """

    def __init__(
        self, name: str, help: str, labels: Sequence[str] = (), *, bounds: Sequence[float]
    ) -> None:
        self._name: Final = name
        self._help: Final = help
        self._labels: Final = tuple(labels)
        self._bounds: Final = tuple(bounds)
        self._lock: Final = Lock()
        # By label values: how many were in each bucket and beyond the last one, and the sum.
        self._series: Final[dict[tuple[str, ...], tuple[list[int], list[float]]]] = {}
        if not labels:
            self._series[()] = self._nothing()

    def observe(self, seconds: float, *values: str) -> None:
        """One more, of the series with these label values."""
        with self._lock:
            series = self._series.get(values)
            if series is None:
                series = self._series[values] = self._nothing()
            counts, total = series
            counts[bisect_left(self._bounds, seconds)] += 1
            total[0] += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """All series, for the registry."""
        family = HistogramMetricFamily(self._name, self._help, labels=self._labels)
        names = [*map(floatToGoString, self._bounds), "+Inf"]
        with self._lock:
            for values, (counts, total) in self._series.items():
                within = [float(sum(counts[: number + 1])) for number in range(len(counts))]
                family.add_metric(values, list(zip(names, within, strict=True)), total[0])
        yield family

    def _nothing(self) -> tuple[list[int], list[float]]:
        return [0] * (len(self._bounds) + 1), [0.0]
