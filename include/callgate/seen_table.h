// SeenTable: the ReplayClaims that were used in this process.
#ifndef CALLGATE_SEEN_TABLE_H_
#define CALLGATE_SEEN_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "callgate/replay_claim.h"
#include "callgate/time.h"

namespace callgate {

namespace ledger {
class SeenKeys;
}

enum class SeenStatus : std::uint8_t { kInserted, kSeen, kFull };

// A set of claims, each kept until its expires_at. At most 40 bytes a live entry in a table of any
// size that matters, and some hundred a bucket. An insertion takes the same time whatever the table
// holds, but for the growth of one of its 256 parts.
//
// Thread-safe: of any number of threads that insert one key, exactly one gets kInserted.
class SeenTable {
 public:
  // Both bounds count live entries; a bucket may hold no more than its share.
  explicit SeenTable(std::size_t max_entries = 1'000'000,
                     std::size_t max_entries_per_bucket = 1'000'000);
  ~SeenTable();
  SeenTable(const SeenTable&) = delete;
  SeenTable& operator=(const SeenTable&) = delete;

  // kSeen if the table has the key, and if the claim has expired, since an expired key may have been
  // dropped. kFull if the table or the bucket is full (a live entry is never dropped), for a `now`
  // or an `expires_at` outside kEarliestTime..kLatestTime, and if the claim has expired by the
  // table's time alone: that is the latest `now` it has seen, so a clock that steps back opens
  // nothing.
  [[nodiscard]] SeenStatus Insert(const ReplayClaim& claim, Time now);

  // Entries that are held, of which some may have expired and wait to be dropped.
  std::size_t size() const noexcept;
  // Heap bytes that entries and buckets occupy, empty cells included.
  std::size_t memory_bytes() const;

 private:
  std::unique_ptr<ledger::SeenKeys> keys_;
};

}  // namespace callgate

#endif  // CALLGATE_SEEN_TABLE_H_
