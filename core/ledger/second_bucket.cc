#include "core/ledger/second_bucket.h"

#include <cstring>
#include <utility>

namespace callgate::ledger {

bool SecondBucket::Contains(const Digest& digest) const noexcept {
  if (size_ == 0) return false;
  // Some cell is always empty, so this ends.
  for (std::uint32_t cell = Home(digest); quotas()[cell] != 0;) {
    if (digests()[cell] == digest) return true;
    if (++cell == capacity_) cell = 0;
  }
  return false;
}

void SecondBucket::Insert(const Digest& digest, QuotaId quota) {
  if (std::uint64_t{size_ + 1} * 5 > std::uint64_t{capacity_} * 4) Grow();
  Place(digest, quota);
  ++size_;
}

void SecondBucket::Place(const Digest& digest, QuotaId quota) noexcept {
  std::uint32_t cell = Home(digest);
  while (quotas()[cell] != 0) {
    if (++cell == capacity_) cell = 0;
  }
  digests()[cell] = digest;
  quotas()[cell] = quota;
}

void SecondBucket::Grow() {
  SecondBucket grown;
  grown.capacity_ = capacity_ == 0 ? kFirstCapacity : capacity_ * 7 / 5 + 2;
  grown.cells_ = std::make_unique_for_overwrite<std::byte[]>(grown.capacity_ * kCellBytes);
  std::memset(grown.quotas(), 0, grown.capacity_ * sizeof(QuotaId));
  for (std::uint32_t cell = 0; cell < capacity_; ++cell) {
    if (quotas()[cell] != 0) grown.Place(digests()[cell], quotas()[cell]);
  }
  cells_ = std::move(grown.cells_);
  capacity_ = grown.capacity_;
}

}  // namespace callgate::ledger
