"""No session without its line in the audit trail, and what is refused is counted there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attest_path import AttestPath, execution, refused
from callgate import SecretKey
from callgate.audit import AuditUnavailable

pytestmark = pytest.mark.anyio


async def test_no_session_without_its_audit_line(tmp_path: Path, key: SecretKey) -> None:
    async with AttestPath(tmp_path, [execution()]).running() as path:
        grant = path.attestation._grant
        grant._audit = path.attestation.revocation._audit = _Failing(path.audit)
        with pytest.raises(AuditUnavailable):
            await path.attest(key)
        assert not path.attestation.sessions.live_of("w-1")


class _Failing:
    """The trail of a disk that is full."""

    def __init__(self, audit: Any) -> None:
        self.sampler = audit.sampler
        self.post = audit.post
        self.note = audit.note

    async def record(self, event: Any, state: Any = (), *, ends: bool = False) -> None:
        raise AuditUnavailable


async def test_a_session_revoked_during_the_write_is_not_handed_out(
    path: AttestPath, key: SecretKey
) -> None:
    class Slow(_Failing):
        async def record(self, event: Any, state: Any = (), *, ends: bool = False) -> None:
            for session in path.attestation.sessions.live_of("w-1"):
                path.gate.revoke_session(session.id)

    path.attestation._grant._audit = Slow(path.audit)
    assert (await refused(path, key)).code_name == "SESSION_INACTIVE"


async def test_attestations_and_refusals_are_both_audited(tmp_path: Path, key: SecretKey) -> None:
    async with AttestPath(tmp_path, [execution()]).running() as path:
        attested = await path.attest(key, proof=True)
        path.time.pass_(1)
        await path.attest(key)
        for _ in range(3):
            await refused(path, key, "nobody")
    (succeeded,) = path.events("AttestationSucceeded")
    assert succeeded["session"] == attested.session_id
    assert succeeded["public_key"] == key.public_key.to_base64()
    assert succeeded["signature"]  # the proof of possession, to be checked later
    assert attested.security_token not in json.dumps(path.lines())
    (refreshed,) = path.events("SecurityTokenRefreshed")
    assert refreshed["session"] == attested.session_id
    # One full line a second for each cause; the others are counted.
    (failed,) = path.events("AttestationFailed")
    assert (failed["workload"], failed["code_name"]) == ("nobody", "UNKNOWN_WORKLOAD")
    counted = [line["fields"] for line in path.lines() if line["kind"] == "refusals"]
    assert counted[0]["causes"] == {"attestation UNKNOWN_WORKLOAD": 3}
