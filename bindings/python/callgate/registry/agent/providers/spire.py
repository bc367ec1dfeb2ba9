"""SpireProvider: the X.509-SVID of this workload, from the SPIFFE Workload API.

Sources: the SPIFFE Workload API specification, section 4, and X.509-SVID.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from typing import Final, final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from spiffe import SpiffeId, TrustDomain, WorkloadApiClient
from spiffe.errors import PySpiffeError
from spiffe.workloadapi.x509_context import X509Context

from callgate._waits import set_within
from callgate.registry.agent.backoff import Backoff
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.settings import AgentSettings
from callgate.trust.backends.workload_api import SocketError, check_owner, check_path

_LOG: Final = logging.getLogger("callgate.registry.agent")
_WHERE: Final = "MCP_MESH_SPIRE_SOCKET"
_FIRST_ANSWER_SECONDS: Final = 10.0


@final
class SpireProvider:
    """Keeps the stream open: each message replaces the SVID, PermissionDenied takes it away.

    While the Workload API is lost, the SVID stays until it expires. The registry is verified by
    ``MCP_MESH_TLS_CA``, or without it by the bundle of one trust domain: that of
    ``MCP_MESH_REGISTRY_SPIFFE_ID``, else the own.
    """

    def __init__(self, settings: AgentSettings) -> None:
        self._socket = settings.spire_socket
        try:
            check_path(self._socket)
            self._registry = None
            if settings.registry_spiffe_id is not None:
                domain = SpiffeId(settings.registry_spiffe_id).trust_domain
                self._registry = domain if settings.ca is None else None
        except SocketError as error:
            raise CredentialError(str(error), _WHERE) from error
        except PySpiffeError as error:
            message = "expected a SPIFFE ID such as spiffe://example.org/registry"
            raise CredentialError(message, "MCP_MESH_REGISTRY_SPIFFE_ID") from error
        self._current: Credentials | None = None
        self._missing = "no SVID came yet"
        self._answered = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None

    async def start(self, changed: Callable[[], None]) -> None:
        self._follower = asyncio.create_task(self._follow(changed))
        if not await set_within(self._answered, _FIRST_ANSWER_SECONDS):
            self._missing = f"no answer within {_FIRST_ANSWER_SECONDS:g} s"
        try:
            _ = self.current
        except CredentialError:
            await self.stop()
            raise

    @property
    def current(self) -> Credentials:
        if self._current is None:
            raise CredentialError(self._missing, _WHERE)
        if self._current.not_after <= time.time():
            raise CredentialError("the SVID expired, and the stream brought no newer one", _WHERE)
        return self._current

    async def refresh(self) -> None:
        """Does nothing: the stream has brought the newest already."""

    async def stop(self) -> None:
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)

    async def _follow(self, changed: Callable[[], None]) -> None:
        backoff = Backoff(0.5, 15)
        while True:
            loss = await self._stream(changed, backoff)
            if "PERMISSION_DENIED" in loss:
                self._current = None
                loss += ": register this process with SPIRE"
            if self._current is None:
                self._missing = loss
                self._answered.set()
                changed()
            _LOG.warning("the Workload API was lost: %s", loss)
            await asyncio.sleep(backoff.wait())

    async def _stream(self, changed: Callable[[], None], backoff: Backoff) -> str:
        """Follows one stream to its end; why it ended."""
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[X509Context | Exception] = asyncio.Queue()

        def tell(event: X509Context | Exception) -> None:
            try:
                loop.call_soon_threadsafe(events.put_nowait, event)
            except RuntimeError:  # the loop is closed
                _LOG.debug("a message of the Workload API came after the end")

        try:
            check_owner(self._socket, frozenset({0, os.geteuid()}))
            client = WorkloadApiClient(f"unix:{self._socket}")
        except (SocketError, OSError, PySpiffeError) as error:
            return str(error)
        stream = client.stream_x509_contexts(tell, tell, retry_connect=False)
        try:
            while True:
                event = await events.get()
                if isinstance(event, Exception):
                    return str(event)[:300]
                self._take(event)
                backoff.reset()
                self._answered.set()
                changed()
        except CredentialError as error:
            return error.message
        finally:
            stream.cancel()
            await asyncio.to_thread(client.close)

    def _take(self, context: X509Context) -> None:
        svid = context.default_svid
        domain = self._registry or svid.spiffe_id.trust_domain
        self._current = Credentials.of(
            list(svid.cert_chain),
            svid.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            _authorities(context, domain),
            where=_WHERE,
            spiffe_id=str(svid.spiffe_id),
        )


def _authorities(context: X509Context, domain: TrustDomain) -> list[x509.Certificate]:
    bundle = context.x509_bundle_set.get_bundle_for_trust_domain(domain)
    if bundle is None:
        message = f"the Workload API has no bundle of {domain}, which the registry is of"
        raise CredentialError(message, _WHERE)
    return list(bundle.x509_authorities)
