// The replay entries of one second of one shard: an open-addressing set of digests.
#ifndef CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_
#define CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_

#include <array>
#include <bit>
#include <cstdint>
#include <memory>

#include "core/ledger/keyed_digest.h"
#include "core/ledger/quota.h"

namespace callgate::ledger {

// Not thread-safe. 20 bytes a cell, filled between 0.51 and 0.72: at most 39 bytes an entry once it
// has grown past its first cells. Growth moves only this second's entries of this shard.
class SecondBucket {
 public:
  // Makes room for `entries` at once. REQUIRES: empty.
  void Reserve(std::uint32_t entries);
  // Drops all entries; keeps a small block for the next second that comes here.
  void Clear() noexcept;
  bool Contains(const Digest& digest) const noexcept;
  // Fetches the cells that a search for `digest` begins with: of a large table they are in no
  // cache.
  void Prefetch(const Digest& digest) const noexcept;
  // REQUIRES: not contained; quota is not 0.
  void Insert(const Digest& digest, QuotaId quota);

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t capacity() const noexcept { return capacity_; }
  // The cells in order, for emptying and export. 0: the cell is empty.
  QuotaId quota(std::uint32_t cell) const noexcept { return cells_[cell].quota; }
  Digest digest(std::uint32_t cell) const noexcept { return cells_[cell].digest(); }

 private:
  // What a search reads lies together: most searches end in the cache line they begin in.
  struct Cell {
    QuotaId quota;
    std::uint32_t parts[4];

    Digest digest() const noexcept { return std::bit_cast<Digest>(parts); }
  };

 public:
  static constexpr std::size_t kCellBytes = sizeof(Cell);

 private:
  static constexpr std::uint32_t kFirstCapacity = 12;
  static constexpr std::uint32_t kKeptCapacity = 32;

  std::uint32_t Home(std::uint32_t part) const noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{part} * capacity_) >> 32);
  }
  void Place(const Cell& cell) noexcept;
  void Resize(std::uint32_t capacity);

  std::unique_ptr<Cell[]> cells_;
  std::uint32_t capacity_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_
