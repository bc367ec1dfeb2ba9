// What an issuer may attest, and what a server asks for.
#ifndef CALLGATE_CORE_ATTESTATION_RULES_H_
#define CALLGATE_CORE_ATTESTATION_RULES_H_

#include "callgate/attestation_verifier.h"
#include "callgate/json.h"
#include "core/attestation/claims.h"
#include "core/attestation/refusal.h"
#include "core/attestation/trust_state.h"

namespace callgate::attestation {

// kAudience.
[[nodiscard]] Refused CheckAudience(json::Value root, const AttestationExpectations& expected);

// kBinding where the issuer may not attest this type, subject, provider or model family; kPolicy
// for a jti that is denied, a safety level that is too low, a capability that is missing, and
// another config_hash or system_prompt_hash than expected; kClaims where a required claim is
// missing.
[[nodiscard]] Refused CheckRules(json::Value root, const Claims& claims, const Issuer& issuer,
                                 const AttestationExpectations& expected);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_RULES_H_
