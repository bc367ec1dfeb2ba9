#ifndef CALLGATE_CORE_ATTESTATION_REFUSAL_H_
#define CALLGATE_CORE_ATTESTATION_REFUSAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "callgate/attestation_reason.h"

namespace callgate::attestation {

// Why a token or proof is refused, and which part of it.
struct Refusal {
  AttestationReason reason;
  std::string where;
  std::string_view message;  // a literal
};

// nullopt: the check passed.
using Refused = std::optional<Refusal>;

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_REFUSAL_H_
