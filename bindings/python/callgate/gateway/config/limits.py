"""Bounds that hold before anybody is known."""

from __future__ import annotations

from pydantic import Field

from callgate.gateway.config._section import Count, Seconds, Section


class LimitsSettings(Section):
    """Checked before the work that each bounds; going over one is `LIMIT_EXCEEDED`."""

    body_bytes: int = Field(
        default=1 << 20, ge=1024, le=1 << 24, description="Bytes of a request's body."
    )
    body_seconds: Seconds = Field(default=10, description="Seconds for the whole body to arrive.")
    requests: Count = Field(default=512, description="Requests handled at a time; more get 429.")
    attestations_per_address: Count = Field(
        default=120, description="Attestations that one peer address may ask for,"
    )
    attestation_seconds: Seconds = Field(default=60, description="in so many seconds.")
    listings_per_session: Count = Field(
        default=60, description="Listings that one session's token may ask for, unsigned,"
    )
    listing_seconds: Seconds = Field(default=60, description="in so many seconds.")
    replay_entries: Count = Field(
        default=1_000_000, description="Envelopes remembered against replay, in all."
    )
    replay_entries_per_session: Count = Field(
        default=100_000, description="The same for one session, so that none fills the table."
    )
    sessions: Count = Field(
        default=100_000, description="Sessions, with those ended that are remembered."
    )
