// What a SeenTable holds.
//
// A claim's key stands as a 128-bit keyed digest: keyed_digest.h says why that is exact enough, and
// only ever refuses by mistake.
#ifndef CALLGATE_CORE_LEDGER_SEEN_KEYS_H_
#define CALLGATE_CORE_LEDGER_SEEN_KEYS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "callgate/seen_table.h"
#include "core/ledger/clock.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/seen_buckets.h"
#include "core/ledger/seen_cells.h"

namespace callgate::ledger {

// Thread-safe. Locks are taken in this order: one shard, the buckets.
class SeenKeys {
 public:
  SeenKeys(std::size_t max_entries, std::size_t max_entries_per_bucket)
      : max_entries_(max_entries),
        buckets_(max_entries_per_bucket),
        shards_(std::make_unique<std::array<Shard, kShards>>()) {}

  SeenStatus Insert(const ReplayClaim& claim, Time now);

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  std::size_t memory_bytes() const;

 private:
  using Tick = SeenCells::Tick;

  struct alignas(64) Shard {
    mutable std::mutex mutex;
    SeenCells cells;
  };
  static constexpr std::size_t kShards = 256;

  SeenStatus TryInsert(const ReplayClaim& claim, Tick until, Tick now);
  void Release(SeenBucketId bucket);
  void DropExpired(Tick now);

  const std::size_t max_entries_;
  const DigestKey digest_key_ = DigestKey::Random();
  Clock clock_;
  std::atomic<std::size_t> size_{0};
  std::atomic<Tick> dropped_at_{0};  // when all that was over was last dropped
  SeenBuckets buckets_;
  std::unique_ptr<std::array<Shard, kShards>> shards_;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SEEN_KEYS_H_
