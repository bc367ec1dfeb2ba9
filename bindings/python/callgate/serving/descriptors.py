"""raise_descriptor_limit: as many open files as the connections that are let in may need."""

from __future__ import annotations

import logging
import resource
from typing import Final

from callgate.serving.bounded_accept import MARGIN

_LOG: Final = logging.getLogger("callgate.serving")
# For the audit trail and the journal, upstreams and their connections, and what Python opens.
RESERVE: Final = 512


def raise_descriptor_limit(max_connections: int, *, others: int, setting: str) -> None:
    """Raises this process's soft limit of open files as far as it is needed and the hard one lets.

    ``max_connections`` is what ``setting`` of the configuration allows, ``others`` the connections
    of further listeners. Warns where the limit stays lower than what is needed: a peer that opens
    connections could then stop the audit trail.
    """
    needed = max_connections + others + 2 * MARGIN + RESERVE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # a system may have a bound of its own
        wanted = soft
    if wanted < needed:
        _LOG.warning(
            "%d files may be open, %s may need %d: "
            "raise the limit (LimitNOFILE, ulimit -n) or lower %s",
            wanted,
            setting,
            needed,
            setting.rpartition(".")[2],
        )
