#include "core/ledger/seen_cells.h"

#include <algorithm>
#include <array>
#include <bit>

namespace callgate::ledger {
namespace {

using Parts = std::array<std::uint32_t, 4>;

}  // namespace

bool SeenCells::Find(const Digest& digest, Tick now) noexcept {
  const auto parts = std::bit_cast<Parts>(digest);
  bool has_place = false;
  // Some cell is always empty, so this ends.
  std::uint32_t i = Home(parts[1]);
  while (cells_[i].until != kEmpty) {
    if (cells_[i].until <= now) {
      if (!has_place) place_ = i;
      has_place = true;
    } else if (std::equal(parts.begin(), parts.end(), cells_[i].parts)) {
      place_ = i;
      return true;
    }
    if (++i == capacity_) i = 0;
  }
  if (!has_place) place_ = i;
  return false;
}

SeenBucketId SeenCells::Put(const Digest& digest, Tick until, SeenBucketId bucket) noexcept {
  Cell& cell = cells_[place_];
  const SeenBucketId before = cell.until == kEmpty ? kNoBucket : cell.bucket;
  if (before == kNoBucket) ++used_;
  const auto parts = std::bit_cast<Parts>(digest);
  std::copy(parts.begin(), parts.end(), cell.parts);
  cell.until = until;
  cell.bucket = bucket;
  return before;
}

std::uint32_t SeenCells::Live(Tick now) const noexcept {
  std::uint32_t live = 0;
  for (std::uint32_t i = 0; i < capacity_; ++i) live += cells_[i].until > now ? 1 : 0;
  return live;
}

void SeenCells::Move(const Cell& cell) noexcept {
  std::uint32_t i = Home(cell.parts[1]);
  while (cells_[i].until != kEmpty) {
    if (++i == capacity_) i = 0;
  }
  cells_[i] = cell;
  ++used_;
}

}  // namespace callgate::ledger
