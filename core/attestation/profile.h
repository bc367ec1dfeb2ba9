// The form of token that every public reader of these tokens takes.
#ifndef CALLGATE_CORE_ATTESTATION_PROFILE_H_
#define CALLGATE_CORE_ATTESTATION_PROFILE_H_

#include <optional>
#include <string>

#include "callgate/error.h"
#include "callgate/json.h"

namespace callgate::attestation {

// INVALID_TOKEN with the place for what the profile does not have. REQUIRES: ReadClaims took them.
std::optional<Error> CheckProfile(json::Value claims);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_PROFILE_H_
