"""Certificates that the public registry's own tools wrote."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from callgate.trust import REASONS, TrustSnapshot
from trust_case import VECTORS

FOLDER: Path = VECTORS / "registration" / "certs"
CASES = json.loads((FOLDER / "cases.json").read_bytes())["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_public_certificates_get_the_right_verdicts(case: dict[str, Any]) -> None:
    names = {
        name: [(FOLDER / file).read_bytes() for file in files]
        for name, files in case["anchors"].items()
    }
    spiffe = case["backend"] == "spiffe"
    snapshot = TrustSnapshot({}, bundles=names) if spiffe else TrustSnapshot(names)
    now = datetime.fromisoformat(case["at"].replace("Z", "+00:00"))
    verdict = snapshot.verify([(FOLDER / file).read_bytes() for file in case["chain"]], now=now)
    assert verdict == snapshot.verify((FOLDER / case["chain_file"]).read_text(), now=now)
    expected = case["expected"]
    assert verdict.trusted == (expected["verdict"] == "accept")
    assert verdict.entity == expected["entity"]
    if verdict.reason is not None:
        assert verdict.reason in expected["reasons_ok"]
        assert REASONS[verdict.reason].kind == "verdict"
