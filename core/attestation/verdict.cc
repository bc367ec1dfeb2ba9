#include "core/attestation/verdict.h"

#include <utility>

namespace callgate {
namespace attestation {
namespace {

bool AdmitsInvalid(const AttestationExpectations& expected) {
  return expected.policy != AttestationPolicy::kRequired && !expected.reject_invalid;
}

// A token that is bound to a key is refused without its proof under every policy: who presents one
// that is not theirs must not be taken for somebody without a token.
bool IsAdmitted(AttestationReason reason, bool admits_invalid) {
  return admits_invalid && reason != AttestationReason::kProof;
}

}  // namespace

AttestationVerdict RefusedVerdict(Refusal refusal, const AttestationExpectations& expected,
                                  std::uint64_t generation) {
  AttestationVerdict verdict;
  verdict.admits_invalid = AdmitsInvalid(expected);
  verdict.admitted = refusal.reason == AttestationReason::kNotProvided
                         ? expected.policy != AttestationPolicy::kRequired
                         : IsAdmitted(refusal.reason, verdict.admits_invalid);
  verdict.reason = refusal.reason;
  verdict.where = std::move(refusal.where);
  verdict.message = refusal.message;
  verdict.generation = generation;
  return verdict;
}

AttestationVerdict VerifiedVerdict(const VerifiedToken& token, ReplayClaim replay, bool proven,
                                   const AttestationExpectations& expected,
                                   std::uint64_t generation) {
  AttestationVerdict verdict;
  verdict.verified = true;
  verdict.admitted = true;
  verdict.admits_invalid = AdmitsInvalid(expected);
  verdict.issuer = token.issuer;
  verdict.key_id = token.key_id;
  verdict.subject = token.subject;
  verdict.token_id = token.token_id;
  verdict.claims_json = token.claims_json;
  verdict.trust_level = token.trust_level;
  verdict.audience_checked = !expected.any_audience;
  verdict.proven = proven;
  verdict.issuer_key = token.issuer_key;
  if (token.confirmation) verdict.confirmation_key = token.confirmation->key.key();
  verdict.expires_at = TimeOf(token.times.expires_at);
  verdict.replay = replay;
  verdict.generation = generation;
  return verdict;
}

}  // namespace attestation

AttestationVerdict AttestationVerdict::Refused(AttestationReason refused_for) const {
  AttestationVerdict refused;
  refused.admits_invalid = admits_invalid;
  refused.admitted = attestation::IsAdmitted(refused_for, admits_invalid);
  refused.reason = refused_for;
  refused.message = AttestationReasonMeaning(refused_for);
  refused.issuer = issuer;
  refused.key_id = key_id;
  refused.token_id = token_id;
  refused.generation = generation;
  return refused;
}

}  // namespace callgate
