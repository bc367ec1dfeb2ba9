"""Attestation tokens: whose are believed, and what one says."""
