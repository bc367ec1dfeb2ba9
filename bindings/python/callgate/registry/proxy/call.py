"""A call of an agent through the registry: to an address that may be called, and to no other agent.

1. The row has an entity.
2. Each address of its host may be called; the one that was looked at is the one connected to.
3. The server's chain is trusted, as the row's entity.
4. Its certificate has the SPIFFE ID that the row registered with, or names the row's host.
5. Only then the request is sent.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import TypeAlias

import h11
from OpenSSL import SSL

from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.exchange import Answer, post
from callgate.registry.proxy.names import names_host
from callgate.registry.proxy.target import Target, check_address, literal_address
from callgate.registry.proxy.tls_connection import TlsConnection
from callgate.serving.tls.engine import TlsFailed
from callgate.trust import Verdict

Judge: TypeAlias = Callable[[tuple[bytes, ...]], Verdict]


async def call(
    target: Target, body: bytes, *, context: SSL.Context, judge: Judge, bounds: ProxyBounds
) -> Answer:
    """Raises ProxyError: 403 where it may not be called, 502 and 504 where that came to nothing."""
    if target.entity is None:
        message = f"Target host '{target.authority}' is an agent that no entity vouches for"
        raise ProxyError(403, message)
    exchange = _exchange(target, body, context, judge, bounds)
    try:
        return await asyncio.wait_for(exchange, bounds.call_seconds)
    except asyncio.TimeoutError:
        raise ProxyError(504, f"the agent at {target.authority} did not answer in time") from None
    except (OSError, UnicodeError, TlsFailed, h11.ProtocolError) as error:
        message = f"the agent at {target.authority} was not reached: {type(error).__name__}"
        raise ProxyError(502, message) from error


async def _exchange(
    target: Target, body: bytes, context: SSL.Context, judge: Judge, bounds: ProxyBounds
) -> Answer:
    connection = await asyncio.wait_for(_connected(target, context), bounds.connect_seconds)
    try:
        chain = await asyncio.wait_for(connection.handshake(), bounds.connect_seconds)
        _check_server(chain, target, judge)
        return await post(connection, target, body, bounds)
    finally:
        connection.close()


async def _connected(target: Target, context: SSL.Context) -> TlsConnection:
    name = None if literal_address(target.host) else target.host
    failed: OSError = OSError("no address")
    for address in await _addresses(target):
        try:
            reader, writer = await asyncio.open_connection(address, target.port)
        except OSError as error:
            failed = error
            continue
        return TlsConnection(reader, writer, context, name)
    raise failed


async def _addresses(target: Target) -> list[str]:
    """All addresses of the target's host. Raises ProxyError where one of them may not be called."""
    found = await asyncio.get_running_loop().getaddrinfo(
        target.host, target.port, type=socket.SOCK_STREAM
    )
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        check_address(ip_address(text), target)
    return addresses


def _check_server(chain: tuple[bytes, ...], target: Target, judge: Judge) -> None:
    verdict = judge(chain)
    where = f"the agent at {target.authority}"
    if not verdict.trusted:
        raise ProxyError(502, f"{where} has a certificate that is not trusted: {verdict.reason}")
    if verdict.entity != target.entity:
        raise ProxyError(502, f"{where} has a certificate of another entity")
    if target.spiffe_id is not None:
        if verdict.spiffe_id != target.spiffe_id:
            raise ProxyError(502, f"{where} has a certificate with another SPIFFE ID")
    elif not names_host(chain[0], target.host):
        raise ProxyError(502, f"{where} has a certificate that does not name its host")
