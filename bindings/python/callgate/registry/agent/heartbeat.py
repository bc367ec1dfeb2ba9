"""HeartbeatClient: keeps an agent registered, and knows why where it is not."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, final

import httpx2

from callgate._waits import set_within
from callgate.registry.agent.advice import refused, unreachable
from callgate.registry.agent.backoff import Backoff
from callgate.registry.agent.contexts import registry_context
from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.identity import Identity
from callgate.registry.agent.settings import AgentSettings
from callgate.registry.agent.status import Status, dependencies_of

_LOG: Final = logging.getLogger("callgate.registry.agent")
_TIMEOUT: Final = httpx2.Timeout(30, connect=10)
_MAX_ANSWER_BYTES: Final = 8 << 20


@final
class HeartbeatClient:
    """Registers by POST, then sends a HEAD each interval; the registry says when to POST again.

    A refusal (403) is no network failure: the credentials are fetched once more, then the client
    asks every 30 to 300 s. Where the registry cannot be reached it asks after 1 to 30 s. Never two
    requests at a time, and never one without a certificate unless the mode is ``off``. Of one event
    loop. Source: the public registry's heartbeat protocol (docs/registry.md).

    Example::

        async with (
            Identity(settings, "weather-1") as identity,
            HeartbeatClient(settings, body, identity) as client,
        ):
            ...
            print(client.status.state, client.status.dependencies)
    """

    def __init__(
        self,
        settings: AgentSettings,
        body: Mapping[str, Any],
        identity: Identity | None = None,
        *,
        on_change: Callable[[Status], None] | None = None,
    ) -> None:
        """``body`` is the registration with at least ``agent_id``; ``identity`` was entered, and is
        needed unless the mode is ``off``. ``on_change`` is called on the event loop.

        Raises CredentialError.
        """
        if (settings.mode == "off") != (identity is None):
            message = f"an identity is for the modes auto and strict, and this is {settings.mode}"
            raise CredentialError(message, "MCP_MESH_TLS_MODE")
        self._settings = settings
        self._identity = identity
        self._body = json.dumps(body, separators=(",", ":")).encode()
        self._id = str(body["agent_id"])
        self._on_change = on_change
        self._status = Status("connecting")
        self._presented: Credentials | None = None
        self._client: httpx2.AsyncClient | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._network = Backoff(1, 30)
        self._refusals = Backoff(30, 300)
        if identity is not None:
            identity.subscribe(self._wake.set)

    @property
    def status(self) -> Status:
        """What the registry said last."""
        return self._status

    async def __aenter__(self) -> HeartbeatClient:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._status.state == "registered":
            await self._unregister()
        if self._client is not None:
            await self._client.aclose()
        self._say(Status("stopped"))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            wait = await self._beat()
            await set_within(self._wake, wait)

    async def _beat(self) -> float:
        """One heartbeat; the seconds until the next."""
        try:
            client = await self._connection()
            if self._status.state == "registered":
                response = await client.head(f"/heartbeat/{self._id}")
                if response.status_code == 200:
                    return self._settings.health_interval
                # A refusal says why in the answer to a POST alone.
                if response.status_code not in (202, 403, 410):
                    return await self._failed(response, await response.aread())
            return await self._register(client)
        except CredentialError as error:
            self._say(Status("no_credentials", str(error)))
        except (httpx2.HTTPError, ValueError) as error:
            self._say(Status("unreachable", unreachable(self._settings.registry_url, error)))
        return self._network.wait()

    async def _register(self, client: httpx2.AsyncClient) -> float:
        headers = {"content-type": "application/json"}
        async with client.stream(
            "POST", "/heartbeat", content=self._body, headers=headers
        ) as response:
            text = b""
            async for chunk in response.aiter_bytes():
                text += chunk
                if len(text) > _MAX_ANSWER_BYTES:
                    raise ValueError("the answer is longer than 8 MiB")
            if not 200 <= response.status_code < 300:
                return await self._failed(response, text)
        answer = json.loads(text)
        if not isinstance(answer, dict):
            raise ValueError("the answer is no object")
        if answer.get("status") == "error":
            self._say(Status("rejected", str(answer.get("message"))[:300]))
            return self._refusals.wait()
        self._network.reset()
        self._refusals.reset()
        self._say(Status("registered", dependencies=dependencies_of(answer)))
        return self._settings.health_interval

    async def _failed(self, response: httpx2.Response, text: bytes) -> float:
        if response.status_code != 403 and response.status_code != 400:
            self._say(Status("unreachable", f"the registry answered {response.status_code}"))
            return self._network.wait(_retry_after(response))
        said = _object_of(text)
        reason = said.get("reason") or said.get("error") or f"answered {response.status_code}"
        entity = said.get("entity")
        first = self._status.state not in ("refused", "rejected")
        self._say(
            Status(
                "refused" if response.status_code == 403 else "rejected",
                str(reason)[:300],
                entity if isinstance(entity, str) else None,
            )
        )
        if first and await self._has_newer():
            return 0
        return self._refusals.wait(_retry_after(response))

    async def _has_newer(self) -> bool:
        try:
            return self._identity is not None and await self._identity.refresh()
        except CredentialError as error:
            _LOG.warning("the registry refused the credentials, and no newer came: %s", error)
            return False

    async def _connection(self) -> httpx2.AsyncClient:
        """A client that presents what the provider has now. Raises CredentialError."""
        credentials = None if self._identity is None else self._identity.current
        if self._client is not None and credentials is self._presented:
            return self._client
        if credentials is None:
            verify: Any = True
        else:
            verify = await asyncio.to_thread(registry_context, credentials, self._settings)
        if self._client is not None:
            await self._client.aclose()
        self._client = httpx2.AsyncClient(
            base_url=self._settings.registry_url,
            verify=verify,
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        )
        self._presented = credentials
        return self._client

    async def _unregister(self) -> None:
        try:
            client = await self._connection()
            await asyncio.wait_for(client.delete(f"/agents/{self._id}"), 5)
        except (CredentialError, httpx2.HTTPError, asyncio.TimeoutError) as error:
            _LOG.warning("the registry was not told of the end: %s", type(error).__name__)

    def _say(self, status: Status) -> None:
        if not status.dependencies and status.state == "unreachable":
            # A registry that restarts takes no provider away.
            status = replace(status, dependencies=self._status.dependencies)
        if status == self._status:
            return
        self._status = status
        level = logging.INFO if status.state in ("registered", "stopped") else logging.WARNING
        advice = refused(status.reason) if status.state == "refused" else ""
        said = f"{status.reason or ''}{advice}"
        _LOG.log(level, "registration of %s: %s %s", self._id, status.state, said)
        if self._on_change is not None:
            self._on_change(status)


def _object_of(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _retry_after(response: httpx2.Response) -> float:
    try:
        return float(response.headers.get("retry-after", "0"))
    except ValueError:
        return 0
