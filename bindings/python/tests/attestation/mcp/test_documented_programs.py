"""Programs for the published package, with their import line changed, on this line of the SDK."""

from __future__ import annotations

import sys

import anyio
import pytest
from callgate.attestation import KeyPair
from document_examples import CLIENT, compiled
from mcp.client.stdio import StdioServerParameters
from peer_processes import PEERS, Keys


def run_client(issuer: str, trusted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented client, whose key is generated as ``issuer``, and a server that trusts one."""
    keypair = KeyPair.load(issuer, "my-key")
    monkeypatch.setattr(KeyPair, "generate", lambda kid: keypair)
    parameters = StdioServerParameters(
        command=sys.executable,
        args=[str(PEERS / "documented_server.py"), trusted],
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    anyio.run(compiled(CLIENT, {"server_params": parameters}))


def test_client_and_server_verify(
    keys: Keys, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_client(keys.issuer, keys.issuer, monkeypatch)
    assert capsys.readouterr().out == "Verified with trust level: provider\n"


def test_a_client_of_another_key_is_refused(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BaseException) as caught:  # in the group of the transport's tasks
        run_client(keys.forger, keys.issuer, monkeypatch)
    assert "the signature does not verify" in repr(caught.value)
