#ifndef CALLGATE_CORE_TOKEN_CLAIMS_H_
#define CALLGATE_CORE_TOKEN_CLAIMS_H_

#include <string>
#include <string_view>

#include "callgate/json.h"
#include "callgate/token.h"

namespace callgate::token {

inline constexpr std::size_t kMaxNameBytes = 256;  // of sub, scp, jti and kid

// INVALID_TOKEN, "/exp" and the like.
Error Invalid(std::string message, std::string where = "");

// True for 1 to `max_bytes` bytes of UTF-8 without control characters.
[[nodiscard]] bool IsName(std::string_view text, std::size_t max_bytes = kMaxNameBytes);

// INVALID_ARGUMENT for a leeway out of range, and for an audience together with any audience.
Result<void> CheckExpectations(const TokenExpectations& expectations);

// Reads claims, and checks whatever does not depend on the time of day: types, required claims,
// exp after iat and nbf, the lifetime, iss where it is expected, and aud. INVALID_TOKEN with the
// claim in `where`. `key_id` is left empty.
Result<TokenClaims> ReadClaims(json::Value claims, const TokenExpectations& expectations);

}  // namespace callgate::token

namespace callgate {

// The checks that must be made again at every use of a token, also of a remembered one: iat not
// more than kIssuedAheadTolerance ahead, nbf reached, exp not passed. EXPIRED_TOKEN for the last,
// INVALID_TOKEN for the others. REQUIRES: 0 <= leeway <= kLargestLeeway.
Result<void> CheckTokenTimes(const TokenClaims& claims, Time now, std::chrono::seconds leeway);

}  // namespace callgate

#endif  // CALLGATE_CORE_TOKEN_CLAIMS_H_
