// The ledger's time: the latest `now` ever seen. It never runs backwards by itself.
#ifndef CALLGATE_CORE_LEDGER_CLOCK_H_
#define CALLGATE_CORE_LEDGER_CLOCK_H_

#include <atomic>

#include "callgate/time.h"

namespace callgate::ledger {

// Thread-safe.
class Clock {
 public:
  // Has the clock see `now`; returns the ledger's time, which is `now` or later.
  Time Observe(Time now) noexcept {
    std::int64_t latest = latest_.load(std::memory_order_acquire);
    const std::int64_t seen = now.time_since_epoch().count();
    while (latest < seen) {
      if (latest_.compare_exchange_weak(latest, seen, std::memory_order_acq_rel)) return now;
    }
    return Time(std::chrono::milliseconds(latest));
  }

  Time time() const noexcept {
    return Time(std::chrono::milliseconds(latest_.load(std::memory_order_acquire)));
  }
  // What Observe would return, without seeing.
  Time Peek(Time now) const noexcept { return std::max(now, time()); }

  void Set(Time now) noexcept {
    latest_.store(now.time_since_epoch().count(), std::memory_order_release);
  }

 private:
  std::atomic<std::int64_t> latest_{0};
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_CLOCK_H_
