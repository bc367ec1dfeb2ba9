"""Bounds that hold before anybody is known."""

from __future__ import annotations

from pydantic import Field

from callgate.settings.section import Count, Seconds, Section


class LimitsSettings(Section):
    """What is over one is refused before the work that it bounds, with the code and the status that
    its row names."""

    body_bytes: int = Field(
        default=1 << 20,
        ge=1024,
        le=1 << 24,
        description="Bytes of a request's body. More: `LIMIT_EXCEEDED`, 413.",
    )
    body_seconds: Seconds = Field(
        default=10,
        description="Seconds for the whole body to arrive. More: `LIMIT_EXCEEDED`, 408.",
    )
    requests: Count = Field(
        default=512, description="Requests handled at a time. More: `LIMIT_EXCEEDED`, 429."
    )
    attestations_per_address: Count = Field(
        default=120,
        description="Attestations, and ends of sessions, that one peer address may ask for in "
        "`attestation_seconds`. More: `LIMIT_EXCEEDED`, 429.",
    )
    attestation_seconds: Seconds = Field(
        default=60, description="The time of `attestations_per_address`."
    )
    listings_per_session: Count = Field(
        default=60,
        description="Listings that one session's token may ask for, unsigned, in "
        "`listing_seconds`. More: `LIMIT_EXCEEDED`, 429.",
    )
    listing_seconds: Seconds = Field(default=60, description="The time of `listings_per_session`.")
    replay_entries: Count = Field(
        default=1_000_000,
        description="Envelopes remembered against replay, in all. More: `LEDGER_FULL`, 503.",
    )
    replay_entries_per_session: Count = Field(
        default=100_000,
        description="The same for one session, so that none fills the table. More: "
        "`LEDGER_FULL`, 503.",
    )
    sessions: Count = Field(
        default=100_000,
        description="Sessions, with those ended that are remembered. More: `LEDGER_FULL`, 503.",
    )
