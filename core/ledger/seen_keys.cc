#include "core/ledger/seen_keys.h"

namespace callgate::ledger {
namespace {

// Of two seconds, so that all times that are taken fit 32 bits.
constexpr std::chrono::milliseconds kTick{2000};

SeenCells::Tick TickAtOrBefore(Time time) {
  return static_cast<SeenCells::Tick>((time - kEarliestTime) / kTick);
}
SeenCells::Tick TickAtOrAfter(Time time) {
  return TickAtOrBefore(time + kTick - std::chrono::milliseconds{1});
}

}  // namespace

SeenStatus SeenKeys::Insert(const ReplayClaim& claim, Time now) {
  if (!CheckTime(now) || claim.expires_at > kLatestTime) return SeenStatus::kFull;
  const Time time = clock_.Observe(now);
  if (claim.expires_at <= now) return SeenStatus::kSeen;
  if (claim.expires_at <= time) return SeenStatus::kFull;  // the clock has stepped back
  const Tick until = TickAtOrAfter(claim.expires_at);
  const Tick tick = TickAtOrBefore(time);
  const SeenStatus status = TryInsert(claim, until, tick);
  // Entries that are over must not keep new ones out. Once a tick is enough: until the next, none
  // is over that was not.
  if (status != SeenStatus::kFull || dropped_at_.exchange(tick) == tick) return status;
  DropExpired(tick);
  return TryInsert(claim, until, tick);
}

SeenStatus SeenKeys::TryInsert(const ReplayClaim& claim, Tick until, Tick now) {
  const Digest digest = digest_key_.OfSha256(claim.key);
  Shard& shard = (*shards_)[digest.high % kShards];
  const std::scoped_lock lock(shard.mutex);
  shard.cells.Reserve(now, [this](SeenBucketId bucket) { Release(bucket); });
  if (shard.cells.Find(digest, now)) return SeenStatus::kSeen;
  if (size_.fetch_add(1, std::memory_order_acq_rel) >= max_entries_) {
    size_.fetch_sub(1, std::memory_order_acq_rel);
    return SeenStatus::kFull;
  }
  const SeenBucketId bucket = buckets_.Add(digest_key_.OfSha256(claim.bucket));
  if (bucket == kNoBucket) {
    size_.fetch_sub(1, std::memory_order_acq_rel);
    return SeenStatus::kFull;
  }
  const SeenBucketId before = shard.cells.Put(digest, until, bucket);
  if (before != kNoBucket) Release(before);
  return SeenStatus::kInserted;
}

void SeenKeys::Release(SeenBucketId bucket) {
  buckets_.Remove(bucket);
  size_.fetch_sub(1, std::memory_order_acq_rel);
}

void SeenKeys::DropExpired(Tick now) {
  for (Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    shard.cells.DropExpired(now, [this](SeenBucketId bucket) { Release(bucket); });
  }
}

std::size_t SeenKeys::memory_bytes() const {
  std::size_t bytes = sizeof(*shards_) + buckets_.memory_bytes();
  for (const Shard& shard : *shards_) {
    const std::scoped_lock lock(shard.mutex);
    bytes += shard.cells.memory_bytes();
  }
  return bytes;
}

}  // namespace callgate::ledger
