"""Executions: the running workloads that may attest, and what ties a caller to one."""
