// No token or proof verifies but those that were signed, byte for byte; of what is signed, only
// what keeps the rules; what is issued verifies; and a message says the same of its params as they
// do.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "callgate/attestation.h"
#include "callgate/json.h"
#include "fuzz/input.h"

namespace {

using callgate::AsBytes;
using callgate::AttestationEra;
using callgate::AttestationTrust;
using callgate::AttestationVerdict;
using callgate::AttestationVerifier;
using callgate::Base64UrlEncode;
using callgate::RequestProof;
using callgate::SecretKey;
using callgate::Sha256;
using callgate::Time;
using callgate::fuzz::Edited;
using callgate::fuzz::Input;
using callgate::fuzz::Require;
using std::chrono::seconds;

constexpr Time kNow{seconds{1'796'083'200}};  // as the vectors
constexpr std::string_view kServer = "https://server.example";
constexpr std::string_view kMethod = "tools/call";

std::string Sign(const SecretKey& key, std::string_view header, std::string_view claims) {
  const std::string input = Base64UrlEncode(header) + '.' + Base64UrlEncode(claims);
  return input + '.' + Base64UrlEncode(AsBytes(key.Sign(input)));
}

AttestationVerifier MakeVerifier(const SecretKey& key, const std::string& issuer, bool any_audience,
                                 callgate::TrustLevel level = callgate::TrustLevel::kProvider) {
  callgate::IssuerTrust trust;
  trust.issuer = issuer;
  trust.level = level;
  trust.keys = {{"key-1", key.public_key()}};
  trust.longest_lifetime = any_audience ? seconds{86'400} : seconds{300};
  callgate::AttestationExpectations expected;
  if (any_audience) {
    expected.any_audience = true;
  } else {
    expected.audience = kServer;
  }
  return AttestationVerifier::Create(AttestationTrust::Create(std::vector{trust}).value(), expected)
      .value();
}

struct World {
  SecretKey issuer = SecretKey::FromBytes(std::string(32, 'i')).value();
  SecretKey agent = SecretKey::FromBytes(std::string(32, '\x33')).value();
  AttestationVerifier verifier = MakeVerifier(issuer, "https://issuer.example", false);
  std::string bearer = Issue("");
  std::string bound = Issue(R"(,"cnf":{"jwk":)" + agent.public_key().ToJwk() + "}");
  std::string proof =
      callgate::IssueRequestProof(bound, kServer, kMethod, Sha256("{}"), agent, kNow).value();

  std::string Issue(const std::string& more) const {
    return callgate::IssueAttestation(
               R"({"iss":"https://issuer.example","sub":"spiffe://acme.example/model/m1",)"
               R"("aud":"https://server.example","jti":"0a1b2c3d-0000-4000-8000-000000000001",)"
               R"("agent_identity":{"model_family":"m","model_version":"m1","provider":"acme"},)"
               R"("attestation_metadata":{"attestation_version":"0.1.0"})" +
                   more + "}",
               issuer, kNow, {.key_id = "key-1"})
        .value();
  }
  AttestationVerdict WithProof(std::string_view token, std::string_view with) const {
    return verifier.Verify(token, RequestProof{with, kMethod, Sha256("{}")}, kNow,
                           AttestationEra::kModern);
  }
};

void CheckRefused(const AttestationVerdict& verdict) {
  Require(!verdict.verified && !verdict.admitted, "what was not signed is refused");
  Require(!verdict.message.empty() && verdict.subject.empty(), "a refusal says why, and no more");
  Require(!verdict.replay, "a refused token uses nothing up");
}

void CheckBearer(const World& world, const std::string& token) {
  const AttestationVerdict verdict = world.verifier.Verify(token, {}, kNow);
  if (token == world.bearer) return Require(verdict.verified, "what was issued verifies");
  CheckRefused(verdict);
}

void CheckBound(const World& world, const std::string& token, const std::string& proof) {
  const AttestationVerdict verdict = world.WithProof(token, proof);
  if (token == world.bound && proof == world.proof) {
    return Require(verdict.proven, "what was proven verifies");
  }
  CheckRefused(verdict);
}

void CheckClaims(const AttestationVerdict& verdict, std::string_view header,
                 std::string_view text) {
  Require(verdict.issuer == "https://issuer.example" && verdict.key_id == "key-1", "the issuer");
  Require(!verdict.subject.empty() && !verdict.token_id.empty(), "sub and jti are required");
  Require(kNow < verdict.expires_at + seconds{30}, "an expired token is refused");
  Require(verdict.expires_at <= kNow + seconds{330}, "the longest lifetime");
  const auto head = callgate::json::Parse(header);
  Require(head.ok() && head->root().is_object(), "the header is an object");
  for (const auto& [key, value] : head->root().members()) {
    Require(key == "alg" || key == "typ" || key == "kid", "the header holds nothing else");
  }
  Require(head->root().Find("alg")->string() == "EdDSA", "the algorithm is EdDSA");
  const auto claims = callgate::json::Parse(text);
  Require(claims.ok(), "the claims are JSON");
  std::string lexical;
  WriteLexical(claims->root(), callgate::json::KeyOrder::kCodePoint, lexical);
  Require(lexical == verdict.claims_json, "all claims are given as they were signed");
}

void CheckSigned(const World& world, Input& input) {
  constexpr std::array<std::string_view, 4> kHeaders = {
      R"({"alg":"EdDSA","kid":"key-1"})", R"({"alg":"EdDSA","typ":"JWT","kid":"key-1"})",
      R"({"alg":"none","kid":"key-1"})", R"({"alg":"EdDSA","kid":"key-1","crit":["b64"]})"};
  std::string header(kHeaders[input.Below(kHeaders.size())]);
  if (input.Below(2) == 1) header = Edited(input, header);
  const std::string text(input.Rest());
  const std::string token = Sign(world.issuer, header, text);
  // A key that the host has proven lets a token with cnf pass too, where it is that key.
  const AttestationVerdict verdict = world.verifier.Verify(token, world.agent.public_key(), kNow);
  if (!verdict.verified) return;
  CheckClaims(verdict, header, text);
  Require(verdict.replay.has_value(), "a token is used once");
  Require(!world.verifier.Verify(token, {}, verdict.expires_at + seconds{30}).verified,
          "exp and skew end a token");
  Require(world.verifier.JudgeAgain(verdict).verified, "the same trust says the same");
}

void CheckSignedProof(const World& world, Input& input) {
  constexpr std::array<std::string_view, 2> kHeaders = {
      R"({"alg":"EdDSA","typ":"mcp-request-proof+jwt"})", R"({"alg":"EdDSA","typ":"JWT"})"};
  const std::string header(kHeaders[input.Below(kHeaders.size())]);
  const std::string text(input.Rest());
  const AttestationVerdict verdict = world.WithProof(world.bound, Sign(world.agent, header, text));
  if (!verdict.verified) return;
  const auto claims = callgate::json::Parse(text);
  Require(claims.ok() && header == kHeaders[0], "a proof is one");
  Require(claims->root().Find("aud")->string() == kServer, "aud");
  Require(claims->root().Find("mth")->string() == kMethod, "mth");
  Require(claims->root().Find("ath")->string() == Base64UrlEncode(AsBytes(Sha256(world.bound))),
          "ath");
  Require(claims->root().Find("rqh")->string() == Base64UrlEncode(AsBytes(Sha256("{}"))), "rqh");
}

void CheckMessage(const World& world, std::string_view text) {
  const auto message = callgate::ReadAttestedMessage(text);
  if (!message) return Require(!message.error().message.empty(), "a refusal says why");
  Require(!world.verifier.Verify(*message, kNow).proven || message->proof, "a proof is needed");
  if (message->kind == callgate::AttestedMessage::Kind::kResponse) return;
  Require(message->request_hash.has_value() != message->unhashable.has_value(), "hash or place");
  const auto document = callgate::json::Parse(text);
  const auto params = document->root().Find("params");
  std::string lexical = "{}";
  if (params) {
    lexical.clear();
    WriteLexical(*params, callgate::json::KeyOrder::kCodePoint, lexical);
  }
  const auto hash = callgate::AttestationRequestHash(lexical, message->era);
  Require(hash.ok() == message->request_hash.has_value(), "both sides can hash, or neither");
  if (hash) Require(*hash == *message->request_hash, "both sides hash the same");
}

void CheckKeys(std::string_view text) {
  const auto jwks = callgate::ReadAttestationJwks(text);
  if (!jwks) return;
  Require(jwks->keys.size() + jwks->skipped.size() <= callgate::kMaxKeysOfIssuer, "bounded");
  callgate::IssuerTrust trust;
  trust.issuer = "https://issuer.example";
  trust.keys = jwks->keys;
  Require(AttestationTrust::Create(std::vector{trust}).ok(), "the keys of a set are usable");
}

void CheckIssued(const World& world, std::string_view claims) {
  const auto token = callgate::IssueAttestation(claims, world.issuer, kNow, {.key_id = "key-1"});
  if (!token) return Require(!token.error().message.empty(), "a refusal says why");
  const auto document = callgate::json::Parse(claims);
  const std::string issuer(document->root().Find("iss")->string());
  // The level is the issuer's, and it may be either.
  for (const auto level : {callgate::TrustLevel::kProvider, callgate::TrustLevel::kEnterprise}) {
    const AttestationVerdict verdict =
        MakeVerifier(world.issuer, issuer, true, level).Verify(*token, {}, kNow);
    if (verdict.verified || verdict.reason == callgate::AttestationReason::kProof) return;
  }
  Require(false, "what was issued verifies");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  Input input(data, size);
  switch (input.Below(9)) {
    case 0:
      CheckBearer(world, std::string(input.Rest()));
      break;
    case 1:
      CheckBearer(world, Edited(input, world.bearer));
      break;
    case 2:
      CheckBound(world, Edited(input, world.bound), world.proof);
      break;
    case 3:
      CheckBound(world, world.bound, Edited(input, world.proof));
      break;
    case 4:
      CheckSigned(world, input);
      break;
    case 5:
      CheckSignedProof(world, input);
      break;
    case 6:
      CheckMessage(world, input.Rest());
      break;
    case 7:
      CheckKeys(input.Rest());
      break;
    case 8:
      CheckIssued(world, input.Rest());
      break;
  }
  return 0;
}
