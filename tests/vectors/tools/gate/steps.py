"""The steps of a vector, and the vectors that they make."""

from gate.scene import AGENT, NOON, envelope, token
from vectors import b64

# What several subjects are sourced from.
SMCP = "SMCP attack catalogue "
SESSIONS = "callgate, concepts: sessions"
GATE = "callgate, concepts: what the gate takes"

RESTART = {"op": "restart"}


def opening(code=None, now=0, parent=None, signer=AGENT, public_key=None, **claims):
    text = claims.pop("token", None) or token(**claims)
    step = {"op": "open", "now": NOON + now, "token": text}
    step["public_key"] = b64((signer if public_key is None else public_key).public)
    if parent is not None:
        step["parent"] = parent
    return {**step, "code": code}


def renewal(code=None, now=0, session="session-1", **claims):
    return {"op": "renew", "now": NOON + now, "id": session, "token": token(**claims), "code": code}


def end(id="session-1", code=None):
    return {"op": "end", "id": id, "code": code}


def revoke(id="session-1", code=None):
    return {"op": "revoke", "id": id, "code": code}


def send(bytes_, code=None, now=0, **expected):
    step = {"op": "authorize", "now": NOON + now}
    if isinstance(bytes_, bytes):
        step["envelope_base64"] = b64(bytes_)
    else:
        step["envelope"] = bytes_
    return {**step, "allowed": code is None, "code": code, **expected}


def planned(bytes_, outcome, code=None, now=0, **expected):
    return {**send(bytes_, code, now, **expected), "op": "plan", "outcome": outcome}


def policy(name):
    return {"op": "set_policy", "policy": name}


class Vectors(list):
    """Of one subject, in order. make_gate.py says in which order subjects follow each other."""

    def add(self, id, source, *steps, policy="seed", open_=True, **options):
        vector = {"id": id, "source": source, "policy": policy}
        if options:
            vector["options"] = options
        self.append({**vector, "steps": [*([opening()] if open_ else []), *steps]})

    def refused(self, id, source, bytes_, code="INVALID_ENVELOPE", **expected):
        """A fault beside the good envelope, which then still passes: the fault wrote nothing."""
        self.add(id, source, send(bytes_, code, **expected), send(envelope()))
