"""The tables of the registry's database, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

# Another form of the tables gets another number; a registry starts on none but its own.
SCHEMA_VERSION: Final = 1
METADATA: Final = MetaData()

# version: SCHEMA_VERSION. revision: counts the transactions that changed rows.
META: Final = Table(
    "callgate_meta",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

AGENTS: Final = Table(
    "callgate_agents",
    METADATA,
    Column("agent_id", String(253), primary_key=True),
    Column("status", String(16), nullable=False),  # row.Status, or "removed"
    Column("reason", String(64)),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("asked", Integer, nullable=False, default=0),
    # Of the certificate; all NULL of an anonymous row.
    Column("entity", String(255)),
    Column("backend", String(64)),
    Column("spiffe_id", Text),
    Column("anchor_sha256", String(64)),
    Column("anchor_spki_sha256", String(64)),
    Column("path_spki_sha256", Text),  # comma between
    Column("leaf_sha256", String(64)),
    Column("chain", LargeBinary),  # DER after DER, leaf first
    Column("valid_until", Double),
    # Which registry wrote it last, and in which transaction.
    Column("writer", String(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
)
Index("callgate_agents_revision", AGENTS.c.revision)

# One for each registry that runs, as long as it renews it.
REGISTRIES: Final = Table(
    "callgate_registries",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("lease_until", Double, nullable=False),
)
# What each of them anchors (kind "anchor"), and which keys it knows to be revoked ("revoked").
REGISTRY_TRUST: Final = Table(
    "callgate_registry_trust",
    METADATA,
    Column("registry", String(32), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("sha256", String(64), primary_key=True),
)
