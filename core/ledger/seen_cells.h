// Digests with the time until which each counts: one part of a SeenTable.
#ifndef CALLGATE_CORE_LEDGER_SEEN_CELLS_H_
#define CALLGATE_CORE_LEDGER_SEEN_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/ledger/keyed_digest.h"
#include "core/ledger/seen_buckets.h"

namespace callgate::ledger {

// Not thread-safe. An open-addressing set of 24 bytes a cell, filled between 0.69 and 0.82: at most
// 35 bytes an entry once it has grown past its first cells. Entries that are over stay where they
// are until a new one takes their cell, or all move to other cells.
class SeenCells {
 public:
  // Ticks: of whatever clock, from 1 on. An entry is over from its own tick on.
  using Tick = std::uint32_t;

  // True where `digest` is there and not over. Then, or else, place() is its cell, or the one for
  // it.
  bool Find(const Digest& digest, Tick now) noexcept;
  // Makes room for one entry. `release(bucket)` is called for every entry that is dropped.
  template <typename Release>
  void Reserve(Tick now, Release release) {
    if (std::uint64_t{used_ + 1} * 100 > std::uint64_t{capacity_} * 82) Rebuild(now, release);
  }
  // Drops what is over, and fits the cells to what is left.
  template <typename Release>
  void DropExpired(Tick now, Release release) {
    if (Live(now) != used_) Rebuild(now, release);
  }
  // Puts an entry where Find was false. Returns the bucket of the entry that was over and had the
  // cell, or kNoBucket. REQUIRES: Reserve, then Find, and nothing since.
  SeenBucketId Put(const Digest& digest, Tick until, SeenBucketId bucket) noexcept;

  std::size_t memory_bytes() const noexcept { return capacity_ * sizeof(Cell); }

 private:
  static constexpr Tick kEmpty = 0;
  static constexpr std::uint32_t kFirstCapacity = 8;

  struct Cell {
    std::uint32_t parts[4];
    Tick until;
    SeenBucketId bucket;
  };

  std::uint32_t Home(std::uint32_t part) const noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{part} * capacity_) >> 32);
  }
  std::uint32_t Live(Tick now) const noexcept;
  template <typename Release>
  void Rebuild(Tick now, Release release) {
    SeenCells kept;
    kept.capacity_ = Live(now) * 29 / 20 + kFirstCapacity;
    kept.cells_ = std::make_unique<Cell[]>(kept.capacity_);
    for (std::uint32_t i = 0; i < capacity_; ++i) {
      if (cells_[i].until > now) {
        kept.Move(cells_[i]);
      } else if (cells_[i].until != kEmpty) {
        release(cells_[i].bucket);
      }
    }
    *this = std::move(kept);
  }
  void Move(const Cell& cell) noexcept;

  std::unique_ptr<Cell[]> cells_;
  std::uint32_t capacity_ = 0;
  std::uint32_t used_ = 0;   // cells that are not empty
  std::uint32_t place_ = 0;  // what Find found
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SEEN_CELLS_H_
