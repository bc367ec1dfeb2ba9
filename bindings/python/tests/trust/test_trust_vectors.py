"""Every case of tests/vectors/trust.json."""

from hashlib import sha256
from typing import Any

import pytest
from callgate.trust import TrustError
from trust_case import documents, now_of, snapshot_of


@pytest.mark.vectors("trust.json", "chains")
def test_chains_get_their_verdicts(vector: dict[str, Any]) -> None:
    verdict = snapshot_of(vector).verify(documents(vector["chain"]), now=now_of(vector))
    expected = vector.get("trusted")
    if expected is None:
        assert (verdict.trusted, verdict.reason) == (False, vector["reason"])
        assert verdict.where == vector.get("where", verdict.where)
        assert list(verdict.unavailable) == vector.get("unavailable", [])
        assert (verdict.entity, verdict.backend, verdict.spiffe_id) == (None, None, None)
        assert (verdict.anchor_sha256, verdict.valid_until) == (None, None)
        return
    assert (verdict.trusted, verdict.reason) == (True, None), verdict.detail
    assert verdict.entity == expected["entity"]
    assert verdict.backend == expected["backend"]
    assert verdict.spiffe_id == expected.get("spiffe_id")
    assert verdict.valid_until is not None and verdict.valid_until > now_of(vector)
    if "anchor" in expected:
        (anchor,) = documents([expected["anchor"]])
        assert verdict.anchor_sha256 == sha256(anchor).hexdigest()
    if "valid_until_ms" in expected:
        assert verdict.valid_until == expected["valid_until_ms"] / 1000
    assert verdict.path_spki_sha256[-1] == verdict.anchor_spki_sha256


@pytest.mark.vectors("trust.json", "loads")
def test_anchors_load_or_say_what_is_wrong(vector: dict[str, Any]) -> None:
    if "anchors" in vector:
        anchored = [anchor.sha256 for anchor in snapshot_of(vector).anchors]
        assert anchored == [sha256(der).hexdigest() for der in documents(vector["anchors"])]
        return
    with pytest.raises(TrustError) as raised:
        snapshot_of(vector)
    error = raised.value
    assert error.reason == vector["reason"]
    assert error.source == vector["source"]
    assert error.entity == vector["entity"]
    assert error.certificate == vector["certificate"]
