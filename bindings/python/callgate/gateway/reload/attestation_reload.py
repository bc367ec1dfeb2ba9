"""Issuers of attestation tokens, from a configuration that changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from callgate import CallgateError
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.config import GatewayConfig
from callgate.gateway.reload.reload import Reloadable, Unchanged
from callgate.gateway.services import Services

_LOG: Final = logging.getLogger("callgate.gateway")


def attestation_reloadable(
    services: Services,
    tokens: AttestationTokens,
    file: Path,
    read: Callable[[], GatewayConfig],
) -> Reloadable:
    """``read`` reads ``file`` again. Sessions of who is trusted no more end with the reload."""

    async def apply(unchanged: Unchanged) -> None:
        settings = (await asyncio.to_thread(read)).attestation
        if settings is None:
            message = "attestation can only be taken away with a restart"
            raise CallgateError(message, "INVALID_ARGUMENT", "attestation")
        unchanged()
        if not tokens.replace(settings):
            return
        fields = {"what": "attestation", "issuers": [one.issuer for one in settings.issuers]}
        _LOG.warning("issuers of attestation tokens replaced", extra=fields)
        await services.audit.note("reload", fields)
        await services.attestation.review_attestations()

    return Reloadable("attestation", lambda: [file], apply)
