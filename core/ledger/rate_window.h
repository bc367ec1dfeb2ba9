// The calls charged to one limit, newest last: enough to know exactly how many lie in (now - P,
// now].
#ifndef CALLGATE_CORE_LEDGER_RATE_WINDOW_H_
#define CALLGATE_CORE_LEDGER_RATE_WINDOW_H_

#include <cstdint>
#include <memory>

namespace callgate::ledger {

// Times are milliseconds and never decrease. Not thread-safe.
class RateWindow {
 public:
  std::uint32_t size() const noexcept { return size_; }
  std::int64_t oldest() const noexcept { return At(0); }          // REQUIRES: size() > 0
  std::int64_t newest() const noexcept { return At(size_ - 1); }  // REQUIRES: size() > 0
  std::int64_t At(std::uint32_t i) const noexcept {
    const std::uint64_t slot = std::uint64_t{head_} + i;
    return times_[slot < capacity_ ? slot : slot - capacity_];
  }

  // How long after `now` fewer than `calls` calls lie in (now - period, now]; 0: now.
  std::int64_t Wait(std::uint32_t calls, std::int64_t period, std::int64_t now) const noexcept {
    if (size_ < calls) return 0;
    // There is room once the calls-th newest call is a period old.
    const std::int64_t free_at = At(size_ - calls) + period;
    return free_at <= now ? 0 : free_at - now;
  }

  void Add(std::int64_t time);
  // Forgets calls at or before `time`; returns how many. Gives memory back when most of it is idle.
  std::uint32_t ForgetUntil(std::int64_t time);
  // Calls after `time` count as made at `time`.
  void MoveBack(std::int64_t time) noexcept;

 private:
  void Resize(std::uint32_t capacity);

  std::unique_ptr<std::int64_t[]> times_;  // a ring
  std::uint32_t capacity_ = 0;
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_RATE_WINDOW_H_
