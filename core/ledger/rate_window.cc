#include "core/ledger/rate_window.h"

#include <algorithm>
#include <utility>

namespace callgate::ledger {

void RateWindow::Add(std::int64_t time) {
  if (size_ == capacity_) Resize(std::max<std::uint32_t>(4, capacity_ * 2));
  const std::uint64_t slot = std::uint64_t{head_} + size_;
  times_[slot < capacity_ ? slot : slot - capacity_] = time;
  ++size_;
}

std::uint32_t RateWindow::ForgetUntil(std::int64_t time) {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  // Mostly there are none or few to forget, so the search begins there.
  for (std::uint32_t step = 1; high < size_ && At(high) <= time; step *= 2) {
    low = high + 1;
    high += step;
  }
  for (high = std::min(high, size_); low < high;) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (At(middle) <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return 0;
  head_ = static_cast<std::uint32_t>((std::uint64_t{head_} + low) % capacity_);
  size_ -= low;
  if (capacity_ > 16 && size_ < capacity_ / 8) Resize(std::max<std::uint32_t>(4, size_ * 2));
  return low;
}

void RateWindow::MoveBack(std::int64_t time) noexcept {
  for (std::uint32_t i = size_; i > 0 && At(i - 1) > time; --i) {
    times_[(std::uint64_t{head_} + i - 1) % capacity_] = time;
  }
}

void RateWindow::Resize(std::uint32_t capacity) {
  auto times = std::make_unique_for_overwrite<std::int64_t[]>(capacity);
  for (std::uint32_t i = 0; i < size_; ++i) times[i] = At(i);
  times_ = std::move(times);
  capacity_ = capacity;
  head_ = 0;
}

}  // namespace callgate::ledger
