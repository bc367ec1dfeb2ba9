// A proof of possession (typ mcp-request-proof+jwt) for one message.
#ifndef CALLGATE_CORE_ATTESTATION_PROOF_H_
#define CALLGATE_CORE_ATTESTATION_PROOF_H_

#include <chrono>
#include <string_view>

#include "callgate/attestation_verifier.h"
#include "callgate/replay_claim.h"
#include "core/attestation/judge.h"
#include "core/attestation/refusal.h"

namespace callgate::attestation {

inline constexpr std::string_view kProofType = "mcp-request-proof+jwt";

// kProof unless `request.proof` is signed by the token's key, for this audience, token, method and
// request hash, and its iat lies in now - kRequestProofLifetime..now + skew. `replay` is then what
// must happen once.
[[nodiscard]] Refused CheckProof(const RequestProof& request, const Confirmation& confirmation,
                                 std::string_view audience, bool accepts_ed25519_alg, Time now,
                                 std::chrono::seconds skew, ReplayClaim& replay);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_PROOF_H_
