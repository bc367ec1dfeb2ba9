#ifndef CALLGATE_CORE_ENVELOPE_TIMESTAMP_H_
#define CALLGATE_CORE_ENVELOPE_TIMESTAMP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "callgate/time.h"

namespace callgate::envelope {

inline constexpr std::size_t kLongestTimestamp = 30;  // with nine decimals

struct Timestamp {
  std::int64_t seconds;  // what is signed
  Time time;             // with milliseconds; further digits dropped
  bool has_remainder;    // whether a dropped digit was not zero
};

// Reads exactly YYYY-MM-DDThh:mm:ssZ, with up to nine decimals of the seconds: the only spelling
// that every language reads alike. Years 2001 to 2200, real dates, no leap seconds.
std::optional<Timestamp> ReadTimestamp(std::string_view text);

// Whole seconds since 1970 within the same years.
std::optional<Timestamp> ReadTimestamp(std::int64_t seconds);

// YYYY-MM-DDThh:mm:ss.sssZ
std::string WriteTimestamp(Time time);

}  // namespace callgate::envelope

#endif  // CALLGATE_CORE_ENVELOPE_TIMESTAMP_H_
