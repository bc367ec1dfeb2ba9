"""What attestation counts, traces and tells: numbers, spans, events."""
