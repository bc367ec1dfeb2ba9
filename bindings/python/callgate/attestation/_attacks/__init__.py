"""Attacks on attestation, each of which is really performed."""
