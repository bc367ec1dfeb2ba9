"""Asking a registry to have its agents register again."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from callgate.registry.entities.certificates import EntityError

_HOST: Final = "localhost:8000"
_SECONDS: Final = 10.0
_MOST: Final = 1 << 16
_OTHER_NAME: Final = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH of OpenSSL


@dataclass(frozen=True)
class Rotated:
    """What the registry answered."""

    url: str
    affected_agents: int
    verified: bool  # the registry's certificate was


def rotate(
    directory: Path,
    entity: str | None,
    environ: Mapping[str, str],
    *,
    url: str | None = None,
    credential: str | None = None,
) -> Rotated:
    """``url``, else MCP_MESH_REGISTRY_URL, else https, then http, on localhost:8000.

    The registry's certificate is verified by MCP_MESH_TLS_CA, else by the ``ca.pem`` of the trust
    directory, else by the system's authorities, unless MCP_MESH_TLS_SKIP_VERIFY says otherwise.
    Raises EntityError.
    """
    context = _context(directory, environ)
    named = url or environ.get("MCP_MESH_REGISTRY_URL")
    target = "/admin/rotate" + (f"?entity_id={quote(entity)}" if entity else "")
    if named is not None:
        status, body = _post(named, target, context, credential)
    else:
        named = f"https://{_HOST}"
        try:
            status, body = _post(named, target, context, credential)
        except _NoTls:
            named = f"http://{_HOST}"
            status, body = _post(named, target, context, credential)
    if status != http.client.OK:
        shown = "".join(one if one.isprintable() else " " for one in body.decode(errors="replace"))
        advice = ""
        if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            advice = (
                ": name the operators' listener with --registry-url, and its credential with "
                "--credential FILE"
            )
        raise EntityError(f"rotation trigger failed (HTTP {status}): {shown[:300]}{advice}")
    return Rotated(named, _affected(body), context.verify_mode == ssl.CERT_REQUIRED)


class _NoTls(EntityError):
    """Nothing listens there, or it speaks no TLS."""


def _context(directory: Path, environ: Mapping[str, str]) -> ssl.SSLContext:
    local = directory / "ca.pem"
    authorities = environ.get("MCP_MESH_TLS_CA") or (str(local) if local.exists() else None)
    try:
        context = ssl.create_default_context(cafile=authorities)
        certificate, key = environ.get("MCP_MESH_TLS_CERT"), environ.get("MCP_MESH_TLS_KEY")
        if certificate or key:
            if not (certificate and key):
                raise EntityError("MCP_MESH_TLS_CERT and MCP_MESH_TLS_KEY need each other")
            # A key with a password would be asked for at the terminal.
            context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or "not usable"
        raise EntityError(f"the files of MCP_MESH_TLS_CA, _CERT and _KEY: {why}") from error
    if environ.get("MCP_MESH_TLS_SKIP_VERIFY", "").lower() in ("1", "true"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _post(
    url: str, target: str, context: ssl.SSLContext, credential: str | None
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise EntityError(f"{url!r} is no URL of a registry") from error
    if parts.scheme not in ("http", "https") or host is None:
        raise EntityError(f"{url!r} is no URL of a registry: write https://host:port")
    if credential is not None and parts.scheme == "http" and host not in _LOOPBACK:
        raise EntityError("the operators' credential is sent over https or loopback only")
    connection = (
        http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=_SECONDS)
    )
    headers = {"Content-Type": "application/json", "Content-Length": "0"}
    if credential is not None:
        headers["Authorization"] = f"Bearer {credential}"
    try:
        connection.request("POST", parts.path.rstrip("/") + target, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST)
    except ssl.SSLCertVerificationError as error:
        advice = "set MCP_MESH_TLS_CA"
        if error.verify_code in _OTHER_NAME:
            advice = "name it with --registry-url as its certificate does"
        raise EntityError(
            f"failed to connect to registry: {url}: its certificate is not trusted "
            f"({error.verify_message}): {advice}"
        ) from error
    except (ConnectionRefusedError, ssl.SSLError) as error:
        why = error.strerror or error.__class__.__name__
        advice = "name the registry with --registry-url"
        raise _NoTls(f"failed to connect to registry: {url}: {why}: {advice}") from error
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or error.__class__.__name__
        raise EntityError(f"failed to connect to registry: {url}: {why}") from error
    finally:
        connection.close()


_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def _affected(body: bytes) -> int:
    try:
        answer: Any = json.loads(body)
        affected = answer["affected_agents"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EntityError("failed to parse response: it is no answer of a registry") from error
    if not isinstance(affected, int):
        raise EntityError("failed to parse response: affected_agents is no number")
    return affected
