#include "core/attestation/judge.h"

#include <utility>

#include "core/attestation/claims.h"
#include "core/attestation/jws.h"
#include "core/attestation/replay.h"
#include "core/attestation/rules.h"
#include "core/token/claims.h"

namespace callgate::attestation {
namespace {

// What a header and iss say of the key: the only parts of a token that count before its signature.
struct SignedBy {
  std::string_view issuer_name;
  std::string_view key_id;
  const Issuer* issuer = nullptr;
  const PreparedKey* key = nullptr;
};

Refused CheckType(const Jws& jws, const TrustState& trust) {
  const auto type = jws.type();
  if (!type ||
      (type->is_string() && (type->string() == "JWT" || trust.types.contains(type->string())))) {
    return std::nullopt;
  }
  return Refusal{AttestationReason::kMalformed, "header/typ",
                 "typ must be JWT, or a type that is configured, where there is one"};
}

Refused FindSigner(const Jws& jws, const TrustState& trust, SignedBy& by) {
  const auto key_id = jws.key_id();
  if (!key_id || !key_id->is_string() || !token::IsName(key_id->string())) {
    return Refusal{AttestationReason::kKid, "header/kid",
                   "kid must be a string of 1 to 256 bytes without control characters"};
  }
  by.key_id = key_id->string();
  const auto iss = jws.claims.root().Find("iss");
  if (!iss || !iss->is_string()) {
    return Refusal{AttestationReason::kClaims, "claims/iss", "iss must be a string"};
  }
  by.issuer_name = iss->string();
  by.issuer = trust.Find(by.issuer_name);
  if (by.issuer == nullptr) {
    return Refusal{AttestationReason::kUntrustedIssuer, "claims/iss",
                   "iss is not one of the trusted issuers"};
  }
  by.key = by.issuer->FindKey(by.key_id);
  if (by.key == nullptr) {
    return Refusal{AttestationReason::kKid, "header/kid", "the issuer has no such key"};
  }
  return std::nullopt;
}

Refused CheckClaims(json::Value root, const Issuer& issuer, const AttestationExpectations& expected,
                    Time now, Claims& claims) {
  if (Refused refused = ReadClaims(root, claims)) return refused;
  if (Refused refused = CheckLifetime(claims.times, issuer.longest_lifetime)) return refused;
  if (Refused refused = CheckTimes(claims.times, now, expected.skew)) return refused;
  if (Refused refused = CheckAudience(root, expected)) return refused;
  return CheckRules(root, claims, issuer, expected);
}

std::shared_ptr<const VerifiedToken> Verified(std::string_view token, const Jws& jws,
                                              const SignedBy& by, const Claims& claims) {
  auto verified = std::make_shared<VerifiedToken>(VerifiedToken{
      .issuer = std::string(by.issuer_name),
      .key_id = std::string(by.key_id),
      .subject = std::string(claims.subject),
      .token_id = std::string(claims.token_id),
      .claims_json = {},
      .trust_level = by.issuer->level,
      .times = claims.times,
      .issuer_key = by.key->key(),
      .bucket = by.issuer->bucket,
      .confirmation = {},
  });
  verified->claims_json.reserve(token.size());
  json::WriteLexical(jws.claims.root(), json::KeyOrder::kCodePoint, verified->claims_json);
  if (claims.confirmation_key) {
    const Sha256Digest thumbprint = Sha256(claims.confirmation_key->ToJwk());
    verified->confirmation =
        Confirmation{PreparedKey(*claims.confirmation_key), thumbprint, ProofBucket(thumbprint),
                     Base64UrlEncode(AsBytes(Sha256(token)))};
  }
  return verified;
}

}  // namespace

Judgement Judge(std::string_view token, const TrustState& trust,
                const AttestationExpectations& expected, Time now) {
  Judgement judgement;
  const auto refuse = [&judgement](Refusal refusal) {
    judgement.refusal = std::move(refusal);
    return std::move(judgement);
  };
  Refusal malformed = judgement.refusal;
  const std::optional<Jws> jws =
      ReadJws(token, kMaxAttestationTokenBytes, trust.accepts_ed25519_alg, malformed);
  if (!jws) {
    if (malformed.where.empty()) malformed.where = "token";
    return refuse(std::move(malformed));
  }
  if (Refused refused = CheckType(*jws, trust)) return refuse(*std::move(refused));
  SignedBy by;
  if (Refused refused = FindSigner(*jws, trust, by)) {
    if (by.issuer != nullptr && by.issuer->fetches_keys &&
        !by.issuer->denied_key_ids.contains(by.key_id)) {
      judgement.missing_key_of = by.issuer_name;
      judgement.missing_key_id = by.key_id;
    }
    return refuse(*std::move(refused));
  }
  if (!by.key->Verify(jws->signature, jws->signing_input)) {
    return refuse({AttestationReason::kSignature, "signature", "it does not verify"});
  }
  // Only from here on is anything else that the token says looked at.
  Claims claims;
  if (Refused refused = CheckClaims(jws->claims.root(), *by.issuer, expected, now, claims)) {
    return refuse(*std::move(refused));
  }
  judgement.token = Verified(token, *jws, by, claims);
  return judgement;
}

Refused JudgeClaimsAgain(std::string_view claims_json, const Issuer& issuer,
                         const AttestationExpectations& expected) {
  const Result<json::Document> document = json::Parse(claims_json);
  Claims claims;
  if (!document) {
    return Refusal{AttestationReason::kMalformed, "claims", "they must be a JSON object"};
  }
  if (Refused refused = ReadClaims(document->root(), claims)) return refused;
  if (Refused refused = CheckAudience(document->root(), expected)) return refused;
  return CheckRules(document->root(), claims, issuer, expected);
}

}  // namespace callgate::attestation
