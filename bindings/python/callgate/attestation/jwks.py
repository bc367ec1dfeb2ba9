"""The keys that issuers publish as JWK Sets (RFC 7517): fetched, kept, and given up in time."""

try:
    import httpx2 as _httpx2  # noqa: F401
except ImportError as error:
    message = "callgate.attestation.jwks needs httpx2: pip install 'callgate[attestation]'"
    raise ImportError(message, name=error.name) from error

from callgate.attestation.key_sets.breaker import (
    CircuitBreaker,
    CircuitBreakerConfig,
    CircuitState,
)
from callgate.attestation.key_sets.errors import KeysUnavailable, RetryError
from callgate.attestation.key_sets.fetcher import JWKSFetcher, KeySource
from callgate.attestation.key_sets.resolver import HTTPKeyResolver
from callgate.attestation.key_sets.retries import RetryConfig

__all__ = [
    "CircuitBreaker",
    "CircuitBreakerConfig",
    "CircuitState",
    "HTTPKeyResolver",
    "JWKSFetcher",
    "KeySource",
    "KeysUnavailable",
    "RetryConfig",
    "RetryError",
]
