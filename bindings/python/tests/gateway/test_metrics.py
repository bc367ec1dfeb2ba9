"""Metrics: a registry of the gateway's own, and labels that nobody outside can add to."""

from __future__ import annotations

from pathlib import Path

from callgate.gateway.metrics import Metrics
from callgate.smcp import SMCPClient, SMCPError
from gateway_process import WORKLOAD, running, write_gateway
from prometheus_client import REGISTRY, CollectorRegistry


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    return registry.get_sample_value(f"callgate_{name}", labels) or 0.0


def test_answers_are_counted_by_endpoint_verdict_and_code() -> None:
    metrics = Metrics()
    metrics.replied("invoke", None, 0.001)
    metrics.replied("invoke", "PATH_NOT_ALLOWED", 0.001)
    metrics.replied("attest", "UNKNOWN_WORKLOAD", 0.001)
    registry = metrics.registry
    allowed = {"endpoint": "invoke", "verdict": "allowed", "code": ""}
    assert value(registry, "replies_total", **allowed) == 1
    denied = {"endpoint": "invoke", "verdict": "denied", "code": "PATH_NOT_ALLOWED"}
    assert value(registry, "replies_total", **denied) == 1
    assert value(registry, "reply_seconds_count", endpoint="attest") == 1


def test_nobody_can_add_a_label_value() -> None:
    metrics = Metrics(["time"])
    for n in range(1000):
        metrics.replied(f"/path/{n}", f"CODE_{n}", 0.001)
        metrics.upstream_called(f"server-{n}", f"CODE_{n}", 0.001)
        metrics.reloaded(f"kind-{n}", accepted=True)
    names = [line for line in metrics.render().decode().splitlines() if "_total{" in line]
    assert len(names) == 2
    assert "server-1" not in metrics.render().decode()


def test_the_registry_is_not_the_librarys_own() -> None:
    assert Metrics().registry is not Metrics().registry
    assert "callgate_replies" not in REGISTRY._names_to_collectors


def test_a_gateway_counts_calls_attestations_upstreams_and_syncs(tmp_path: Path) -> None:
    admin = {"port": 0, "credential": "file:credential", "metrics_credential": "env:SCRAPER"}
    config = write_gateway(tmp_path, admin=admin)
    with running(config, SCRAPER="credential-of-the-scraper") as gateway:
        with SMCPClient(gateway.url, WORKLOAD, "clock") as client:
            client.attest()
            client.call_tool("time.get_current_time", {"timezone": "UTC"})
            try:
                client.call_tool("time.convert_time", {})
            except SMCPError as error:
                assert error.code_name == "TOOL_NOT_ALLOWED"
        with gateway.operator() as operator:
            # A scraper needs no operator's credential, and with its own it is none.
            headers = {"authorization": "Bearer credential-of-the-scraper"}
            text = operator.get("/metrics", headers=headers).text
            assert operator.get("/admin/v1/sessions", headers=headers).status_code == 401
    for line in (
        'callgate_replies_total{code="",endpoint="attest",verdict="allowed"} 1.0',
        'callgate_replies_total{code="",endpoint="invoke",verdict="allowed"} 1.0',
        'callgate_replies_total{code="TOOL_NOT_ALLOWED",endpoint="invoke",verdict="denied"} 1.0',
        'callgate_upstream_seconds_count{outcome="ok",upstream="time"} 1.0',
        "callgate_sessions 1.0",
        "callgate_executions 1.0",
        "callgate_upstreams_ready 1.0",
        "callgate_audit_available 1.0",
    ):
        assert line in text.splitlines()
    (syncs,) = [line for line in text.splitlines() if "audit_sync_seconds_count" in line]
    assert float(syncs.split()[1]) >= 3
