#ifndef CALLGATE_CORE_ATTESTATION_VERDICT_H_
#define CALLGATE_CORE_ATTESTATION_VERDICT_H_

#include "callgate/attestation_verifier.h"
#include "core/attestation/judge.h"
#include "core/attestation/refusal.h"

namespace callgate::attestation {

// A refusal under the policy: the one place that says whether the caller is let in all the same.
AttestationVerdict RefusedVerdict(Refusal refusal, const AttestationExpectations& expected,
                                  std::uint64_t generation);
// A token that verified, and whose use was shown to be right but for `replay`.
AttestationVerdict VerifiedVerdict(const VerifiedToken& token, ReplayClaim replay, bool proven,
                                   const AttestationExpectations& expected,
                                   std::uint64_t generation);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_VERDICT_H_
