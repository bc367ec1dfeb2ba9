// How many replay entries each session has in the table, counted exactly.
#ifndef CALLGATE_CORE_LEDGER_QUOTA_H_
#define CALLGATE_CORE_LEDGER_QUOTA_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace callgate::ledger {

// A counter's number; 0 is none. Entries hold this number instead of a session, since they may
// outlive it: the counter is reused only when its session closed it and its last entry expired.
using QuotaId = std::uint32_t;

// Shared by entries whose session is gone, and never full by itself.
inline constexpr QuotaId kUnattributed = 1;

// Thread-safe.
class QuotaTable {
 public:
  explicit QuotaTable(std::size_t limit);

  // 0 when every counter is taken.
  QuotaId Open();
  void Close(QuotaId id);

  // Counts one entry more; false, and counts nothing, at the limit.
  bool Add(QuotaId id) noexcept;
  void Remove(QuotaId id);

 private:
  static constexpr std::uint32_t kClosed = 1u << 31;
  static constexpr std::size_t kChunk = 4096;
  static constexpr std::size_t kChunks = 4096;
  using Chunk = std::array<std::atomic<std::uint32_t>, kChunk>;

  std::atomic<std::uint32_t>& At(QuotaId id) noexcept {
    return (*chunks_[id / kChunk].load(std::memory_order_acquire))[id % kChunk];
  }
  void Free(QuotaId id);

  const std::uint32_t limit_;
  std::unique_ptr<std::atomic<Chunk*>[]> chunks_;  // filled from the front, never moved
  std::mutex mutex_;
  std::vector<std::unique_ptr<Chunk>> owned_;
  std::vector<QuotaId> free_;
  QuotaId next_ = kUnattributed + 1;
};

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_QUOTA_H_
