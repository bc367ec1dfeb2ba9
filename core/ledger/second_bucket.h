// The replay entries of one second of one shard: an open-addressing set of digests.
#ifndef CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_
#define CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_

#include <cstdint>
#include <memory>

#include "core/ledger/keyed_digest.h"
#include "core/ledger/quota.h"

namespace callgate::ledger {

// Not thread-safe. 20 bytes a cell, filled between 4/7 and 4/5: at most 35 bytes an entry once it
// has grown past its first cells. Growth moves only this second's entries of this shard.
class SecondBucket {
 public:
  bool Contains(const Digest& digest) const noexcept;
  // REQUIRES: not contained; quota is not 0.
  void Insert(const Digest& digest, QuotaId quota);

  std::uint32_t size() const noexcept { return size_; }
  std::uint32_t capacity() const noexcept { return capacity_; }
  // The cells in order, for emptying and export. 0: the cell is empty.
  QuotaId quota(std::uint32_t cell) const noexcept { return quotas()[cell]; }
  const Digest& digest(std::uint32_t cell) const noexcept { return digests()[cell]; }

  static constexpr std::size_t kCellBytes = sizeof(Digest) + sizeof(QuotaId);

 private:
  static constexpr std::uint32_t kFirstCapacity = 4;

  std::uint32_t Home(const Digest& digest) const noexcept {
    return static_cast<std::uint32_t>(((digest.high >> 32) * capacity_) >> 32);
  }
  void Place(const Digest& digest, QuotaId quota) noexcept;
  void Grow();

  Digest* digests() const noexcept { return reinterpret_cast<Digest*>(cells_.get()); }
  QuotaId* quotas() const noexcept { return reinterpret_cast<QuotaId*>(digests() + capacity_); }

  std::unique_ptr<std::byte[]> cells_;  // all digests, then all quotas
  std::uint32_t capacity_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SECOND_BUCKET_H_
