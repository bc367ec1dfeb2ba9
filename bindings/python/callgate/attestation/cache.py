"""Where used tokens and proofs are remembered: in this process, or in Redis for several."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from callgate.attestation.replay_stores.memory import InMemoryReplayCache
from callgate.attestation.replay_stores.redis_config import RedisConfig
from callgate.attestation.replay_stores.state import (
    CacheMetrics,
    CacheState,
    ReplayStoreUnavailable,
)

if TYPE_CHECKING:
    from callgate.attestation.replay_stores.redis_cache import RedisReplayCache

REDIS_AVAILABLE: Final = find_spec("redis") is not None
"""Whether the extra ``redis`` is installed."""

__all__ = [
    "REDIS_AVAILABLE",
    "CacheMetrics",
    "CacheState",
    "InMemoryReplayCache",
    "RedisConfig",
    "RedisReplayCache",
    "ReplayStoreUnavailable",
]


def __getattr__(name: str) -> Any:
    """RedisReplayCache alone needs the extra."""
    if name != "RedisReplayCache":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from callgate.attestation.replay_stores.redis_cache import RedisReplayCache
    except ImportError as error:
        message = "RedisReplayCache needs redis: pip install 'callgate[redis]'"
        raise ImportError(message, name=error.name) from error
    return RedisReplayCache
