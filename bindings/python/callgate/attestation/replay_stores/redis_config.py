"""RedisConfig: where the shared store is, and what happens without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from callgate import CallgateError

LONGEST_LIFETIME: Final = 86_400
"""Of any token, in seconds."""
# A token may be issued a skew ahead of now and is remembered a skew after exp, each at most 60 s; a
# proof for 60 s and both.
_SLACK: Final = 181


@dataclass(frozen=True)
class RedisConfig:
    """Times are in seconds.

    ``url`` is ``redis://``, ``rediss://`` (TLS, always verified) or ``unix://``, with user and
    password of an ACL before the host; ``?ssl_ca_certs=`` names a file of authorities. The ACL
    needs GET, SET and EXISTS on ``key_prefix*``, TIME and INFO, and for ``count`` and ``clear``
    SCAN and UNLINK. It is one server, or a primary with replicas, and no cluster.

    ``longest_lifetime`` is that of the tokens that are trusted: so long everything is refused after
    the store lost its memory, and tokens with more are refused always. A store that no verifier
    used before counts as one that lost its memory, since a flush looks the same;
    ``empty_is_lost=False`` says that it is new.

    ``fallback_enabled``: while Redis cannot be asked, this process remembers alone, and takes only
    tokens with at most ``fallback_lifetime`` left: each of them may then be used once in every
    process. Otherwise, the default, all are refused.
    """

    url: str = field(default="redis://localhost:6379", repr=False)  # it may hold a password
    key_prefix: str = "mcp_attestation:jti:"
    connection_timeout: float = 5.0
    socket_timeout: float = 2.0
    max_retries: int = 3
    retry_delay: float = 0.5
    health_check_interval: float = 30.0
    fallback_enabled: bool = False
    pool_size: int = 10
    fallback_lifetime: float = 60.0
    longest_lifetime: int = 300
    empty_is_lost: bool = True

    def __post_init__(self) -> None:
        self._check_url()
        if not 0 < len(self.key_prefix) <= 128 or not self.key_prefix.isprintable():
            raise _refused("key_prefix", "must be 1 to 128 printable characters")
        for name in ("connection_timeout", "socket_timeout", "health_check_interval"):
            if not 0 < getattr(self, name) <= 3600:
                raise _refused(name, "must be more than 0 and at most 3600")
        if not 0 <= self.max_retries <= 10:
            raise _refused("max_retries", "must be 0 to 10")
        if not 0 <= self.retry_delay <= 60:
            raise _refused("retry_delay", "must be 0 to 60")
        if not 1 <= self.pool_size <= 1000:
            raise _refused("pool_size", "must be 1 to 1000")
        if not 1 <= self.longest_lifetime <= LONGEST_LIFETIME:
            raise _refused("longest_lifetime", f"must be 1 to {LONGEST_LIFETIME}")
        if not 0 <= self.fallback_lifetime <= self.longest_lifetime:
            raise _refused("fallback_lifetime", "must be 0 to longest_lifetime")

    @property
    def longest_claim(self) -> int:
        """How long a claim can last, in seconds."""
        return self.longest_lifetime + _SLACK

    def _check_url(self) -> None:
        try:
            parts = urlsplit(self.url)
            options = parse_qs(parts.query)
        except ValueError:
            raise _refused("url", "is no URL") from None
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise _refused("url", "must begin with redis://, rediss:// or unix://")
        checks = {"ssl_cert_reqs": "required", "ssl_check_hostname": "true"}
        for name, must in checks.items():
            if any(value.lower() != must for value in options.get(name, ())):
                raise _refused("url", f"must not turn {name} off: a store is trusted as a key is")


def _refused(name: str, why: str) -> CallgateError:
    return CallgateError(f"{name} {why}", "INVALID_ARGUMENT", name)
