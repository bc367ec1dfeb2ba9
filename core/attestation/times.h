#ifndef CALLGATE_CORE_ATTESTATION_TIMES_H_
#define CALLGATE_CORE_ATTESTATION_TIMES_H_

#include <chrono>
#include <cstdint>

#include "callgate/time.h"
#include "core/attestation/refusal.h"

namespace callgate::attestation {

// Of a token; seconds since 1970, at most 2^53.
struct Times {
  std::int64_t issued_at = 0;
  std::int64_t not_before = 0;  // iat where the token has no nbf
  std::int64_t expires_at = 0;
};

inline Time TimeOf(std::int64_t seconds) { return Time{std::chrono::milliseconds{seconds * 1000}}; }

// The checks that are made again at every use of a token: kExpired from exp + skew on, kNotYetValid
// where iat or nbf lies ahead by more than the skew.
[[nodiscard]] Refused CheckTimes(const Times& times, Time now, std::chrono::seconds skew);

// kLifetime where the token lives longer than `longest` seconds. What passes this and CheckTimes
// was issued no longer ago than that and the skew.
[[nodiscard]] Refused CheckLifetime(const Times& times, std::int64_t longest);

}  // namespace callgate::attestation

#endif  // CALLGATE_CORE_ATTESTATION_TIMES_H_
