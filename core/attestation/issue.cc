#include <algorithm>
#include <string>
#include <utility>

#include "callgate/attestation_issue.h"
#include "callgate/attestation_verifier.h"
#include "callgate/json.h"
#include "core/attestation/claims.h"
#include "core/attestation/jws.h"
#include "core/attestation/profile.h"
#include "core/attestation/times.h"
#include "core/json/object_writer.h"
#include "core/token/claims.h"
#include "core/token/uuid.h"

namespace callgate {
namespace {

using std::chrono::seconds;

constexpr seconds kBackDated{5};

Error Unacceptable(std::string message, std::string where) {
  return Error{ErrorCode::kInvalidArgument, std::move(message), std::move(where)};
}

Result<void> CheckOptions(Time now, const AttestationIssueOptions& options) {
  if (Result<void> ok = CheckTime(now); !ok) return ok;
  if (options.lifetime < seconds{1} || options.lifetime > kLongestAttestationLifetime) {
    return Unacceptable("lifetime must lie between 1 s and 24 h", "lifetime");
  }
  if (!json::IsValidUtf8(options.key_id) || !token::IsName(options.key_id)) {
    return Unacceptable("a key id has 1 to 256 bytes of UTF-8 without control characters",
                        "key_id");
  }
  return {};
}

// What is added to the claims where they have it not.
attestation::Completion CompletionOf(json::Value given, Time now, seconds lifetime,
                                     std::string_view token_id) {
  const Time back_dated = now - std::min(kBackDated, lifetime / 2);
  std::int64_t issued_at = std::chrono::floor<seconds>(back_dated).time_since_epoch().count();
  // Where iat is malformed, that is what will be reported.
  if (const auto iat = given.Find("iat"); iat && !attestation::ReadSeconds(*iat, issued_at)) {
    issued_at = 0;
  }
  return {issued_at, issued_at + lifetime.count(), token_id};
}

// The claims, keys sorted, and after them what is added. REQUIRES: `given` has members.
std::string CompleteClaims(json::Value given, const attestation::Completion& completion) {
  std::string added;
  added.reserve(160);
  json::ObjectWriter members(added);
  if (!given.Find("exp")) members.Integer("exp", completion.expires_at);
  if (!given.Find("iat")) members.Integer("iat", completion.issued_at);
  if (!given.Find("jti")) members.Text("jti", completion.token_id);
  if (!given.Find("nbf")) members.Integer("nbf", completion.issued_at);
  members.End();

  std::string text;
  text.reserve(1024);
  json::WriteLexical(given, json::KeyOrder::kCodePoint, text);
  if (added == "{}") return text;
  text.back() = ',';
  return text.append(added, 1);
}

// INVALID_TOKEN for what a verifier would refuse whatever it trusts, or what the profile has not.
Result<void> CheckIssuable(json::Value claims, Time now,
                           const attestation::Completion& completion) {
  const auto iss = claims.Find("iss");
  if (!iss || !iss->is_string()) return token::Invalid("iss must be a string", "/iss");
  attestation::Claims read;
  attestation::Refused refused = attestation::ReadClaims(claims, read, &completion);
  if (!refused) {
    refused = attestation::CheckLifetime(
        read.times, std::chrono::duration_cast<seconds>(kLongestAttestationLifetime).count());
  }
  if (!refused) refused = attestation::CheckTimes(read.times, now, seconds{0});
  if (refused) {
    constexpr std::string_view kPrefix = "claims";
    return token::Invalid(std::string(refused->message), refused->where.substr(kPrefix.size()));
  }
  if (std::optional<Error> error = attestation::CheckProfile(claims, read)) {
    return *std::move(error);
  }
  return {};
}

std::string HeaderJson(std::string_view key_id) {
  std::string text;
  text.reserve(64 + key_id.size());
  json::ObjectWriter header(text);
  header.Text("alg", "EdDSA");
  header.Text("kid", key_id);
  header.Text("typ", "JWT");
  header.End();
  return text;
}

}  // namespace

Result<std::string> AttestationSigningInput(std::string_view claims_json, Time now,
                                            const AttestationIssueOptions& options) {
  if (Result<void> ok = CheckOptions(now, options); !ok) return ok.error();
  Limits limits;
  limits.max_json_depth = kMaxAttestationDepth;
  const Result<json::Document> given = json::Parse(claims_json, limits);
  if (!given) return token::Invalid("the claims: " + given.error().message, given.error().where);
  const json::Value claims = given->root();
  if (!claims.is_object()) return token::Invalid("the claims must be a JSON object");
  const std::string token_id = token::RandomUuid();
  const attestation::Completion completion = CompletionOf(claims, now, options.lifetime, token_id);
  if (Result<void> ok = CheckIssuable(claims, now, completion); !ok) return ok.error();
  const std::string text = CompleteClaims(claims, completion);
  if (text.size() > kMaxAttestationPartBytes) {
    return token::Invalid("the claims must not be larger than 8 KiB");
  }
  return attestation::SigningInput(HeaderJson(options.key_id), text);
}

Result<std::string> AssembleAttestation(std::string_view signing_input,
                                        const Signature& signature) {
  std::string text = std::string(signing_input) + '.' + Base64UrlEncode(AsBytes(signature));
  attestation::Refusal refusal{AttestationReason::kMalformed, "", ""};
  if (!attestation::ReadJws(text, kMaxAttestationTokenBytes, true, refusal)) {
    return token::Invalid(std::string(refusal.message), refusal.where);
  }
  return text;
}

Result<std::string> IssueAttestation(std::string_view claims_json, const SecretKey& key, Time now,
                                     const AttestationIssueOptions& options) {
  Result<std::string> text = AttestationSigningInput(claims_json, now, options);
  if (text) attestation::AppendSignature(key, *text);
  return text;
}

}  // namespace callgate
