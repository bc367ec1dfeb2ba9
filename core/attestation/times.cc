#include "core/attestation/times.h"

namespace callgate::attestation {

Refused CheckTimes(const Times& times, Time now, std::chrono::seconds skew) {
  if (now >= TimeOf(times.expires_at) + skew) {
    return Refusal{AttestationReason::kExpired, "claims/exp", "exp has passed"};
  }
  if (TimeOf(times.issued_at) > now + skew) {
    return Refusal{AttestationReason::kNotYetValid, "claims/iat", "iat lies ahead"};
  }
  if (TimeOf(times.not_before) > now + skew) {
    return Refusal{AttestationReason::kNotYetValid, "claims/nbf", "nbf has not been reached"};
  }
  return std::nullopt;
}

Refused CheckLifetime(const Times& times, std::int64_t longest) {
  if (times.expires_at - times.issued_at > longest) {
    return Refusal{AttestationReason::kLifetime, "claims/exp",
                   "exp lies later after iat than the issuer may go"};
  }
  return std::nullopt;
}

}  // namespace callgate::attestation
