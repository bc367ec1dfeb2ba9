#ifndef CALLGATE_CORE_TOKEN_NUMERIC_DATE_H_
#define CALLGATE_CORE_TOKEN_NUMERIC_DATE_H_

#include <cstdint>
#include <optional>

#include "callgate/json.h"
#include "callgate/time.h"

namespace callgate::token {

// What becomes of a fraction of a millisecond.
enum class Rounding : std::uint8_t { kDown, kUp };

// The NumericDate of RFC 7519 section 2: seconds since 1970, whole or with a fraction, read from
// its digits, so that no double rounds it. nullopt for another kind of value, an exponent, a sign,
// and times outside kEarliestTime..kLatestTime.
std::optional<Time> ReadNumericDate(json::Value value, Rounding rounding);

}  // namespace callgate::token

#endif  // CALLGATE_CORE_TOKEN_NUMERIC_DATE_H_
