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

// The claims with iat, nbf, exp and jti, keys sorted.
Result<std::string> CompleteClaims(json::Value given, Time now, seconds lifetime) {
  std::int64_t issued_at = (std::chrono::floor<seconds>(now) - std::min(kBackDated, lifetime / 2))
                               .time_since_epoch()
                               .count();
  const auto iat = given.Find("iat");
  // Where iat is malformed, that is what will be reported.
  if (iat && !attestation::ReadSeconds(iat, issued_at)) issued_at = 0;
  std::string text;
  json::ObjectWriter complete(text);
  for (const auto& [name, value] : given.members()) {
    json::WriteLexical(value, json::KeyOrder::kCodePoint, complete.Raw(name));
  }
  if (!iat) complete.Integer("iat", issued_at);
  if (!given.Find("nbf")) complete.Integer("nbf", issued_at);
  if (!given.Find("exp")) complete.Integer("exp", issued_at + lifetime.count());
  if (!given.Find("jti")) complete.Text("jti", token::RandomUuid());
  complete.End();
  return text;
}

// INVALID_TOKEN for what a verifier would refuse whatever it trusts, or what the profile has not.
Result<void> CheckIssuable(json::Value claims, Time now) {
  const auto iss = claims.Find("iss");
  if (!iss || !iss->is_string()) return token::Invalid("iss must be a string", "/iss");
  attestation::Claims read;
  attestation::Refused refused = attestation::ReadClaims(claims, read);
  if (!refused) {
    refused = attestation::CheckLifetime(
        read.times, std::chrono::duration_cast<seconds>(kLongestAttestationLifetime).count());
  }
  if (!refused) refused = attestation::CheckTimes(read.times, now, seconds{0});
  if (refused) {
    constexpr std::string_view kPrefix = "claims";
    return token::Invalid(std::string(refused->message), refused->where.substr(kPrefix.size()));
  }
  if (std::optional<Error> error = attestation::CheckProfile(claims)) return *std::move(error);
  return {};
}

std::string HeaderJson(std::string_view key_id) {
  std::string text;
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
  const Result<json::Document> given = json::Parse(claims_json);
  if (!given) return token::Invalid("the claims: " + given.error().message, given.error().where);
  if (!given->root().is_object()) return token::Invalid("the claims must be a JSON object");
  const Result<std::string> text = CompleteClaims(given->root(), now, options.lifetime);
  if (!text) return text.error();
  const Result<json::Document> complete = json::Parse(*text);
  if (!complete) return token::Invalid("the claims: " + complete.error().message);
  if (Result<void> ok = CheckIssuable(complete->root(), now); !ok) return ok.error();
  std::string sorted;
  json::WriteLexical(complete->root(), json::KeyOrder::kCodePoint, sorted);
  if (sorted.size() > kMaxAttestationPartBytes) {
    return token::Invalid("the claims must not be larger than 8 KiB");
  }
  return Base64UrlEncode(HeaderJson(options.key_id)) + '.' + Base64UrlEncode(sorted);
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
  if (!text) return text;
  return *text + '.' + Base64UrlEncode(AsBytes(key.Sign(*text)));
}

}  // namespace callgate
