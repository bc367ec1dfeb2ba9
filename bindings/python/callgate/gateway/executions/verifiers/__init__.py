"""Who knows whether a workload is a running execution: one source a file."""

from callgate.gateway.executions.verifiers.verifier import Verifier

__all__ = ["Verifier"]
