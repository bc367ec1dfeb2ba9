// How many entries of a SeenTable each bucket has, counted exactly.
#ifndef CALLGATE_CORE_LEDGER_SEEN_BUCKETS_H_
#define CALLGATE_CORE_LEDGER_SEEN_BUCKETS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/ledger/keyed_digest.h"

namespace callgate::ledger {

// Stands for a bucket for as long as it has entries.
using SeenBucketId = std::uint32_t;
inline constexpr SeenBucketId kNoBucket = 0;

// Thread-safe.
class SeenBuckets {
 public:
  explicit SeenBuckets(std::size_t limit) : limit_(limit) {}

  // Counts one entry more, and names the bucket; kNoBucket, and counts nothing, at the limit.
  SeenBucketId Add(const Digest& bucket);
  // REQUIRES: an entry of that bucket was counted.
  void Remove(SeenBucketId id);

  std::size_t memory_bytes() const;

 private:
  struct Bucket {
    Digest digest;
    std::size_t entries;
  };

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::unordered_map<Digest, SeenBucketId, DigestHash> ids_;
  std::vector<Bucket> buckets_{1};  // by id
  std::vector<SeenBucketId> free_;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_SEEN_BUCKETS_H_
