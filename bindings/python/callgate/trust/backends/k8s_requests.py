"""LIST and WATCH of Secrets over the official client: bounded, with deadlines, and cancellable."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

from kubernetes.client import ApiClient, ApiException, CoreV1Api
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from callgate.trust.backends.feed import Lost, Refused, bounded

# A Secret, or what else the API server sends, as JSON says it. Nothing of it is checked yet.
Json: TypeAlias = dict[str, Any]
_PIECE = 1 << 16


class Gone(Exception):
    """410: the server has forgotten that version, and the list must begin again."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """In seconds."""

    connect: float = 5.0
    answer: float = 10.0  # until the next piece of an answer
    listing: float = 60.0  # of a list, with all its pages
    # After it the server ends a watch, and the next one shows whether this process may still watch.
    watch: int = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken of an API server; with more, the source is lost."""

    secrets: int = 10_000
    authority_bytes: int = 64 << 20  # of all of them
    # A Secret has at most 1 MiB, then base64 and a copy of it in its annotations.
    event_bytes: int = 4 << 20
    page_secrets: int = 20

    @property
    def page_bytes(self) -> int:
        return self.page_secrets * self.event_bytes


class SecretRequests:
    """Requests for the Secrets of one namespace and selector. One thread; ``cancel`` any other."""

    def __init__(
        self,
        client: ApiClient,
        namespace: str,
        selector: str,
        deadlines: Deadlines,
        bounds: Bounds,
    ) -> None:
        self._api = CoreV1Api(client)
        self._namespace = namespace
        self._selector = selector
        self._deadlines = deadlines
        self._bounds = bounds
        self._lock = threading.Lock()
        self._open: BaseHTTPResponse | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Ends what is being read, and every later request."""
        with self._lock:
            self._cancelled = True
            if self._open is not None:
                _shut_down(self._open)

    def list(self) -> Iterator[tuple[list[Json], str]]:
        """All Secrets, page by page, each with the version to watch from once all were read.

        Raises Gone, Lost, Refused.
        """
        deadline = time.monotonic() + self._deadlines.listing
        token: str | None = None
        while True:
            page = self._list_page(token, deadline)
            metadata = _object(page.get("metadata"))
            yield [_object(item) for item in _list(page.get("items"))], _version(metadata)
            token = metadata.get("continue") or None
            if token is None:
                return

    def watch(self, version: str) -> Iterator[tuple[str, Json]]:
        """Events after that version, each (type, object), until the server ends the watch.

        Raises Gone, Lost, Refused.
        """
        seconds = self._deadlines.watch
        longest = seconds + self._deadlines.answer
        deadline = time.monotonic() + longest
        with self._answer(
            resource_version=version,
            watch=True,
            allow_watch_bookmarks=True,
            timeout_seconds=seconds,
            read_deadline=longest,
        ) as answer:
            for line in self._lines(answer):
                event = _parse(line)
                kind, thing = event.get("type"), _object(event.get("object"))
                if kind == "ERROR":
                    raise _signal_of(thing.get("code"), thing)
                if not isinstance(kind, str):
                    raise Lost("the API server sent an event without a type")
                yield kind, thing
                if time.monotonic() > deadline:
                    return  # it should have ended by itself

    def _list_page(self, token: str | None, deadline: float) -> Json:
        with self._answer(
            limit=self._bounds.page_secrets, _continue=token, read_deadline=self._deadlines.answer
        ) as answer:
            body = bytearray()
            for piece in self._pieces(answer):
                body += piece
                if len(body) > self._bounds.page_bytes:
                    raise Lost(f"a page of more than {self._bounds.page_bytes} bytes")
                if time.monotonic() > deadline:
                    raise Lost(f"the list was not read within {self._deadlines.listing:g} s")
            return _parse(bytes(body))

    def _answer(self, *, read_deadline: float, **parameters: Any) -> _Answer:
        """The answer to a GET, its body unread. Raises Gone, Lost, Refused."""
        if self._cancelled:
            raise Lost("stopped")
        try:
            # With _preload_content off, what is returned is urllib3's, as its documentation says.
            response = self._api.list_namespaced_secret(
                self._namespace,
                label_selector=self._selector,
                _preload_content=False,
                _request_timeout=(self._deadlines.connect, read_deadline),
                **{name: value for name, value in parameters.items() if value is not None},
            )
        except ApiException as error:
            if not error.status:
                raise Lost(f"the API server cannot be reached: {_reason(error)}") from None
            raise _signal_of(error.status, _status_of(error.body)) from None
        except (HTTPError, OSError) as error:
            raise Lost(f"the API server cannot be reached: {_reason(error)}") from None
        return _Answer(self, cast(BaseHTTPResponse, response))

    def _lines(self, answer: _Answer) -> Iterator[bytes]:
        rest = bytearray()
        for piece in self._pieces(answer):
            for part in piece.splitlines(keepends=True):
                rest += part
                if len(rest) > self._bounds.event_bytes:
                    raise Lost(f"an event of more than {self._bounds.event_bytes} bytes")
                if part.endswith(b"\n"):
                    if rest.strip():
                        yield bytes(rest)
                    rest.clear()

    def _pieces(self, answer: _Answer) -> Iterator[bytes]:
        encoding = answer.response.headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise Lost(f"the API server encodes its answers ({bounded(encoding, 20)})")
        try:
            yield from answer.response.stream(_PIECE, decode_content=False)
        except (HTTPError, OSError, ValueError) as error:
            raise Lost(f"the connection to the API server broke: {_reason(error)}") from None

    def _opened(self, response: BaseHTTPResponse) -> None:
        with self._lock:
            self._open = response
            if self._cancelled:
                _shut_down(response)

    def _closed(self) -> None:
        with self._lock:
            self._open = None


class _Answer:
    """An open response, while ``cancel`` may find it."""

    def __init__(self, requests: SecretRequests, response: BaseHTTPResponse) -> None:
        self.response = response
        self._requests = requests
        requests._opened(response)

    def __enter__(self) -> _Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self._requests._closed()
        self.response.close()


class _Closable(Protocol):
    def shutdown(self) -> None: ...


def _shut_down(response: _Closable) -> None:
    """Wakes a thread that reads from it. It has been read to its end: nothing to wake."""
    try:
        response.shutdown()
    except (OSError, RuntimeError, ValueError):
        return


def _parse(data: bytes) -> Json:
    try:
        return _object(json.loads(data))
    except (ValueError, RecursionError):
        raise Lost("the API server sent something that is not JSON") from None


def _status_of(body: str | None) -> Json:
    """What the server says of a refusal. A proxy's page says nothing."""
    try:
        return _parse((body or "").encode())
    except Lost:
        return {}


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise Lost("the API server sent something else than Secrets")
    return value


def _list(value: object) -> list[object]:
    if value is None:  # Go writes null for no items
        return []
    if not isinstance(value, list):
        raise Lost("the API server sent something else than Secrets")
    return value


def _version(metadata: Json) -> str:
    version = metadata.get("resourceVersion")
    if not isinstance(version, str) or not version:
        raise Lost("the API server did not say which version its list has")
    return version


def _signal_of(code: object, status: Json) -> Exception:
    """What a refusal means, by its HTTP status. ``status`` is a Status of the API, or empty."""
    message = bounded(status.get("message") or status.get("reason") or "")
    text = f"the API server answered {bounded(code, 10)}: {message}".rstrip(": ")
    if code == 410:
        return Gone(text)
    if code == 400:
        return Refused(text)
    if code == 401:
        return Lost(f"{text}. Is the token current?")
    if code == 403:
        return Lost(f"{text}. The service account needs list and watch of secrets here")
    return Lost(text)


def _reason(error: BaseException) -> str:
    """The innermost cause: urllib3 wraps it, and repeats the whole address."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return _reason(reason)
    return bounded(reason or error, 200)
