"""The handshake without an SDK: what an agent sends, and what the middleware makes of it."""

import copy
import json
from types import SimpleNamespace
from typing import Any

import pytest
from callgate import CallgateError
from callgate.attestation import (
    ATTESTATION_CAPABILITY_KEY,
    REASONS,
    AttestationContext,
    AttestationDenied,
    AttestationError,
    AttestationMiddleware,
    AttestationProvider,
    AttestingAgent,
    ClientAttestationCapability,
    InitializeResult,
    ServerAttestationCapability,
    TrustLevel,
    VerificationPolicy,
    VerificationResult,
    extract_attestation_from_request,
    inject_attestation_into_response,
    require_attestation,
)
from callgate.attestation._engine import attestation_request_hash, issue_request_proof
from issuing import (
    AGENT_KEY,
    IDENTITY,
    ISSUER,
    KEYPAIR,
    NOW,
    SERVER,
    issue,
    make_verifier,
    run,
    verify,
)

AGENT = AttestingAgent(AttestationProvider(ISSUER, KEYPAIR), IDENTITY)


def params_with(member: Any) -> dict[str, Any]:
    capabilities = {"roots": {}, "experimental": {ATTESTATION_CAPABILITY_KEY: member}}
    return {"protocolVersion": "2025-11-25", "capabilities": capabilities}


def initialize(params: Any, **options: Any) -> InitializeResult:
    middleware = AttestationMiddleware(make_verifier(**options))
    return run(middleware.process_initialize(params, request_id=7, now=NOW))


def test_a_client_capability_has_the_members_of_the_wire() -> None:
    assert AGENT.get_capability(SERVER, now=NOW).to_dict().keys() == {
        "version", "token", "supported_algorithms", "attestation_types",
    }  # fmt: skip
    assert ClientAttestationCapability("a.b.c", proof="d.e.f").to_dict() == {
        "version": "0.1.0",
        "token": "a.b.c",
        "supported_algorithms": ["EdDSA"],
        "attestation_types": ["provider", "enterprise"],
        "proof": "d.e.f",
    }


def test_an_agent_changes_nothing_that_it_was_passed() -> None:
    capabilities: dict[str, Any] = {"sampling": {}, "experimental": {"other": {"a": 1}}}
    before = copy.deepcopy(capabilities)
    after = AGENT.inject_into_capabilities(capabilities, SERVER, now=NOW)
    assert capabilities == before
    assert after["sampling"] == {}
    assert after["experimental"].keys() == {"other", ATTESTATION_CAPABILITY_KEY}


def test_an_agent_makes_a_token_for_every_handshake() -> None:
    first, second = (AGENT.get_experimental_capabilities(SERVER, now=NOW) for _ in range(2))
    assert first != second
    for member in (first, second):
        assert initialize({"capabilities": {"experimental": member}}).should_proceed


@pytest.mark.parametrize("experimental", [None, "x", []])
def test_an_experimental_that_is_no_object_is_replaced(experimental: Any) -> None:
    capabilities = {"experimental": experimental}
    after = AGENT.inject_into_capabilities(capabilities, SERVER, now=NOW)
    assert initialize({"capabilities": after}).should_proceed


def test_a_good_token_lets_the_handshake_proceed() -> None:
    result = initialize(params_with({"token": issue()}))
    assert result.should_proceed
    assert result.error_response is None
    assert result.context is not None
    assert (result.context.verified, result.context.issuer) == (True, ISSUER)
    assert result.context.trust_level is TrustLevel.PROVIDER
    assert result.response_capability.to_dict() == {
        "version": "0.1.0",
        "policy": "required",
        "required_claims": ["agent_identity", "attestation_metadata"],
        "verification_status": "verified",
        "trust_level": "provider",
        "verified_claims": ["agent_identity", "attestation_metadata"],
    }


@pytest.mark.parametrize(
    ("member", "code", "reason"),
    [
        (None, -32001, "not_provided"),
        ({}, -32001, "not_provided"),
        ({"token": None}, -32001, "not_provided"),
        ({"token": ""}, -32002, "malformed"),
        ({"token": 1}, -32002, "malformed"),
        ({"token": {"payload": ""}}, -32002, "malformed"),
        ("token", -32002, "malformed"),
        ([], -32002, "malformed"),
        ({"token": "a.b.c"}, -32002, "malformed"),
    ],
)
def test_a_handshake_without_a_good_token_is_refused(member: Any, code: int, reason: str) -> None:
    result = initialize(params_with(member))
    assert not result.should_proceed
    assert result.context is None
    assert result.error_response is not None
    assert (result.error_response["jsonrpc"], result.error_response["id"]) == ("2.0", 7)
    error = result.error_response["error"]
    assert error["code"] == code
    assert error["message"] == f"{REASONS[reason].meaning}: {REASONS[reason].advice}"
    assert error["data"] == {"reason": reason, "extension": "dev.callgate/agent-attestation"}
    json.dumps(result.error_response)


@pytest.mark.parametrize("params", [None, {}, {"capabilities": None}, {"capabilities": {}}])
def test_absent_parts_of_a_handshake_are_no_attestation(params: Any) -> None:
    assert initialize(params).verification.reason == "not_provided"
    assert initialize(params, policy="optional").should_proceed


@pytest.mark.parametrize(
    "params", [[], "x", 1, {"capabilities": []}, {"capabilities": {"experimental": "x"}}]
)
def test_misshapen_parts_of_a_handshake_are_malformed(params: Any) -> None:
    for policy in VerificationPolicy:
        result = initialize(params, policy=policy)
        assert (result.should_proceed, result.verification.reason) == (False, "malformed")


@pytest.mark.parametrize("value", [float("nan"), "\ud800", {"a": float("inf")}])
def test_what_json_cannot_say_is_malformed(value: Any) -> None:
    params = {**params_with({"token": issue()}), "x": value}
    assert initialize(params).verification.reason == "malformed"


def test_a_handshake_without_a_token_is_not_called_failed() -> None:
    result = initialize({}, policy="preferred")
    assert result.should_proceed
    shown = result.response_capability.to_dict()
    assert (shown["verification_status"], shown["trust_level"]) == ("not_provided", "none")
    assert "error_code" not in shown


def test_a_refused_handshake_is_called_failed() -> None:
    shown = initialize(params_with({"token": "a.b.c"})).response_capability.to_dict()
    assert (shown["verification_status"], shown["error_code"]) == ("failed", -32002)


@pytest.mark.parametrize("policy", VerificationPolicy)
def test_a_capability_has_the_policy_of_the_verifier(policy: VerificationPolicy) -> None:
    verifier = make_verifier(policy=policy)
    AttestationMiddleware(verifier, ServerAttestationCapability(policy=policy.value))
    assert AttestationMiddleware(verifier).capability.policy is policy
    for other in set(VerificationPolicy) - {policy}:
        with pytest.raises(CallgateError) as raised:
            AttestationMiddleware(verifier, ServerAttestationCapability(policy=other))
        assert raised.value.where == "capability"


def test_a_server_names_its_issuers_only_where_it_is_told_to() -> None:
    assert "trusted_issuers" not in initialize({}).response_capability.to_dict()
    capability = ServerAttestationCapability(trusted_issuers=[ISSUER])
    assert capability.to_dict()["trusted_issuers"] == [ISSUER]


def test_a_response_is_copied_with_the_capability() -> None:
    response = {"capabilities": {"tools": {}}, "serverInfo": {"name": "s"}}
    before = copy.deepcopy(response)
    capability = initialize(params_with({"token": issue()})).response_capability
    after = inject_attestation_into_response(response, capability)
    assert response == before
    shown = after["capabilities"]["experimental"][ATTESTATION_CAPABILITY_KEY]
    assert shown == capability.to_dict()
    assert after["capabilities"]["tools"] == {}


def test_a_token_is_extracted_or_refused_by_name() -> None:
    assert extract_attestation_from_request(params_with({"token": "a.b.c"})) == "a.b.c"
    assert extract_attestation_from_request({}) is None
    with pytest.raises(CallgateError):
        extract_attestation_from_request(params_with({"token": 1}))


def test_a_confirmed_token_in_a_handshake_needs_its_proof() -> None:
    token = issue(confirmation_key=AGENT_KEY.public_key)
    params = {**params_with({"token": token}), "clientInfo": {"name": "c", "version": "1.0"}}
    assert initialize(params).verification.reason == "proof"

    bound = attestation_request_hash(json.dumps(params).encode(), "legacy")
    proof = issue_request_proof(token, SERVER, "initialize", bound, AGENT_KEY, NOW * 1000)
    params["capabilities"]["experimental"][ATTESTATION_CAPABILITY_KEY]["proof"] = proof
    assert initialize(params).verification.proven
    params["clientInfo"] = {"name": "other", "version": "1.0"}
    assert initialize(params).verification.reason == "proof"


def test_the_legacy_codes_are_these() -> None:
    assert {error.name: error.value for error in AttestationError} == {
        "REQUIRED": -32001,
        "INVALID": -32002,
        "EXPIRED": -32003,
        "REPLAY": -32004,
        "UNTRUSTED_ISSUER": -32005,
        "INSUFFICIENT_CLAIMS": -32006,
    }


def session_with(result: VerificationResult) -> SimpleNamespace:
    return SimpleNamespace(attestation=AttestationContext(result))


VERIFIED = verify(make_verifier(), issue())
ENTERPRISE = VerificationResult(verified=True, admitted=True, trust_level=TrustLevel.ENTERPRISE)


def test_a_guarded_function_is_called_for_a_verified_caller() -> None:
    @require_attestation(TrustLevel.PROVIDER, issuer=ISSUER)
    def call(session: Any, number: int) -> int:
        return number + 1

    @require_attestation(custom_check=lambda context: context.subject is not None)
    async def call_later(number: int, *, session: Any) -> int:
        return number + 1

    assert call(session_with(VERIFIED), 1) == 2
    assert run(call_later(1, session=session_with(VERIFIED))) == 2


@pytest.mark.parametrize(
    ("needed", "caller"),
    [
        ({}, session_with(VerificationResult(admitted=True))),
        ({}, SimpleNamespace(attestation=None)),
        ({}, SimpleNamespace(attestation=SimpleNamespace(verified=True))),
        ({}, SimpleNamespace()),
        ({}, None),
        ({"trust_level": "provider"}, session_with(ENTERPRISE)),
        ({"issuer": "https://other.example"}, session_with(VERIFIED)),
        ({"custom_check": lambda context: False}, session_with(VERIFIED)),
        ({"custom_check": lambda context: "yes"}, session_with(VERIFIED)),
        ({"custom_check": lambda context: None}, session_with(VERIFIED)),
    ],
)
def test_a_guarded_function_is_called_for_no_other(needed: dict[str, Any], caller: Any) -> None:
    called = []

    @require_attestation(**needed)
    def call(session: Any) -> None:
        called.append(session)

    @require_attestation(**needed)
    async def call_later(session: Any) -> None:
        called.append(session)

    with pytest.raises(AttestationDenied) as raised:
        call(caller)
    with pytest.raises(PermissionError):
        run(call_later(caller))
    assert called == []
    assert isinstance(raised.value, CallgateError)
    assert str(raised.value).startswith("the caller")


def test_an_enterprise_suffices_where_one_is_asked_for() -> None:
    @require_attestation("enterprise")
    def call(session: Any) -> bool:
        return True

    assert call(session_with(ENTERPRISE))
    assert call(session_with(VERIFIED))


def test_an_asynchronous_check_is_awaited() -> None:
    async def check(context: AttestationContext) -> bool:
        return context.issuer == "https://other.example"

    @require_attestation(custom_check=check)
    async def call(session: Any) -> bool:
        return True

    with pytest.raises(AttestationDenied):
        run(call(session_with(VERIFIED)))


def test_an_asynchronous_check_of_a_plain_function_denies() -> None:
    async def check(context: AttestationContext) -> bool:
        return True

    @require_attestation(custom_check=check)
    def call(session: Any) -> bool:
        return True

    with (
        pytest.warns(RuntimeWarning, match="never awaited"),
        pytest.raises(AttestationDenied),
    ):
        call(session_with(VERIFIED))


def test_a_trust_level_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(ValueError):
        require_attestation("administrator")
