#include "core/gate/planned_call.h"

namespace callgate::gate {

bool IsFresh(const PlannedCall& call, Time at) noexcept {
  if (at - call.timestamp > call.window) return false;
  const std::chrono::milliseconds ahead = call.timestamp - at;
  return ahead < call.window || (ahead == call.window && !call.timestamp_has_remainder);
}

ErrorCode StaleCode(PlannedCall& call) {
  if (call.times.has_stepped_back() && IsFresh(call, call.times.now)) {
    return ErrorCode::kClockStepped;
  }
  call.record->cause = "outside_window";
  call.record->reason = "the timestamp is outside the freshness window";
  return ErrorCode::kReplayDetected;
}

}  // namespace callgate::gate
