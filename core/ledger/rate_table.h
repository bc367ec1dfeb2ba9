// Exact sliding-window rate limits in bounded memory.
#ifndef CALLGATE_CORE_LEDGER_RATE_TABLE_H_
#define CALLGATE_CORE_LEDGER_RATE_TABLE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "callgate/time.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/rate_window.h"

namespace callgate::ledger {

// At most `calls` in any (now - per_seconds, now]. calls 0: no limit, so always room.
struct RateLimit {
  Digest window;
  std::uint32_t calls = 0;
  std::uint32_t per_seconds = 0;
};

enum class RateStatus : std::uint8_t { kCharged, kNoRoom, kFull };

struct RateResult {
  RateStatus status = RateStatus::kCharged;
  std::int64_t time = 0;         // kCharged: the time the call counts at, in milliseconds
  std::int64_t retry_after = 0;  // kNoRoom: milliseconds until the call would have room
};

// Thread-safe. All windows of one root execution are under one lock, which makes the charging of a
// chain of contexts one step.
class RateTable {
 public:
  RateTable(std::size_t max_windows, std::size_t max_entries);

  // Charges one call: of each list the first limit with room, of all lists or of none, each window
  // once however many lists name it. `taken` receives the choice for each list.
  // REQUIRES: taken.size() == lists.size(); every window is of that root.
  RateResult Charge(const Digest& root, std::span<const std::span<const RateLimit>> lists, Time now,
                    std::span<std::uint32_t> taken);

  // Counts one call at `time` without asking for room, for windows restored. Times of one window
  // come in order. False when the table is full.
  bool Restore(const Digest& root, const Digest& window, std::int64_t period, std::int64_t time);

  // Counts calls after `now` as made at `now`: the ledger's time was set back.
  void MoveBack(Time now);

  // While held, nothing is charged.
  std::vector<std::unique_lock<std::mutex>> LockAll();
  // Calls visit(root, window, period in milliseconds, RateWindow). REQUIRES: LockAll.
  template <typename Visitor>
  void VisitLocked(Visitor visit) {
    for (Shard& shard : *shards_) {
      for (const auto& [digest, entry] : shard.windows) {
        visit(entry.root, digest, entry.period, entry.window);
      }
    }
  }

  std::size_t windows() const noexcept { return windows_.load(std::memory_order_relaxed); }
  std::size_t entries() const noexcept { return entries_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    Digest root;
    RateWindow window;
    std::int64_t period = 0;  // the longest that any limit on this window asked for, milliseconds
  };
  struct Due {
    std::int64_t time;  // when the oldest call of the window may be forgotten, or earlier
    Digest window;
    friend bool operator<(const Due& a, const Due& b) noexcept { return a.time > b.time; }
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<Digest, Entry, DigestHash> windows;
    std::vector<Due> due;  // a heap, earliest first; one for each window
  };
  // An export holds the locks of all shards here and of the replays at once: ThreadSanitizer
  // follows at most 64.
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kSweepWindows = 4;  // looked at for each call charged

  Shard& ShardOf(const Digest& root) noexcept { return (*shards_)[root.high % kShards]; }
  RateResult TryCharge(Shard& shard, const Digest& root,
                       std::span<const std::span<const RateLimit>> lists, std::int64_t now,
                       std::span<std::uint32_t> taken);
  bool Reserve(std::size_t windows, std::size_t entries) noexcept;
  void Add(Shard& shard, const Digest& root, const Digest& window, std::int64_t period,
           std::int64_t time);
  void Sweep(Shard& shard, std::int64_t now, std::size_t windows);
  void SweepAll(std::int64_t now);

  const std::size_t max_windows_;
  const std::size_t max_entries_;
  std::unique_ptr<std::array<Shard, kShards>> shards_;
  std::atomic<std::size_t> windows_{0};
  std::atomic<std::size_t> entries_{0};
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_RATE_TABLE_H_
