#include "core/ledger/replay_table.h"

#include <algorithm>

namespace callgate::ledger {
namespace {

constexpr std::uint32_t kAllCells = std::numeric_limits<std::uint32_t>::max();

}  // namespace

ReplayTable::ReplayTable(std::size_t max_entries, std::size_t max_entries_per_session,
                         std::chrono::milliseconds window)
    : max_entries_(max_entries),
      window_(window.count()),
      ring_size_(static_cast<std::uint32_t>(2 * window_ / 1000 + 4)),
      shards_(std::make_unique<std::array<Shard, kShards>>()),
      quotas_(max_entries_per_session) {}

std::int64_t ReplayTable::FirstLiveSecond(Time now) const noexcept {
  // The first second whose last millisecond + window has not passed: second * 1000 + 999 + window
  // >= now, rounded up.
  const std::int64_t millis = now.time_since_epoch().count() - window_ - 999;
  return millis <= 0 ? 0 : (millis + 999) / 1000;
}

ReplayStatus ReplayTable::Prepare(Shard& shard, const Digest& digest, std::int64_t second,
                                  QuotaId quota, Time now) {
  Sweep(shard, now, kSweepCells);
  const std::int64_t last_fresh = (now.time_since_epoch().count() + window_) / 1000;
  if (second < shard.first_live || second > last_fresh) return ReplayStatus::kStale;
  if (BucketOf(shard, second).Contains(digest)) return ReplayStatus::kAlreadySeen;
  if (size_.fetch_add(1, std::memory_order_acq_rel) >= max_entries_) {
    size_.fetch_sub(1, std::memory_order_acq_rel);
    return ReplayStatus::kFull;
  }
  if (!quotas_.Add(quota)) {
    size_.fetch_sub(1, std::memory_order_acq_rel);
    return ReplayStatus::kFull;
  }
  return ReplayStatus::kRecorded;
}

SecondBucket& ReplayTable::BucketOf(Shard& shard, std::int64_t second) {
  if (shard.ring == nullptr) shard.ring = std::make_unique<Slot[]>(ring_size_);
  Slot& slot = shard.ring[static_cast<std::size_t>(second) % ring_size_];
  if (slot.second != second) {
    // The slot's last second is over, and its bucket normally emptied long ago.
    Empty(slot, kAllCells);
    slot.second = second;
    // Traffic of one second is a good guess for the next, and spares most of the growing.
    const Slot& before = shard.ring[static_cast<std::size_t>(second - 1) % ring_size_];
    if (before.second == second - 1) slot.bucket.Reserve(before.bucket.size() * 3 / 4);
  }
  return slot.bucket;
}

void ReplayTable::Empty(Slot& slot, std::uint32_t cells) {
  const std::uint32_t end = slot.emptied + std::min(cells, slot.bucket.capacity() - slot.emptied);
  std::size_t emptied = 0;
  for (; slot.emptied < end; ++slot.emptied) {
    const QuotaId quota = slot.bucket.quota(slot.emptied);
    if (quota == 0) continue;
    quotas_.Remove(quota);
    ++emptied;
  }
  size_.fetch_sub(emptied, std::memory_order_acq_rel);
  if (end != slot.bucket.capacity()) return;
  slot.bucket.Clear();
  slot.emptied = 0;
}

void ReplayTable::Sweep(Shard& shard, Time now, std::uint32_t cells) {
  const std::int64_t first_live = FirstLiveSecond(now);
  if (first_live > shard.first_live) {
    shard.first_live = first_live;
    shard.slots_to_sweep = ring_size_;
  }
  if (shard.ring == nullptr) return;
  for (; shard.slots_to_sweep > 0; --shard.slots_to_sweep) {
    Slot& slot = shard.ring[shard.swept_slot];
    if (slot.second < shard.first_live && slot.bucket.size() > 0) {
      const std::uint32_t left = slot.bucket.capacity() - slot.emptied;
      Empty(slot, cells);
      if (left > cells) return;
      cells -= left;
    }
    if (++shard.swept_slot == ring_size_) shard.swept_slot = 0;
  }
}

void ReplayTable::SweepAll(Time now) {
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    Sweep(shard, now, kAllCells);
  }
}

void ReplayTable::Release(QuotaId quota, std::size_t entries) {
  quotas_.Remove(quota);
  size_.fetch_sub(entries, std::memory_order_acq_rel);
}

void ReplayTable::Clear() {
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    for (std::size_t i = 0; shard.ring != nullptr && i < ring_size_; ++i) {
      Empty(shard.ring[i], kAllCells);
    }
    shard.ring.reset();
    shard.first_live = 0;
    shard.swept_slot = 0;
    shard.slots_to_sweep = 0;
  }
}

std::vector<std::unique_lock<std::mutex>> ReplayTable::LockAll() {
  std::vector<std::unique_lock<std::mutex>> locks;
  locks.reserve(kShards);
  for (Shard& shard : *shards_) locks.emplace_back(shard.mutex);
  return locks;
}

std::size_t ReplayTable::MemoryBytes() {
  std::size_t bytes = 0;
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    if (shard.ring == nullptr) continue;
    bytes += ring_size_ * sizeof(Slot);
    for (std::size_t i = 0; i < ring_size_; ++i) {
      bytes += shard.ring[i].bucket.capacity() * SecondBucket::kCellBytes;
    }
  }
  return bytes;
}

}  // namespace callgate::ledger
