#include "core/ledger/second_bucket.h"

#include <algorithm>
#include <utility>

namespace callgate::ledger {

bool SecondBucket::Contains(const Digest& digest) const noexcept {
  if (size_ == 0) return false;
  const auto parts = std::bit_cast<std::array<std::uint32_t, 4>>(digest);
  // Some cell is always empty, so this ends.
  for (std::uint32_t i = Home(parts[1]); cells_[i].quota != 0;) {
    if (std::equal(parts.begin(), parts.end(), cells_[i].parts)) return true;
    if (++i == capacity_) i = 0;
  }
  return false;
}

void SecondBucket::Prefetch(const Digest& digest) const noexcept {
  if (size_ == 0) return;
  const auto parts = std::bit_cast<std::array<std::uint32_t, 4>>(digest);
  __builtin_prefetch(&cells_[Home(parts[1])], 1);
}

void SecondBucket::Insert(const Digest& digest, QuotaId quota) {
  if (std::uint64_t{size_ + 1} * 100 > std::uint64_t{capacity_} * 72) {
    Resize(capacity_ == 0 ? kFirstCapacity : capacity_ * 7 / 5 + 2);
  }
  Cell cell{quota, {}};
  const auto parts = std::bit_cast<std::array<std::uint32_t, 4>>(digest);
  std::copy(parts.begin(), parts.end(), cell.parts);
  Place(cell);
  ++size_;
}

void SecondBucket::Place(const Cell& cell) noexcept {
  std::uint32_t i = Home(cell.parts[1]);
  while (cells_[i].quota != 0) {
    if (++i == capacity_) i = 0;
  }
  cells_[i] = cell;
}

void SecondBucket::Reserve(std::uint32_t entries) {
  const std::uint32_t capacity = entries * 7 / 5 + kFirstCapacity;
  if (capacity > capacity_) Resize(capacity);
}

void SecondBucket::Clear() noexcept {
  size_ = 0;
  if (capacity_ <= kKeptCapacity) {
    std::fill_n(cells_.get(), capacity_, Cell{});
  } else {
    cells_.reset();
    capacity_ = 0;
  }
}

void SecondBucket::Resize(std::uint32_t capacity) {
  SecondBucket grown;
  grown.capacity_ = capacity;
  grown.cells_ = std::make_unique<Cell[]>(capacity);
  for (std::uint32_t i = 0; i < capacity_; ++i) {
    if (cells_[i].quota != 0) grown.Place(cells_[i]);
  }
  cells_ = std::move(grown.cells_);
  capacity_ = grown.capacity_;
}

}  // namespace callgate::ledger
