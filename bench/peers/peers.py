"""peers.py BASELINE FOLDER ROUNDS: the same work with callgate and with the Python packages that
people use for it. Prints JSON: name to nanoseconds, a figure for each round.

Each peer is used as its documentation recommends for speed: policies are parsed beforehand, the
request is what its API takes. A call arrives as JSON bytes for all, so what parses is part of it.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
from datetime import datetime, timezone
from pathlib import Path

import callgate
import casbin
import cedarpy
import joserfc.jwt
import jwt
import rfc8785
from callgate.attestation import _engine
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import OKPKey

sys.path.insert(0, str(Path(__file__).parent.parent))
from measure import Baseline, Run, looped, measure, print_figures

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
COUNTS = (4, 100, 1000)

CASBIN_MODEL = """
[request_definition]
r = sub, tool, path
[policy_definition]
p = sub, tool, path
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.tool == p.tool && keyMatch(r.path, p.path)
"""


def evaluations(folder: Path, count: int) -> dict[str, tuple[Run, int]]:
    """`count` tools, each with a folder of its own; the call is within one of them."""
    one = count // 2
    tool, path = f"service{one}.read", f"/workspace/project{one}/src/main.py"
    arguments = json.dumps({"path": path, "encoding": "utf-8"}).encode()

    ours = callgate.PolicySet.load(folder / f"wide_policy_{count}.json")

    model = casbin.Model()
    model.load_model_from_text(CASBIN_MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_policies(
        [["wide", f"service{i}.read", f"/workspace/project{i}/*"] for i in range(count)]
    )

    cedar = cedarpy.PolicySet.from_str(
        "\n".join(
            f'permit(principal == Agent::"wide", action == Action::"call", '
            f'resource == Tool::"service{i}.read") '
            f'when {{ context.path like "/workspace/project{i}/*" }};'
            for i in range(count)
        )
    )
    entities = cedarpy.Entities.from_json_str("[]")

    def with_casbin() -> bool:
        call = json.loads(arguments)
        return enforcer.enforce("wide", tool, call["path"])

    def with_cedar() -> bool:
        request = {
            "principal": {"type": "Agent", "id": "wide"},
            "action": {"type": "Action", "id": "call"},
            "resource": {"type": "Tool", "id": tool},
            "context": json.loads(arguments),
        }
        return cedarpy.is_authorized(request, cedar, entities).allowed

    def with_callgate() -> bool:
        return ours.evaluate("wide", tool, arguments).allowed

    works = {"callgate": with_callgate, "casbin": with_casbin, "cedarpy": with_cedar}
    for name, work in works.items():
        if not work():
            raise SystemExit(f"{name} denied")
    return {f"evaluate_{count}/{name}": (looped(work), 0) for name, work in works.items()}


def canonical_forms(folder: Path) -> dict[str, tuple[Run, int]]:
    out: dict[str, tuple[Run, int]] = {}
    for size, name in (("600B", "payload.json"), ("100kB", "large.json")):
        text = (folder / name).read_bytes()
        if callgate.canonicalize(text) != rfc8785.dumps(json.loads(text)):
            raise SystemExit("the canonical forms differ")
        out[f"canonicalize_{size}/callgate"] = (looped(lambda t=text: callgate.canonicalize(t)), 0)
        out[f"canonicalize_{size}/rfc8785"] = (
            looped(lambda t=text: rfc8785.dumps(json.loads(t))),
            0,
        )
    return out


def tokens(folder: Path) -> dict[str, tuple[Run, int]]:
    token = (folder / "token.txt").read_text()
    issuer_keys = {"issuer-1": callgate.PublicKey.from_jwk((folder / "issuer_key.jwk").read_text())}
    peer_key = load_pem_public_key((folder / "issuer_key.pem").read_bytes())
    # The inputs are of a fixed day: PyJWT, which takes no time, leaves the times out.
    times = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}

    def with_callgate() -> object:
        return callgate.verify_token(token, issuer_keys, now=NOW, audience="callgate")

    def with_pyjwt() -> object:
        return jwt.decode(token, peer_key, algorithms=["EdDSA"], audience="callgate", options=times)

    with_callgate(), with_pyjwt()
    return {
        "verify_token/callgate": (looped(with_callgate), 0),
        "verify_token/pyjwt": (looped(with_pyjwt), 0),
    }


def attestations(folder: Path) -> dict[str, tuple[Run, int]]:
    """A token with its nested claims. The peers do the signature alone, since the inputs are of a
    fixed day, and read none of them."""
    token = (folder / "attestation_token.txt").read_text()
    issuer_key = callgate.PublicKey.from_jwk((folder / "issuer_key.jwk").read_text())
    trust = _engine.AttestationTrust(
        [{"issuer": "https://issuer.example", "keys": [("issuer-1", issuer_key)]}]
    )
    verifier = _engine.AttestationVerifier(trust, audience="https://mcp-server.example.com")
    now_ms = int(NOW.timestamp() * 1000)
    peer_key = load_pem_public_key((folder / "issuer_key.pem").read_bytes())
    jose_key = OKPKey.import_key((folder / "issuer_key.pem").read_bytes())
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}

    def with_callgate() -> object:
        return verifier.verify(token, now_ms).verified or sys.exit("callgate refused")

    def with_pyjwt() -> object:
        return jwt.decode(token, peer_key, algorithms=["EdDSA"], options=options)

    def with_joserfc() -> object:
        return joserfc.jwt.decode(token, jose_key, algorithms=["EdDSA"])

    works = {"callgate": with_callgate, "pyjwt": with_pyjwt, "joserfc": with_joserfc}
    for work in works.values():
        work()
    return {f"verify_attestation/{name}": (looped(work), 0) for name, work in works.items()}


def main() -> None:
    logging.disable()  # casbin logs every decision otherwise
    folder, rounds = Path(sys.argv[2]), int(sys.argv[3])
    baseline = Baseline(Path(sys.argv[1]), folder)
    works = {**canonical_forms(folder), **tokens(folder), **attestations(folder)}
    for count in COUNTS:
        works |= evaluations(folder, count)
    gc.disable()
    print_figures(measure(works, rounds, baseline))
    baseline.close()


main()
