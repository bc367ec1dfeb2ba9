"""bench_python.py BASELINE FOLDER ROUNDS: the installed Python package. Prints JSON: name to
nanoseconds, a figure for each round."""

from __future__ import annotations

import gc
import hashlib
import itertools
import sys
import time
from pathlib import Path

import callgate
from callgate.attestation import _engine
from measure import Baseline, Run, looped, measure, print_figures

NOW = 1_780_315_200
WIDE = 100


def authorize(folder: Path, policy: callgate.PolicySet) -> tuple[Run, int]:
    """Authorizing envelopes that were never seen, on a fresh gate each time."""
    session_key = callgate.PublicKey.from_jwk((folder / "session_key.jwk").read_text())
    issuer_key = callgate.PublicKey.from_jwk((folder / "issuer_key.jwk").read_text())
    token = (folder / "token.txt").read_text()
    envelopes = (folder / "envelopes.jsonl").read_bytes().splitlines()

    def run(n: int) -> float:
        gate = callgate.Gate(
            policy,
            issuer_keys={"issuer-1": issuer_key},
            issuer="https://issuer.example",
            audience="callgate",
        )
        gate.open_session(token, session_key, now=NOW)
        if not gate.authorize(envelopes[0], now=NOW):
            raise SystemExit("the first call was denied")
        calls = envelopes[1 : n + 1]
        allowed = 0
        decide = gate.authorize
        start = time.perf_counter()
        for data in calls:
            allowed += decide(data, now=NOW).allowed
        took = time.perf_counter() - start
        if allowed != n:
            raise SystemExit("a call was denied")
        return took

    return run, len(envelopes) - 1


def attestation(folder: Path) -> dict[str, tuple[Run, int]]:
    """What a verifier does for a token that is new to it, and for a known one with a proof."""
    issuer_key = callgate.PublicKey.from_jwk((folder / "issuer_key.jwk").read_text())
    trust = _engine.AttestationTrust(
        [{"issuer": "https://issuer.example", "keys": [("issuer-1", issuer_key)]}]
    )
    verify = _engine.AttestationVerifier(trust, audience="https://mcp-server.example.com").verify
    token = (folder / "attestation_token.txt").read_text()
    bound = (folder / "attestation_bound_token.txt").read_text()
    proof = (folder / "attestation_proof.txt").read_text()
    empty = hashlib.sha256(b"{}").digest()

    def known() -> bool:
        return verify(
            bound,
            NOW * 1000,
            proof=proof,
            method="tools/call",
            request_hash=empty,
            era="modern",
        ).verified

    if not verify(token, NOW * 1000).verified or not known():
        raise SystemExit("a token was refused")
    return {
        "attestation/verify": (looped(lambda: verify(token, NOW * 1000).verified), 0),
        "attestation/verify_known": (looped(known), 0),
    }


def main() -> None:
    program, folder, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    baseline = Baseline(program, folder)
    session = callgate.PolicySet.load(folder / "session_policy.yaml")
    wide = callgate.PolicySet.load(folder / f"wide_policy_{WIDE}.json")
    tool = f"service{WIDE // 2}.read"
    arguments = b'{"path":"/workspace/project%d/src/main.py","encoding":"utf-8"}' % (WIDE // 2)
    parsed = {"path": f"/workspace/project{WIDE // 2}/src/main.py", "encoding": "utf-8"}
    write = b'{"path":"/workspace/project/src/main.py","encoding":"utf-8"}'
    payload = (folder / "payload.json").read_bytes()
    large = (folder / "large.json").read_bytes()
    if not wide.evaluate("wide", tool, arguments) or not wide.evaluate("wide", tool, parsed):
        raise SystemExit("evaluate denied")
    check = callgate.Guard(callgate.PolicySet.load(folder / "guarded_policy.yaml")).check
    # One subject would reach the rate.
    subjects = itertools.cycle([f"agent-{n}" for n in range(64)])
    if not check("agent-7", "guarded", "fs.write", write):
        raise SystemExit("check denied")
    evaluate, canonicalize = wide.evaluate, callgate.canonicalize
    least = session.evaluate
    works: dict[str, tuple[Run, int]] = {
        "authorize/known_token": authorize(folder, session),
        "evaluate/bytes": (looped(lambda: evaluate("wide", tool, arguments).allowed), 0),
        "evaluate/parsed": (looped(lambda: evaluate("wide", tool, parsed).allowed), 0),
        "evaluate/least": (looped(lambda: least("code-assistant", "docs.list", b"{}").allowed), 0),
        "guard/check_rate_bytes": (
            looped(lambda: check(next(subjects), "guarded", "fs.write", write).allowed),
            0,
        ),
        **attestation(folder),
        "loop": (looped(lambda: None), 0),
        "json/canonicalize_600B": (looped(lambda: canonicalize(payload)), 0),
        "json/canonicalize_100kB": (looped(lambda: canonicalize(large)), 0),
    }
    gc.disable()
    print_figures(measure(works, rounds, baseline, ("attestation", "envelope", "token")))
    baseline.close()


main()
