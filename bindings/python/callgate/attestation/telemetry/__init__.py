"""Metrics, spans and events of attestation."""
