// One token under one snapshot of trust, without its use: no replay, no proof.
#ifndef CALLGATE_CORE_ATTESTATION_JUDGE_H_
#define CALLGATE_CORE_ATTESTATION_JUDGE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/attestation_verifier.h"
#include "core/attestation/refusal.h"
#include "core/attestation/times.h"
#include "core/attestation/trust_state.h"

namespace callgate::attestation {

// The key whose possession must be shown.
struct Confirmation {
  PreparedKey key;
  Sha256Digest thumbprint{};  // RFC 7638
  Sha256Digest bucket{};      // of the replay claims of its proofs
  std::string token_hash;     // SHA-256 of the token, in base64url: what ath must be
};

// A token that verified. What is here stays true under one generation of trust, but for the times.
struct VerifiedToken {
  std::string issuer;
  std::string key_id;
  std::string subject;
  std::string token_id;
  std::string claims_json;
  TrustLevel trust_level = TrustLevel::kNone;
  Times times;
  PublicKey issuer_key;
  Sha256Digest bucket{};  // of the issuer
  std::optional<Confirmation> confirmation;
};

// What a judgement came to: a token, or a refusal, with which `missing_key_of` and `missing_key_id`
// may say which key could be fetched.
struct Judgement {
  std::shared_ptr<const VerifiedToken> token;
  Refusal refusal{AttestationReason::kMalformed, "", ""};
  std::string missing_key_of;
  std::string missing_key_id;
};

[[nodiscard]] Judgement Judge(std::string_view token, const TrustState& trust,
                              const AttestationExpectations& expected, Time now);

// What Judge checks of claims that verified before, under the trust of now.
[[nodiscard]] Refused JudgeClaimsAgain(std::string_view claims_json, const Issuer& issuer,
                                       const AttestationExpectations& expected);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_JUDGE_H_
