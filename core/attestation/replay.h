// The keys under which tokens and proofs are remembered as used.
#ifndef CALLGATE_CORE_ATTESTATION_REPLAY_H_
#define CALLGATE_CORE_ATTESTATION_REPLAY_H_

#include <string_view>

#include "callgate/crypto.h"

namespace callgate::attestation {

// Each is the SHA-256 of a tag of its own and of its parts, each after its length, so that no two
// kinds and no two pairs spell the same bytes.
Sha256Digest IssuerBucket(std::string_view issuer);
Sha256Digest TokenReplayKey(std::string_view issuer, std::string_view token_id);
// `thumbprint`: of the key that signs proofs (RFC 7638).
Sha256Digest ProofBucket(const Sha256Digest& thumbprint);
Sha256Digest ProofReplayKey(const Sha256Digest& thumbprint, std::string_view proof_id);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_REPLAY_H_
