// Which envelopes were seen: digests, kept while an envelope of their second could still be fresh.
//
// The signature covers whole seconds only, so one signed message can be sent with any fraction of
// its second. An entry therefore lives until the end of that second + window: expiring it by the
// fraction it came with would let the same signature pass again with a later fraction.
//
// A shard holds one bucket for each second that can be fresh. Expiry empties the buckets of past
// seconds a few cells at a time, as new entries come, so nothing ever pauses for all entries.
#ifndef CALLGATE_CORE_LEDGER_REPLAY_TABLE_H_
#define CALLGATE_CORE_LEDGER_REPLAY_TABLE_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "callgate/time.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/quota.h"
#include "core/ledger/second_bucket.h"

namespace callgate::ledger {

enum class ReplayStatus : std::uint8_t { kRecorded, kNotAdmitted, kAlreadySeen, kStale, kFull };

// The second a timestamp was signed with.
inline std::int64_t SignedSecond(Time timestamp) noexcept {
  return std::chrono::floor<std::chrono::seconds>(timestamp).time_since_epoch().count();
}

// Thread-safe.
class ReplayTable {
 public:
  ReplayTable(std::size_t max_entries, std::size_t max_entries_per_session,
              std::chrono::milliseconds window);

  QuotaTable& quotas() noexcept { return quotas_; }

  // Records `digest`, signed in `second`, unless it is there (kAlreadySeen), may have been dropped
  // already (kStale: its second is over and outside the window), or there is no room in all or for
  // the quota (kFull). `commit` is called while the digest is known to be new and to have room,
  // with its shard locked; when it returns false, nothing is recorded and the answer is kFull.
  // `admit` is called first under that lock and returns the ledger's time, or nullopt to stop here.
  template <typename AdmitFunction, typename CommitFunction>
  ReplayStatus Record(const Digest& digest, std::int64_t second, QuotaId quota, AdmitFunction admit,
                      CommitFunction commit) {
    Shard& shard = ShardOf(digest);
    for (bool swept = false;; swept = true) {
      std::unique_lock lock(shard.mutex);
      Prefetch(shard, digest, second);
      const std::optional<Time> now = admit();
      if (!now) return ReplayStatus::kNotAdmitted;
      const ReplayStatus status = Prepare(shard, digest, second, quota, *now);
      if (status == ReplayStatus::kFull && !swept) {
        // Entries that expired and were not emptied yet must not keep new ones out.
        lock.unlock();
        SweepAll(*now);
        continue;
      }
      if (status != ReplayStatus::kRecorded) return status;
      if (!commit()) {
        Release(quota, 1);
        return ReplayStatus::kFull;
      }
      BucketOf(shard, second).Insert(digest, quota);
      return status;
    }
  }

  // Drops every entry. The ledger's time may then be set back.
  void Clear();

  // While held, no entry is recorded.
  std::vector<std::unique_lock<std::mutex>> LockAll();
  // Calls visit(second, quota, digest) for each entry that has not expired. REQUIRES: LockAll.
  template <typename Visitor>
  void VisitLocked(Time now, Visitor visit) {
    const std::int64_t first = FirstLiveSecond(now);
    for (Shard& shard : *shards_) {
      for (std::size_t slot = 0; shard.ring != nullptr && slot < ring_size_; ++slot) {
        const Slot& held = shard.ring[slot];
        if (held.second < first) continue;
        for (std::uint32_t cell = 0; cell < held.bucket.capacity(); ++cell) {
          const QuotaId quota = held.bucket.quota(cell);
          if (quota != 0) visit(held.second, quota, held.bucket.digest(cell));
        }
      }
    }
  }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  // Heap bytes that the entries occupy, empty cells included.
  std::size_t MemoryBytes();

 private:
  struct Slot {
    std::int64_t second = std::numeric_limits<std::int64_t>::min();
    SecondBucket bucket;
    std::uint32_t emptied = 0;  // cells before this one are no longer counted: the second expired
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unique_ptr<Slot[]> ring;      // slot = second mod ring_size_; made with the first entry
    std::int64_t first_live = 0;       // entries of earlier seconds may be gone
    std::uint32_t swept_slot = 0;      // where the sweep over the ring goes on
    std::uint32_t slots_to_sweep = 0;  // until every second before first_live was emptied
  };
  static constexpr std::size_t kShards = 32;
  // Expired cells that are emptied for each entry recorded.
  static constexpr std::uint32_t kSweepCells = 32;

  Shard& ShardOf(const Digest& digest) noexcept { return (*shards_)[digest.high % kShards]; }
  std::int64_t FirstLiveSecond(Time now) const noexcept;
  ReplayStatus Prepare(Shard& shard, const Digest& digest, std::int64_t second, QuotaId quota,
                       Time now);
  // What is done before the digest is looked for takes as long as memory does.
  void Prefetch(const Shard& shard, const Digest& digest, std::int64_t second) const noexcept {
    if (shard.ring == nullptr) return;
    const Slot& slot = shard.ring[static_cast<std::size_t>(second) % ring_size_];
    if (slot.second == second) slot.bucket.Prefetch(digest);
  }
  SecondBucket& BucketOf(Shard& shard, std::int64_t second);
  void Sweep(Shard& shard, Time now, std::uint32_t cells);
  void Empty(Slot& slot, std::uint32_t cells);
  void SweepAll(Time now);
  void Release(QuotaId quota, std::size_t entries);

  const std::size_t max_entries_;
  const std::int64_t window_;      // milliseconds
  const std::uint32_t ring_size_;  // at least the seconds that can be fresh at once
  std::unique_ptr<std::array<Shard, kShards>> shards_;
  std::atomic<std::size_t> size_{0};
  QuotaTable quotas_;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_REPLAY_TABLE_H_
