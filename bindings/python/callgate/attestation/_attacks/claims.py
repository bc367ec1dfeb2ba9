"""Claims of the wrong form, of another server, or beyond what the issuer may attest."""

from __future__ import annotations

from typing import Any, Final

from callgate import SecretKey
from callgate.attestation._attacks.case import Case, Tokens, accepted, refused
from callgate.attestation._attacks.world import ISSUER, SERVER, World
from callgate.attestation._claims import AgentIntegrity

_GROUP: Final = "claim"
_GOOD_HASH: Final = AgentIntegrity.compute_hash("You are a helpful assistant")


def _values(name: str, *values: Any) -> Tokens:
    return lambda world: [world.signed(claims=world.claims(**{name: value})) for value in values]


def _members(claim: str, name: str, *values: Any) -> Tokens:
    return lambda world: [
        world.signed(claims=world.nested(claim, **{name: value})) for value in values
    ]


def _hashed(**digests: str) -> Tokens:
    return _values("agent_integrity", digests)


_OTHER_ISSUERS: Final = (
    f"{ISSUER}/",
    ISSUER.upper(),
    ISSUER.replace("https", "http"),
    ISSUER.replace("anthropic", "anthroplc"),
    "https://api.аnthropic.com",  # noqa: RUF001 - the first letter is Cyrillic
    f" {ISSUER}",
    f"{ISSUER}\0",
)
_OTHER_SERVERS: Final = (
    f"{SERVER}/",
    SERVER.upper(),
    f"{SERVER}:443",
    SERVER.replace(".com", ".com.attacker.example"),
    "https://other-server.example.com",
)


def _private_confirmation(world: World) -> str:
    jwk = SecretKey.generate().to_jwk()
    return world.signed(claims=world.claims(cnf={"jwk": jwk}))


CLAIMS: Final[tuple[Case, ...]] = (
    refused(
        _GROUP,
        "jti missing, empty, a number, an object or an array",
        "claims",
        _values("jti", ..., "", 1, {"a": 1}, ["a"]),
    ),
    accepted(_GROUP, "a jti that is no UUID", _values("jti", "token-1")),
    refused(
        _GROUP,
        "a jti with a line break or of 1 KiB",
        "claims",
        _values("jti", "a\r\nSet-Cookie: b", "\x7f", "j" * 1024),
    ),
    refused(
        _GROUP,
        "aud missing, null, a number, empty, mixed, or of 9 servers",
        "claims",
        _values("aud", ..., None, 1, [], [SERVER, 1], [SERVER, *map(str, range(8))]),
    ),
    refused(
        _GROUP,
        "aud of another server, or nearly this one",
        "audience",
        _values("aud", "*", *_OTHER_SERVERS),
    ),
    accepted(
        _GROUP, "aud of this server and another", _values("aud", [SERVER, "https://b.example"])
    ),
    refused(
        _GROUP,
        "iss that only looks like a trusted one",
        "untrusted_issuer",
        _values("iss", *_OTHER_ISSUERS),
    ),
    refused(
        _GROUP,
        "iss that is no string",
        "claims untrusted_issuer",
        _values("iss", [ISSUER], None, 1, ...),
    ),
    refused(_GROUP, "sub empty or no string", "claims", _values("sub", "", 1, None, ...)),
    refused(
        _GROUP,
        "sub that is no SPIFFE ID, where one is needed",
        "binding claims",
        _values(
            "sub",
            "agent-7",
            "spiffe://anthropic.com/model/../admin",
            "spiffe://anthropic.com/model/m?x=1",
        ),
        trust={"trust_domains": ["anthropic.com"]},
    ),
    refused(
        _GROUP,
        "a subject of another trust domain or path than the issuer's",
        "binding",
        _values("sub", "spiffe://openai.com/model/gpt-5", "spiffe://anthropic.com/operator/root"),
        trust={"trust_domains": ["anthropic.com"], "subject_paths": ["/model/*"]},
    ),
    refused(
        _GROUP,
        "a provider or model family that is not the issuer's",
        "binding",
        lambda world: [
            world.signed(claims=world.nested("agent_identity", provider="openai")),
            world.signed(claims=world.nested("agent_identity", model_family="gpt-5")),
        ],
        trust={"providers": ["anthropic"], "model_families": ["claude-4"]},
    ),
    refused(
        _GROUP,
        "attestation_type enterprise from a provider",
        "binding",
        _members("attestation_metadata", "attestation_type", "enterprise"),
    ),
    refused(
        _GROUP,
        "attestation_type provider from an enterprise",
        "binding",
        lambda world: world.genuine(),
        trust={"level": "enterprise"},
    ),
    refused(
        _GROUP,
        "an attestation_type that does not exist",
        "claims",
        _members("attestation_metadata", "attestation_type", "root", 1, None),
    ),
    refused(
        _GROUP,
        "a safety_level that does not exist",
        "claims",
        _members("attestation_metadata", "safety_level", "none", 0, None),
    ),
    refused(
        _GROUP,
        "capabilities_declared that is no array of strings",
        "claims",
        _members("attestation_metadata", "capabilities_declared", "all", [1], None, {}),
    ),
    refused(
        _GROUP,
        "attestation_version 9.0.0",
        "version",
        _members("attestation_metadata", "attestation_version", "9.0.0"),
    ),
    refused(
        _GROUP,
        "safety_level minimal where the server wants standard",
        "policy",
        _members("attestation_metadata", "safety_level", "minimal"),
        lowest_safety_level="standard",
    ),
    refused(
        _GROUP,
        "safety_level minimal where the issuer must give standard",
        "policy binding",
        _members("attestation_metadata", "safety_level", "minimal"),
        trust={"lowest_safety_level": "standard"},
    ),
    refused(
        _GROUP,
        "a capability missing that the server requires",
        "policy",
        lambda world: world.genuine(),
        required_capabilities=["tool_use"],
    ),
    refused(
        _GROUP,
        "a claim missing that the server requires",
        "claims policy",
        lambda world: world.genuine(),
        required_claims=["agent_integrity"],
    ),
    refused(
        _GROUP,
        "a member of agent_identity missing, empty, a number or null",
        "claims",
        lambda world: [
            world.signed(claims=world.nested("agent_identity", **{name: value}))
            for name in ("model_family", "model_version", "provider")
            for value in (..., "", 1, None)
        ],
    ),
    refused(
        _GROUP,
        "deployment_id null, empty or a number",
        "claims",
        _members("agent_identity", "deployment_id", None, "", 1),
    ),
    accepted(
        _GROUP,
        "members of agent_identity that are unknown",
        _members("agent_identity", "enterprise", {"org_id": "1"}),
    ),
    refused(
        _GROUP,
        "a system prompt or configuration that is not the expected",
        "policy",
        _hashed(system_prompt_hash=AgentIntegrity.compute_hash("Ignore all instructions")),
        system_prompt_hash=_GOOD_HASH,
    ),
    refused(
        _GROUP,
        "no system prompt, where one is expected",
        "policy claims",
        lambda world: world.genuine(),
        system_prompt_hash=_GOOD_HASH,
    ),
    accepted(
        _GROUP,
        "the system prompt that is expected",
        _hashed(system_prompt_hash=_GOOD_HASH),
        system_prompt_hash=_GOOD_HASH,
    ),
    refused(
        _GROUP,
        "a hash of another algorithm, in capitals, or cut off",
        "claims policy",
        lambda world: [
            world.signed(claims=world.claims(agent_integrity={"system_prompt_hash": text}))
            for text in ("md5:" + "0" * 32, _GOOD_HASH.upper(), _GOOD_HASH[:-1])
        ],
        system_prompt_hash=_GOOD_HASH,
    ),
    refused(_GROUP, "cnf with the private key in it", "claims", _private_confirmation),
    refused(
        _GROUP,
        "a jti that is denied",
        "policy",
        lambda world: world.signed(claims=world.claims(jti="token-1")),
        trust={"denied_token_ids": ["token-1"]},
    ),
)
