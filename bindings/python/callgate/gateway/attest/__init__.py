"""Attestation: who asks for a session, whether it may have one, and the token it is given."""
