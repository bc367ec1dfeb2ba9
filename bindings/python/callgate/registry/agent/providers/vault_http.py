"""post_to_vault: one request to Vault, bounded, whose token goes to one origin only."""

from __future__ import annotations

import json
import ssl
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx2

from callgate.registry.agent.errors import CredentialError
from callgate.registry.agent.settings import VaultSettings

_WHERE: Final = "Vault"
_TIMEOUT: Final = httpx2.Timeout(30, connect=10)
_MAX_BYTES: Final = 1 << 20
_MAX_REDIRECTS: Final = 3


async def post_to_vault(
    settings: VaultSettings, path: str, body: dict[str, Any], context: ssl.SSLContext
) -> dict[str, Any]:
    """The member ``data`` of the answer. Raises CredentialError, which quotes nothing of it: an
    answer may hold a key, or whatever another server sends in Vault's place.
    """
    url = f"{settings.address}/v1/{path}"
    headers = {"X-Vault-Token": settings.token, "X-Vault-Request": "true"}
    async with httpx2.AsyncClient(
        verify=context, timeout=_TIMEOUT, trust_env=False, follow_redirects=False
    ) as client:
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                async with client.stream("POST", url, json=body, headers=headers) as response:
                    location = response.headers.get("location")
                    if response.status_code in (307, 308) and location:
                        url = _same_origin(url, location)
                        continue
                    return _data(response.status_code, await _body(response), path)
            except httpx2.HTTPError as error:
                message = f"cannot be reached ({type(error).__name__}): {settings.address}"
                raise CredentialError(message, _WHERE) from error
    raise CredentialError(f"redirected more than {_MAX_REDIRECTS} times", _WHERE)


def _same_origin(url: str, location: str) -> str:
    target = urljoin(url, location)
    if urlsplit(target)[:2] != urlsplit(url)[:2]:
        message = (
            f"redirects to {urlsplit(target).scheme}://{urlsplit(target).netloc}, and the token is "
            "sent to no other origin: set MCP_MESH_VAULT_ADDR to the active server"
        )
        raise CredentialError(message, _WHERE)
    return target


async def _body(response: httpx2.Response) -> bytes:
    text = b""
    async for chunk in response.aiter_bytes():
        text += chunk
        if len(text) > _MAX_BYTES:
            raise CredentialError("the answer is longer than 1 MiB", _WHERE)
    return text


def _data(status: int, body: bytes, path: str) -> dict[str, Any]:
    if status == 403:
        message = f"403: VAULT_TOKEN is not valid, or its policy does not allow `update` on {path}"
        if "/sign/" in path:
            message += "; a policy for `issue` alone needs CALLGATE_AGENT_VAULT_ISSUE=true"
        raise CredentialError(message, _WHERE)
    if status == 404:
        message = f"404: no secrets engine or role at {path} (MCP_MESH_VAULT_PKI_PATH)"
        raise CredentialError(message, _WHERE)
    if not 200 <= status < 300:
        raise CredentialError(f"answered {status} to {path}: Vault's log says why", _WHERE)
    try:
        data = json.loads(body)["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        # Not chained: the parser's error holds the text.
        raise CredentialError("the answer is not one of Vault's", _WHERE)
    return data
