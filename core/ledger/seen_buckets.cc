#include "core/ledger/seen_buckets.h"

namespace callgate::ledger {

SeenBucketId SeenBuckets::Add(const Digest& bucket) {
  const std::scoped_lock lock(mutex_);
  if (limit_ == 0) return kNoBucket;
  const auto [entry, is_new] = ids_.try_emplace(bucket, kNoBucket);
  if (!is_new) {
    Bucket& counted = buckets_[entry->second];
    if (counted.entries >= limit_) return kNoBucket;
    ++counted.entries;
    return entry->second;
  }
  if (free_.empty()) {
    entry->second = static_cast<SeenBucketId>(buckets_.size());
    buckets_.push_back({bucket, 1});
  } else {
    entry->second = free_.back();
    free_.pop_back();
    buckets_[entry->second] = {bucket, 1};
  }
  return entry->second;
}

void SeenBuckets::Remove(SeenBucketId id) {
  const std::scoped_lock lock(mutex_);
  Bucket& bucket = buckets_[id];
  if (--bucket.entries != 0) return;
  ids_.erase(bucket.digest);
  free_.push_back(id);
}

std::size_t SeenBuckets::memory_bytes() const {
  constexpr std::size_t kNode = sizeof(Digest) + sizeof(SeenBucketId) + 2 * sizeof(void*);
  const std::scoped_lock lock(mutex_);
  return ids_.size() * kNode + ids_.bucket_count() * sizeof(void*) +
         buckets_.capacity() * sizeof(Bucket) + free_.capacity() * sizeof(SeenBucketId);
}

}  // namespace callgate::ledger
