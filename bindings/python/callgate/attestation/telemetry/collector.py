"""The metrics for a registry of prometheus-client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from callgate.attestation.telemetry.families import families_of
from callgate.attestation.telemetry.metrics import get_metrics


@final
class AttestationCollector(Collector):
    """Shows the numbers of this process, as ``get_metrics().to_prometheus()`` does."""

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        for family in families_of(get_metrics().numbers()):
            metric = Metric(family.name, family.help, family.kind)
            for sample in family.samples:
                metric.add_sample(
                    family.name + sample.suffix, dict(sample.labels), float(sample.value)
                )
            yield metric
