// Time is always a parameter: the core reads no clock.
#ifndef CALLGATE_TIME_H_
#define CALLGATE_TIME_H_

#include <chrono>

#include "callgate/result.h"

namespace callgate {

// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

inline constexpr Time kEarliestTime{std::chrono::milliseconds{978'307'200'000}};  // 2001-01-01
inline constexpr Time kLatestTime{std::chrono::milliseconds{7'258'118'400'000}};  // 2200-01-01

// The freshness window of envelopes: |now - timestamp| may be this large.
inline constexpr std::chrono::milliseconds kDefaultWindow{30'000};
inline constexpr std::chrono::milliseconds kLargestWindow{300'000};

// INVALID_ARGUMENT unless kEarliestTime <= now <= kLatestTime. A clock that says otherwise is
// broken, or its unit was mistaken; deciding freshness by it would be a guess.
inline Result<void> CheckTime(Time now) {
  if (now < kEarliestTime || now > kLatestTime) {
    return Error{ErrorCode::kInvalidArgument, "now must lie between the years 2001 and 2200",
                 "now"};
  }
  return {};
}

}  // namespace callgate

#endif  // CALLGATE_TIME_H_
