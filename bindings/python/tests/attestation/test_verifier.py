"""AttestationVerifier: what it says of callers, and what it asks its resolver."""

import asyncio
import itertools
import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import pytest
from callgate import CallgateError
from callgate.attestation import (
    ANY_AUDIENCE,
    REASONS,
    AgentIntegrity,
    AttestationMetadata,
    AttestationProvider,
    AttestationVerifier,
    IssuerTrust,
    KeyPair,
    TrustLevel,
    VerificationPolicy,
    VerificationResult,
    _engine,
)
from issuing import (
    AGENT_KEY,
    IDENTITY,
    ISSUER,
    KEYPAIR,
    NOW,
    SERVER,
    issue,
    issue_confirmed,
    make_verifier,
    modern_request,
    pinned,
    prove,
    resolver_of,
    run,
    verify,
)


def test_a_genuine_token_says_who_is_calling() -> None:
    integrity = AgentIntegrity(config_hash=AgentIntegrity.compute_hash("{}"))
    result = verify(make_verifier(), issue(integrity=integrity))
    assert result and result.verified and result.admitted
    assert (result.issuer, result.subject) == (ISSUER, IDENTITY.to_spiffe_id())
    assert result.trust_level is TrustLevel.PROVIDER
    assert (result.audience_checked, result.proven) == (True, False)
    assert (result.error, result.error_code, result.reason, result.where) == (None,) * 4
    assert result.key_id == KEYPAIR.kid
    assert result.expires_at == NOW + 295
    assert result.claims is not None
    assert result.claims.agent_identity == IDENTITY
    assert result.claims.agent_integrity == integrity
    assert result.claims.jti == result.token_id
    assert result.verified_claims == ["agent_identity", "attestation_metadata", "agent_integrity"]


def test_claims_of_the_issuers_own_can_be_read() -> None:
    claims = {
        "iss": ISSUER,
        "sub": "agent-7",
        "aud": SERVER,
        "agent_identity": {**IDENTITY.to_dict(), "model_family": "f"},
        "attestation_metadata": {},
        "tenant": {"id": 7},
    }
    key = KEYPAIR.private_key
    token = _engine.issue_attestation(claims, key, NOW * 1000, key_id=KEYPAIR.kid, lifetime=300)
    result = verify(make_verifier(required_claims=["tenant"]), token)
    assert result.payload is not None
    assert result.payload["tenant"] == {"id": 7}
    assert result.claims is not None
    assert result.claims.agent_identity.model_family == "f"
    assert verify(make_verifier(required_claims=["tenant"]), issue()).where == "claims/tenant"


def test_nothing_is_said_of_a_caller_that_is_not_verified() -> None:
    result = verify(make_verifier(audience="https://other.example"), issue())
    assert not result and not result.verified and not result.admitted
    assert (result.reason, result.where) == ("audience", "claims/aud")
    assert result.error_code == REASONS["audience"].legacy_code
    assert result.error is not None
    assert result.error.startswith("claims/aud: ")
    assert (result.issuer, result.subject, result.claims, result.token_id) == (None,) * 4
    assert result.payload is None
    assert result.trust_level is TrustLevel.NONE
    assert result.verified_claims == []


def test_a_result_is_not_verified_by_default() -> None:
    assert not VerificationResult()
    assert not VerificationResult().admitted
    assert not VerificationResult.failure("no")


@pytest.mark.parametrize("policy", VerificationPolicy)
def test_a_missing_token_is_admitted_unless_required(policy: VerificationPolicy) -> None:
    result = verify(make_verifier(policy=policy), None)
    assert (result.verified, result.reason) == (False, "not_provided")
    assert result.admitted is (policy is not VerificationPolicy.REQUIRED)
    assert (result.error_code is None) is result.admitted


@pytest.mark.parametrize("policy", VerificationPolicy)
def test_a_bad_token_is_refused_under_every_policy(policy: VerificationPolicy) -> None:
    forged = issue()[:-8] + "AAAAAAAA"
    refused = verify(make_verifier(policy=policy), forged)
    assert (refused.admitted, refused.reason) == (False, "signature")
    lenient = verify(make_verifier(policy=policy, reject_invalid=False), forged)
    assert (lenient.verified, lenient.reason) == (False, "signature")
    assert lenient.admitted is (policy is not VerificationPolicy.REQUIRED)


def test_an_empty_token_is_not_a_missing_one() -> None:
    assert verify(make_verifier(policy="optional"), "").reason == "malformed"


@pytest.mark.parametrize("now", [NOW, float(NOW), datetime.fromtimestamp(NOW, timezone.utc)])
def test_now_is_seconds_or_an_aware_datetime(now: Any) -> None:
    assert verify(make_verifier(), issue(), now=now)
    assert verify(make_verifier(), issue(now=now), now=now)


def test_without_now_the_clock_is_asked() -> None:
    verifier = make_verifier()
    assert run(verifier.verify(issue(now=None)))
    assert run(verifier.verify(issue())).reason == "expired"


@pytest.mark.parametrize("token", [1, ["a"], {}])
def test_a_token_that_is_no_text_is_a_type_error(token: Any) -> None:
    with pytest.raises(TypeError):
        verify(make_verifier(), token)


def test_without_an_audience_there_is_one_warning_and_no_check() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        verifier = AttestationVerifier([pinned()])
        result = verify(verifier, issue())
    assert [str(one.message)[:34] for one in caught] == ["this verifier has no audience, so "]
    assert caught[0].filename == __file__
    assert (result.verified, result.audience_checked) == (True, False)
    assert verifier.audience is ANY_AUDIENCE


def test_any_audience_asked_for_gives_no_warning() -> None:
    assert verify(make_verifier(audience=ANY_AUDIENCE), issue())


def test_without_an_audience_no_proof_can_be_required() -> None:
    with pytest.raises(CallgateError):
        make_verifier(audience=ANY_AUDIENCE, require_proof=True)


def test_without_an_audience_no_modern_request_is_taken() -> None:
    verifier, token = make_verifier(audience=ANY_AUDIENCE), issue_confirmed()
    request = modern_request(token, {}, proof=prove(token, {}))
    result = run(verifier.verify_message(request, now=NOW))
    assert (result.admitted, result.reason) == (False, "proof")
    optional = make_verifier(audience=ANY_AUDIENCE, policy="optional")
    assert not run(optional.verify_message(request, now=NOW)).admitted


def test_a_proven_request_is_verified_once_for_each_proof() -> None:
    verifier, token = make_verifier(), issue_confirmed()
    params = {"name": "pay", "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}
    first, second = prove(token, params), prove(token, params)
    for proof, reason in ((first, None), (first, "replay"), (second, None)):
        result = run(verifier.verify_message(modern_request(token, params, proof=proof), now=NOW))
        assert result.reason == reason
    assert result.proven
    assert result.verdict is not None
    assert result.verdict.confirmation_jkt == AGENT_KEY.public_key.thumbprint


@pytest.mark.parametrize("policy", VerificationPolicy)
def test_a_confirmed_token_needs_a_proof_under_every_policy(policy: VerificationPolicy) -> None:
    verifier, token = make_verifier(policy=policy), issue_confirmed()
    assert verify(verifier, token).reason == "proof"
    assert not run(verifier.verify_message(modern_request(token, {}), now=NOW)).admitted
    assert verify(verifier, issue())


def test_a_bearer_is_never_taken_in_the_modern_era() -> None:
    result = run(make_verifier().verify_message(modern_request(issue(), {}), now=NOW))
    assert (result.admitted, result.reason) == (False, "proof")


def test_what_requires_proof_refuses_bearers_in_the_legacy_era() -> None:
    assert verify(make_verifier(require_proof=True), issue()).reason == "proof"


def test_a_string_trusts_a_provider_for_five_minutes() -> None:
    verifier = make_verifier(trusted_issuers=[ISSUER], key_resolver=resolver_of(KEYPAIR))
    assert verifier.trusted_issuers == (IssuerTrust(ISSUER),)
    enterprise = AttestationMetadata(attestation_type="enterprise")
    assert verify(verifier, issue(metadata=enterprise)).reason == "binding"
    assert verify(verifier, issue()).trust_level is TrustLevel.PROVIDER


def test_an_enterprise_gives_the_level_of_an_enterprise() -> None:
    verifier = make_verifier(trusted_issuers=[pinned(level="enterprise")])
    enterprise = AttestationMetadata(attestation_type="enterprise")
    assert verify(verifier, issue(metadata=enterprise)).trust_level is TrustLevel.ENTERPRISE
    assert verify(verifier, issue()).reason == "binding"


def test_issuers_are_no_single_string() -> None:
    with pytest.raises(TypeError):
        make_verifier(trusted_issuers=ISSUER)


def test_an_issuer_needs_keys_from_somewhere() -> None:
    with pytest.raises(CallgateError) as raised:
        make_verifier(trusted_issuers=[ISSUER])
    assert raised.value.where == "trusted_issuers"


@pytest.mark.parametrize("resolver", [object(), {}, {"get_key": None}, "https://issuer.example"])
def test_a_resolver_without_its_method_is_refused_at_once(resolver: Any) -> None:
    with pytest.raises(TypeError, match="get_key"):
        make_verifier(trusted_issuers=[ISSUER], key_resolver=resolver)


def test_without_issuers_every_token_is_refused() -> None:
    assert verify(make_verifier(trusted_issuers=[]), issue()).reason == "untrusted_issuer"


@pytest.mark.parametrize(
    "options",
    [
        {"policy": "sometimes"},
        {"skew": 61},
        {"skew": -1},
        {"skew": 0.5},
        {"lowest_safety_level": "none"},
        {"config_hash": "abc"},
        {"trusted_issuers": [pinned(), pinned()]},
        {"trusted_issuers": [pinned(level="none")]},
        {"trusted_issuers": [pinned(longest_lifetime=86401)]},
    ],
)
def test_settings_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises((CallgateError, ValueError)):
        make_verifier(**options)


class CountingResolver:
    """Answers one after the other, and counts."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def get_key(self, issuer: str, kid: str) -> Any:
        self.asked.append((issuer, kid))
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def resolved(resolver: Any) -> AttestationVerifier:
    return make_verifier(trusted_issuers=[ISSUER], key_resolver=resolver)


def test_the_resolver_is_asked_once_for_each_verification() -> None:
    resolver = CountingResolver(KEYPAIR.public_key)
    verifier = resolved(resolver)
    for count in (1, 2, 3):
        assert verify(verifier, issue())
        assert resolver.asked == [(ISSUER, KEYPAIR.kid)] * count


def test_a_key_that_is_removed_verifies_nothing_any_more() -> None:
    resolver = resolver_of(KEYPAIR)
    verifier = resolved(resolver)
    assert verify(verifier, issue())
    resolver.remove_key(ISSUER, KEYPAIR.kid)
    assert verify(verifier, issue()).reason == "kid"
    resolver.add_keypair(ISSUER, KEYPAIR)
    assert verify(verifier, issue())


def test_a_key_that_is_replaced_verifies_nothing_any_more() -> None:
    other = KeyPair.generate(KEYPAIR.kid)
    resolver = resolver_of(KEYPAIR)
    verifier = resolved(resolver)
    assert verify(verifier, issue())
    resolver.add_keypair(ISSUER, other)
    assert verify(verifier, issue()).reason == "signature"


def test_a_token_counts_as_used_only_with_a_key_that_holds() -> None:
    resolver = CountingResolver(KEYPAIR.public_key, ConnectionError("down"), KEYPAIR.public_key)
    verifier, token = resolved(resolver), issue()
    assert verify(verifier, issue())
    assert verify(verifier, token).reason == "unavailable"
    assert verify(verifier, token)


def test_tasks_that_wait_for_the_same_key_all_get_it() -> None:
    verifier = resolved(CountingResolver(KEYPAIR.public_key))
    tokens = [issue() for _ in range(10)]

    async def at_once() -> list[VerificationResult]:
        return await asyncio.gather(*(verifier.verify(token, now=NOW) for token in tokens))

    assert [result.reason for result in run(at_once())] == [None] * 10


def test_what_is_denied_while_a_key_is_fetched_is_refused() -> None:
    class Denying(CountingResolver):
        async def get_key(self, issuer: str, kid: str) -> Any:
            verifier.trusted_issuers = [IssuerTrust(ISSUER, denied_token_ids=denied)]
            return await super().get_key(issuer, kid)

    denied: list[str] = []
    verifier = resolved(Denying(KEYPAIR.public_key))
    first, second = issue(), issue()
    assert verify(verifier, first)
    denied = [str(token_id_of(second))]
    assert verify(verifier, second).reason == "policy"


def token_id_of(token: str) -> str | None:
    return verify(make_verifier(), token).token_id


def test_an_issuer_that_is_not_trusted_is_not_asked_for() -> None:
    resolver = CountingResolver(KEYPAIR.public_key)
    verifier = make_verifier(trusted_issuers=["https://other.example"], key_resolver=resolver)
    assert verify(verifier, issue()).reason == "untrusted_issuer"
    assert resolver.asked == []


def test_a_pinned_issuer_is_not_asked_for() -> None:
    resolver = CountingResolver(KEYPAIR.public_key)
    verifier = make_verifier(
        trusted_issuers=[pinned(), "https://other.example"], key_resolver=resolver
    )
    assert verify(verifier, issue())
    assert resolver.asked == []


@pytest.mark.parametrize("answer", [ConnectionError("down"), b"\0" * 32, "key", {}])
def test_a_resolver_that_fails_refuses_as_unavailable(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    token = issue()
    with caplog.at_level(logging.WARNING):
        result = verify(resolved(CountingResolver(answer)), token)
    assert (result.admitted, result.reason) == (False, "unavailable")
    assert "resolver failed" in caplog.text
    assert token not in caplog.text


def test_a_key_that_is_not_found_is_a_reason_of_kid() -> None:
    assert verify(resolved(resolver_of()), issue()).reason == "kid"


def test_keys_of_an_issuer_are_remembered_up_to_a_bound() -> None:
    keypairs = [KeyPair(KEYPAIR.private_key, kid=f"k{number}") for number in range(66)]
    verifier = resolved(CountingResolver(KEYPAIR.public_key))
    for keypair in [*keypairs, keypairs[0]]:
        provider = AttestationProvider(ISSUER, keypair)
        assert verify(verifier, provider.create_token(IDENTITY, SERVER, now=NOW))


def test_trust_changes_at_once_for_tokens_and_for_results() -> None:
    verifier = make_verifier()
    result, token = verify(verifier, issue()), issue()
    assert verifier.judge_again(result, now=NOW + 1)
    verifier.trusted_issuers = [pinned(denied_key_ids=[KEYPAIR.kid])]
    assert verify(verifier, token).reason == "kid"
    assert not verifier.judge_again(result, now=NOW + 1).admitted
    verifier.trusted_issuers = [pinned(denied_token_ids=[result.token_id])]
    assert not verifier.judge_again(result, now=NOW + 1).admitted
    assert verify(verifier, token)
    verifier.trusted_issuers = []
    assert verifier.judge_again(result, now=NOW + 1).reason == "untrusted_issuer"


def test_a_result_is_refused_again_once_its_token_expired() -> None:
    verifier = make_verifier()
    result = verify(verifier, issue())
    assert verifier.judge_again(result, now=NOW + 290)
    assert verifier.judge_again(result, now=NOW + 330).reason == "expired"


def test_only_results_of_verifiers_are_judged_again() -> None:
    with pytest.raises(CallgateError):
        make_verifier().judge_again(VerificationResult())


def test_trust_that_does_not_compile_changes_nothing() -> None:
    verifier = make_verifier()
    with pytest.raises(CallgateError):
        verifier.trusted_issuers = [pinned(), pinned()]
    assert verify(verifier, issue())


def test_a_refusal_tells_nothing_of_the_token() -> None:
    token = issue(audience="https://secret.example")
    told = repr(verify(make_verifier(), token))
    assert "secret" not in told
    assert token not in told


def test_threads_may_verify_while_keys_and_trust_change() -> None:
    resolver = resolver_of(KEYPAIR)
    verifier = make_verifier(trusted_issuers=[ISSUER], key_resolver=resolver)
    tokens = [[issue() for _ in range(25)] for _ in range(4)]
    done = threading.Event()

    def change() -> None:
        for number in itertools.count():
            if done.is_set():
                return
            resolver.add_key(ISSUER, f"other-{number % 8}", KEYPAIR.public_key)
            verifier.trusted_issuers = [ISSUER, IssuerTrust(f"https://{number}.example")]

    with ThreadPoolExecutor(5) as threads:
        changing = threads.submit(change)
        results = list(threads.map(lambda own: [verify(verifier, one) for one in own], tokens))
        done.set()
        changing.result()
    assert [result.reason for own in results for result in own] == [None] * 100
