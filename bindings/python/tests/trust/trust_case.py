"""A case of tests/vectors/trust.json as arguments of callgate.trust."""

import base64
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from callgate.trust import TrustOptions, TrustSnapshot, TrustSource

VECTORS = Path(os.environ.get("CALLGATE_VECTORS", Path(__file__).parents[4] / "tests" / "vectors"))
Case = dict[str, Any]


@cache
def _documents() -> dict[str, bytes]:
    file = json.loads((VECTORS / "trust.json").read_bytes())
    certificates = {n: base64.b64decode(text) for n, text in file["certificates"].items()}
    return certificates | {name: text.encode() for name, text in file["texts"].items()}


def documents(names: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(_documents()[name] for name in names)


def _source(source: Case) -> TrustSource:
    entities = {name: documents(files) for name, files in source.get("entities", {}).items()}
    bundles = {name: documents(files) for name, files in source.get("bundles", {}).items()}
    return TrustSource(source["name"], entities, bundles, source.get("available", True))


def snapshot_of(case: Case) -> TrustSnapshot:
    revoked = [_documents().get(element, element) for element in case.get("revoked", [])]
    return TrustSnapshot.of_sources(
        [_source(source) for source in case["sources"]],
        revoked=revoked,
        options=TrustOptions(**case.get("options", {})),
    )


def now_of(case: Case) -> float:
    milliseconds: int = case["at_ms"]
    return milliseconds / 1000
