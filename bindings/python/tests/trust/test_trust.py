"""callgate.trust as Python sees it."""

import json
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError
from callgate.trust import (
    REASONS,
    TrustError,
    TrustOptions,
    TrustSnapshot,
    TrustSource,
    Verdict,
)
from trust_case import VECTORS, documents, now_of

CASES = {case["name"]: case for case in json.loads((VECTORS / "trust.json").read_bytes())["chains"]}
CASE = CASES["an intermediate"]
CHAIN = documents(CASE["chain"])
(ROOT,) = documents(CASE["sources"][0]["entities"]["acme"])
NOW = now_of(CASE)


def test_a_verdict_is_true_when_trusted() -> None:
    snapshot = TrustSnapshot({"acme": [ROOT]})
    assert snapshot.verify(CHAIN, now=NOW)
    assert not snapshot.verify(CHAIN[:1], now=NOW)
    assert not Verdict(False)


def test_now_is_seconds_an_aware_datetime_or_the_clock() -> None:
    snapshot = TrustSnapshot({"acme": [ROOT]})
    at = datetime.fromtimestamp(NOW, timezone.utc)
    assert snapshot.verify(CHAIN, now=at) == snapshot.verify(CHAIN, now=NOW)
    later = at + timedelta(days=365)
    assert snapshot.verify(CHAIN, now=later).reason == "expired"
    assert snapshot.verify(CHAIN) == snapshot.verify(CHAIN, now=int(time.time()))
    with pytest.raises(CallgateError):
        snapshot.verify(CHAIN, now=0)
    with pytest.raises(TypeError):
        snapshot.verify(CHAIN, now=datetime(2026, 12, 1))


def test_sources_keep_their_names_and_generation() -> None:
    source = TrustSource("filestore", entities={"acme": (ROOT,)})
    snapshot = TrustSnapshot.of_sources([source], generation=7)
    assert snapshot.generation == 7
    (anchor,) = snapshot.anchors
    assert (anchor.entity, anchor.backend, anchor.is_bundle) == ("acme", "filestore", False)
    assert anchor.subject == "CN=Root CA,O=Root"
    assert not anchor.expired_at(NOW)
    assert anchor.expired_at(anchor.not_after)
    assert snapshot.verify(CHAIN, now=NOW).anchor_sha256 == anchor.sha256
    assert repr(snapshot) == "<TrustSnapshot 7 of 1 anchors>"


def test_a_reload_takes_nothing_but_certificates_from_before() -> None:
    source = TrustSource("filestore", entities={"acme": (ROOT,)})
    before = TrustSnapshot.of_sources([source], generation=1)
    renamed = TrustSource("filestore", entities={"globex": (ROOT,)})
    after = TrustSnapshot.of_sources([renamed], generation=2, previous=before)
    assert after.anchors == TrustSnapshot.of_sources([renamed]).anchors
    assert after.verify(CHAIN, now=NOW).entity == "globex"
    assert before.verify(CHAIN, now=NOW).entity == "acme"
    gone = TrustSnapshot.of_sources([TrustSource("filestore")], previous=after)
    assert gone.anchors == ()
    assert gone.verify(CHAIN, now=NOW).reason == "untrusted"
    with pytest.raises(TrustError):
        pinned = TrustSource("filestore", entities={"acme": (ROOT, CHAIN[0])})
        TrustSnapshot.of_sources([pinned], previous=before)


def test_many_chains_get_the_verdicts_of_each() -> None:
    snapshot = TrustSnapshot({"acme": [ROOT]})
    chains = [CHAIN, CHAIN[:1], (), [b"x"]]
    assert snapshot.verify_many(chains, now=NOW) == [snapshot.verify(c, now=NOW) for c in chains]
    assert snapshot.verify_many([], now=NOW) == []


@pytest.mark.parametrize("chain", [None, 1, [1], [None], ["\ud800"]])
def test_what_is_no_chain_is_a_type_error(chain: Any) -> None:
    with pytest.raises(TypeError):
        TrustSnapshot({}).verify(chain, now=NOW)


@pytest.mark.parametrize("entities", [{"acme": ROOT}, {"acme": "PEM"}, {"acme": [1]}, {1: [ROOT]}])
def test_what_is_no_list_of_files_is_a_type_error(entities: Any) -> None:
    with pytest.raises(TypeError):
        TrustSnapshot(entities)


def test_a_trust_error_says_where_and_what_to_do() -> None:
    with pytest.raises(TrustError) as raised:
        TrustSnapshot({"acme": [ROOT, CHAIN[0]]})
    error = raised.value
    assert (error.source, error.entity, error.certificate) == ("entities", "acme", 2)
    assert error.reason == "anchor_not_ca"
    assert error.code_name == "INVALID_ARGUMENT"
    assert str(error).startswith('source "entities", entity "acme", certificate 2: an anchor is no')
    assert REASONS[error.reason].advice in str(error)


def test_the_two_names_of_a_clash_are_named() -> None:
    with pytest.raises(TrustError, match=r'entity "globex".*the other is "acme"'):
        TrustSnapshot({"acme": [ROOT], "globex": [ROOT]})


def test_a_skew_beyond_a_minute_is_refused() -> None:
    with pytest.raises(TrustError) as raised:
        TrustSnapshot({}, options=TrustOptions(not_before_skew=61))
    assert raised.value.reason == "bad_option"


def test_every_reason_says_what_to_do() -> None:
    for name, reason in REASONS.items():
        assert reason.name == name
        assert reason.kind in ("verdict", "load")
        assert reason.meaning
        assert reason.advice
    with pytest.raises(TypeError):
        REASONS["new"] = None  # type: ignore[index]


def test_threads_verify_at_the_same_time() -> None:
    snapshot = TrustSnapshot({"acme": [ROOT]})
    expected = snapshot.verify(CHAIN, now=NOW)
    found: list[Verdict] = []

    def work() -> None:
        for _ in range(50):
            found.append(snapshot.verify(CHAIN, now=NOW))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 200


PROGRAM = """
import sys
from callgate.trust import TrustSnapshot
root, *chain = [bytes.fromhex(text) for text in sys.argv[2:]]
print(TrustSnapshot({"acme": [root]}).verify(chain, now=float(sys.argv[1])).trusted)
"""


def test_configuration_of_openssl_changes_no_verdict(tmp_path: Path) -> None:
    """In a file that OpenSSL reads by default, and that leaves other code without algorithms."""
    file = tmp_path / "openssl.cnf"
    file.write_text(
        "openssl_conf = all\n[all]\nalg_section = algorithms\n"
        "[algorithms]\ndefault_properties = provider=none\n"
    )

    def run(*command: str) -> "subprocess.CompletedProcess[str]":
        environment = {"OPENSSL_CONF": str(file)}
        return subprocess.run(
            [sys.executable, "-c", *command], env=environment, capture_output=True, text=True
        )

    arguments = [document.hex() for document in (ROOT, *CHAIN)]
    assert run(PROGRAM, str(NOW), *arguments).stdout == "True\n"
    assert run("import ssl; ssl.create_default_context()").returncode != 0
