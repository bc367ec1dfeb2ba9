"""Writes gate.json, in the order of its subjects."""

import json

from gate import (
    allowed,
    calls,
    chains,
    clocks,
    codes,
    envelopes,
    freshness,
    issuers,
    json_text,
    limits,
    plans,
    replays,
    sessions,
    tokens,
)
from gate.policies import POLICIES
from gate.scene import ISSUER
from vectors import FOLDER, b64

vectors = [
    *allowed.vectors,
    *envelopes.members,
    *replays.respelled,
    *envelopes.rewritten,
    *replays.again,
    *freshness.vectors,
    *calls.vectors,
    *json_text.vectors,
    *tokens.vectors,
    *sessions.vectors,
    *codes.types,
    *issuers.vectors,
    *codes.order,
    *limits.vectors,
    *chains.vectors,
    *clocks.vectors,
    *plans.vectors,
]
ids = [vector["id"] for vector in vectors]
assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
content = {"issuer_keys": {"issuer": b64(ISSUER.public)}, "policies": POLICIES}
lines = ",\n  ".join(json.dumps(vector, ensure_ascii=True) for vector in vectors)
head = json.dumps(content, ensure_ascii=True)
(FOLDER / "gate.json").write_text(head[:-1] + ',\n "vectors": [\n  ' + lines + "\n ]}\n")
print("gate.json", len(vectors), "vectors", sum(len(v["steps"]) for v in vectors), "steps")
