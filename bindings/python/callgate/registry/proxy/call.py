"""A call of an agent through the registry: to an address that may be called, and to no other agent.

1. The row has an entity.
2. Each address of its host may be called; the one that was looked at is the one connected to.
3. The server's chain is trusted, as the row's entity.
4. Its certificate has the SPIFFE ID that the row registered with, or names the row's host.
5. Only then the request is sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final, TypeAlias

import h11
from OpenSSL import SSL

from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.exchange import Answer, post
from callgate.registry.proxy.target import Target, check_address
from callgate.registry.proxy.tls_connection import TlsConnection
from callgate.serving.leaf_names import LeafNames, literal_address
from callgate.serving.tls.engine import TlsFailed
from callgate.trust import Verdict

_LOG: Final = logging.getLogger("callgate.registry")

Judge: TypeAlias = Callable[[tuple[bytes, ...]], Verdict]
Addresses: TypeAlias = Callable[[str, int], Awaitable[list[str]]]


async def call(
    target: Target,
    body: bytes,
    *,
    context: SSL.Context,
    judge: Judge,
    bounds: ProxyBounds,
    addresses: Addresses,
    take: Callable[[int], None],
) -> Answer:
    """``addresses`` looks the host up; ``take`` is told of each part of the answer, in bytes, and
    raises Busy where there is no memory for it.

    Raises ProxyError: 403 where it may not be called, 502 and 504 where that came to nothing.
    """
    if target.entity is None:
        message = f"Target host '{target.authority}' is an agent that no entity vouches for"
        raise ProxyError(403, message)

    async def exchange() -> Answer:
        connection = await _judged(target, context, judge, bounds, addresses)
        try:
            return await post(connection, target, body, bounds, take)
        finally:
            connection.close()

    try:
        return await asyncio.wait_for(exchange(), bounds.call_seconds)
    except asyncio.TimeoutError:
        raise ProxyError(504, f"the agent at {target.authority} did not answer in time") from None
    except (OSError, UnicodeError, TlsFailed, h11.ProtocolError) as error:
        raise _not_reached(target, error) from error


async def _judged(
    target: Target,
    context: SSL.Context,
    judge: Judge,
    bounds: ProxyBounds,
    addresses: Addresses,
) -> TlsConnection:
    """A connection to the agent itself."""
    try:
        connected = _connected(target, context, addresses)
        connection = await asyncio.wait_for(connected, bounds.connect_seconds)
        try:
            chain = await asyncio.wait_for(connection.handshake(), bounds.connect_seconds)
            _check_server(chain, target, judge)
        except BaseException:
            connection.close()
            raise
    except (asyncio.TimeoutError, _NotTheAgent) as error:
        # As every other way of not reaching it: what a port does is not told to callers.
        raise _not_reached(target, error) from error
    return connection


def _not_reached(target: Target, error: Exception) -> ProxyError:
    """One text for a name without address, a closed port, a server without TLS and one with
    another's certificate: the agent may have registered any host and port, to learn what is there.
    """
    extra = {"agent_id": target.agent_id, "address": target.authority, "error": repr(error)[:512]}
    _LOG.warning("an agent was not reached through the proxy", extra=extra)
    return ProxyError(
        502, f"the agent at {target.authority} was not reached: the registry's log says why"
    )


async def _connected(target: Target, context: SSL.Context, addresses: Addresses) -> TlsConnection:
    name = None if literal_address(target.host) else target.host
    failed: OSError = OSError("no address")
    found = await addresses(target.host, target.port)
    # All of them, before the first is connected to.
    for text in found:
        check_address(ip_address(text), target)
    for address in found:
        try:
            reader, writer = await asyncio.open_connection(address, target.port)
        except OSError as error:
            failed = error
            continue
        return TlsConnection(reader, writer, context, name)
    raise failed


class _NotTheAgent(Exception):  # caught above
    """What answers has a certificate that is not the agent's."""


def _check_server(chain: tuple[bytes, ...], target: Target, judge: Judge) -> None:
    verdict = judge(chain)
    if not verdict.trusted:
        raise _NotTheAgent(f"its certificate is not trusted: {verdict.reason}")
    if verdict.entity != target.entity:
        raise _NotTheAgent("its certificate is of another entity")
    if target.spiffe_id is not None:
        if verdict.spiffe_id != target.spiffe_id:
            raise _NotTheAgent("its certificate has another SPIFFE ID")
        return
    names = LeafNames.of(chain[0])
    if names is None or not names.has_host(target.host):
        raise _NotTheAgent("its certificate does not name its host")
