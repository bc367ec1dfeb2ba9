// The form of token that every public reader of these tokens takes.
#ifndef CALLGATE_CORE_ATTESTATION_PROFILE_H_
#define CALLGATE_CORE_ATTESTATION_PROFILE_H_

#include <optional>
#include <string>

#include "callgate/error.h"
#include "callgate/json.h"
#include "core/attestation/claims.h"

namespace callgate::attestation {

// INVALID_TOKEN with the place for what the profile does not have. REQUIRES: iss is a string, and
// `read` what ReadClaims made of the claims.
std::optional<Error> CheckProfile(json::Value claims, const Claims& read);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_PROFILE_H_
