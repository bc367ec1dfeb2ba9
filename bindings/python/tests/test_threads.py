"""Native work runs without the GIL: another thread gets on while it does."""

import json
import sys
import threading
from collections.abc import Callable, Iterator

import callgate
import pytest
from callgate import Gate, Guard, PolicySet, SecretKey

POLICY = 'name: c\ncapabilities:\n  - tool_pattern: "*"\n'
ISSUER = SecretKey.generate()
KEY = SecretKey.generate()
TOKEN = callgate.issue_token({"sub": "agent", "scp": "c"}, ISSUER)
LARGE = json.dumps({"a": ["text"] * 1000}).encode()
PAYLOAD = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ENVELOPE = callgate.create_envelope(PAYLOAD, TOKEN, KEY)
SIGNATURE = KEY.sign(LARGE)
POLICY_SET = PolicySet.parse(POLICY)
GATE = Gate(POLICY_SET, issuer_keys=[ISSUER.public_key])
GATE.open_session(TOKEN, KEY.public_key)
GUARD = Guard(POLICY_SET)
ALLOWED = POLICY_SET.evaluate("c", "t", {})

WORK: dict[str, Callable[[], object]] = {
    "authorize": lambda: GATE.authorize(ENVELOPE),
    "plan": lambda: GATE.plan(ENVELOPE),
    "export_state": GATE.export_state,
    "sign": lambda: KEY.sign(LARGE),
    "verify": lambda: KEY.public_key.verify(SIGNATURE, LARGE),
    "verify_ed25519": lambda: callgate.verify_ed25519(KEY.public_key, SIGNATURE, LARGE),
    "create_envelope": lambda: callgate.create_envelope(PAYLOAD, TOKEN, KEY),
    "verify_envelope": lambda: callgate.verify_envelope(ENVELOPE, KEY.public_key),
    "issue_token": lambda: callgate.issue_token({"sub": "a", "scp": "c"}, ISSUER),
    "verify_token": lambda: callgate.verify_token(TOKEN, [ISSUER.public_key]),
    "parse": lambda: PolicySet.parse(POLICY),
    "contains": lambda: POLICY_SET.contains("c", "c"),
    "canonicalize": lambda: callgate.canonicalize(LARGE),
    "evaluate": lambda: POLICY_SET.evaluate("c", "t", LARGE),
    "check": lambda: GUARD.check("a", "c", "t", LARGE),
    "check_response": lambda: ALLOWED.check_response(LARGE),
}


@pytest.fixture
def no_switching() -> Iterator[None]:
    """The interpreter takes the GIL from no thread: only who gives it away lets others run."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("no_switching")
@pytest.mark.parametrize("name", WORK)
def test_another_thread_runs_while_native_code_works(name: str) -> None:
    work = WORK[name]
    stopped = False
    noticed: list[bool] = []

    def loop() -> None:
        for _ in range(50_000):
            work()
            if stopped:
                break
        noticed.append(stopped)

    thread = threading.Thread(target=loop)
    thread.start()
    # Reached while the loop runs only if `work` gave the GIL away.
    stopped = True
    thread.join(timeout=120)
    assert noticed == [True]
