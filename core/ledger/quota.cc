#include "core/ledger/quota.h"

#include <algorithm>

namespace callgate::ledger {

QuotaTable::QuotaTable(std::size_t limit)
    : limit_(static_cast<std::uint32_t>(std::min<std::size_t>(limit, kClosed - 1))),
      chunks_(std::make_unique<std::atomic<Chunk*>[]>(kChunks)) {
  owned_.push_back(std::make_unique<Chunk>());
  chunks_[0].store(owned_.back().get(), std::memory_order_release);
}

QuotaId QuotaTable::Open() {
  const std::scoped_lock lock(mutex_);
  if (!free_.empty()) {
    const QuotaId id = free_.back();
    free_.pop_back();
    return id;
  }
  if (next_ == kChunk * kChunks) return 0;
  if (next_ / kChunk == owned_.size()) {
    owned_.push_back(std::make_unique<Chunk>());
    chunks_[owned_.size() - 1].store(owned_.back().get(), std::memory_order_release);
  }
  return next_++;
}

void QuotaTable::Close(QuotaId id) {
  if (At(id).fetch_or(kClosed, std::memory_order_acq_rel) == 0) Free(id);
}

bool QuotaTable::Add(QuotaId id) noexcept {
  if (id == kUnattributed) return true;
  const std::uint32_t before = At(id).fetch_add(1, std::memory_order_acq_rel);
  if ((before & ~kClosed) < limit_) return true;
  Remove(id);
  return false;
}

void QuotaTable::Remove(QuotaId id) {
  if (id == kUnattributed) return;
  if (At(id).fetch_sub(1, std::memory_order_acq_rel) == (kClosed | 1)) Free(id);
}

void QuotaTable::Free(QuotaId id) {
  At(id).store(0, std::memory_order_release);
  const std::scoped_lock lock(mutex_);
  free_.push_back(id);
}

}  // namespace callgate::ledger
