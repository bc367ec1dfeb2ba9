"""The SPIFFE Workload API over gRPC: the stream of bundles, and the socket it comes through.

Source: the SPIFFE Workload API and Workload Endpoint specifications. The `spiffe` library has no
stream of bundles, and its X509Source keeps what it has after PermissionDenied.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FETCH_X509_BUNDLES = "/SpiffeWorkloadAPI/FetchX509Bundles"
# Without it, a server must refuse: it keeps a browser from being led here (section 7.1).
METADATA = (("workload.spiffe.io", "true"),)
_LONGEST_PATH = 107  # of a unix socket, in bytes
# A server that hangs while the stream is open is found by a ping that it does not answer. One of
# grpc-go closes connections that ping it more often than every 5 minutes.
_PING_MS = 310_000
_PONG_MS = 20_000


class X509BundlesResponse(Protocol):
    """What the server has now: all of it."""

    crl: list[bytes]
    bundles: Mapping[str, bytes]  # SPIFFE ID of a trust domain -> certificates, DER, concatenated


class BundleStream(Protocol):
    """An open stream: an iterator of messages that another thread may cancel."""

    def __next__(self) -> X509BundlesResponse: ...
    def cancel(self) -> bool: ...


class SocketError(Exception):
    """The socket cannot be the Workload API's, or not one to trust."""


def _messages() -> tuple[Any, Any]:
    """The request and the response, as the specification numbers their fields."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="workload.proto", syntax="proto3")
    file.message_type.add(name="X509BundlesRequest")
    response = file.message_type.add(name="X509BundlesResponse")
    entry = response.nested_type.add(name="BundlesEntry")
    entry.options.map_entry = True
    once, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    entry.field.add(name="key", number=1, label=once, type=field.TYPE_STRING)
    entry.field.add(name="value", number=2, label=once, type=field.TYPE_BYTES)
    response.field.add(name="crl", number=1, label=many, type=field.TYPE_BYTES)
    response.field.add(
        name="bundles",
        number=2,
        label=many,
        type=field.TYPE_MESSAGE,
        type_name=".X509BundlesResponse.BundlesEntry",
    )
    # A pool of its own: `spiffe` puts the same names into the default one.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    names = ("X509BundlesRequest", "X509BundlesResponse")
    request_type, response_type = (
        message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names
    )
    return request_type, response_type


_Request, _Response = _messages()


def open_channel(path: Path, *, message_bytes: int) -> grpc.Channel:
    """A channel that connects at the first call. ``message_bytes`` bounds what is received."""
    options = [
        ("grpc.max_receive_message_length", message_bytes),
        ("grpc.default_authority", "localhost"),
        ("grpc.enable_http_proxy", 0),
        ("grpc.enable_retries", 0),
        # Else a later channel to the same path waits out the back-off of this one.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.keepalive_time_ms", _PING_MS),
        ("grpc.keepalive_timeout_ms", _PONG_MS),
        ("grpc.http2.ping_timeout_ms", _PONG_MS),  # else a minute, whatever the line above says
        ("grpc.http2.max_pings_without_data", 0),  # the stream may be silent for days
    ]
    return grpc.insecure_channel(f"unix:{path}", options)


def open_bundle_stream(channel: grpc.Channel) -> BundleStream:
    """FetchX509Bundles. The call is made at once; each message is waited for by ``next``."""
    call = channel.unary_stream(
        FETCH_X509_BUNDLES,
        request_serializer=_Request.SerializeToString,
        response_deserializer=_Response.FromString,
    )
    return cast(BundleStream, call(_Request(), metadata=METADATA))


def check_path(path: Path) -> None:
    """Raises SocketError unless the path may be one of a Workload API socket."""
    text = str(path)
    if text.startswith(("unix:", "tcp:")):
        raise SocketError(f"{text}: write the path of the socket without a scheme")
    if not path.is_absolute():
        raise SocketError(f"{text}: the path of the socket must be absolute")
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise SocketError(f"{text}: longer than {_LONGEST_PATH} bytes, too long for a socket")


def check_owner(path: Path, owners: frozenset[int]) -> None:
    """Raises SocketError unless one of these users (user ids) listens on the socket, and only they
    could have put it there. OSError: it is not there.
    """
    socket = path.stat()
    if not stat.S_ISSOCK(socket.st_mode):
        raise SocketError(f"{path}: not a socket")
    _check_user(path, socket, owners)
    for folder in {path.parent, path.resolve().parent}:  # the path itself may be a link
        status = folder.stat()
        _check_user(folder, status, owners)
        shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if shared and not status.st_mode & stat.S_ISVTX:
            raise SocketError(f"{folder}: others may write here and replace the socket; chmod go-w")


def _check_user(path: Path, status: os.stat_result, owners: frozenset[int]) -> None:
    if status.st_uid not in owners:
        names = " or ".join(str(owner) for owner in sorted(owners))
        raise SocketError(f"{path}: owned by user {status.st_uid}, not by user {names}")
