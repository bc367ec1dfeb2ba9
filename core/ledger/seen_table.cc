#include "callgate/seen_table.h"

#include "core/ledger/seen_keys.h"

namespace callgate {

SeenTable::SeenTable(std::size_t max_entries, std::size_t max_entries_per_bucket)
    : keys_(std::make_unique<ledger::SeenKeys>(max_entries, max_entries_per_bucket)) {}
SeenTable::~SeenTable() = default;

SeenStatus SeenTable::Insert(const ReplayClaim& claim, Time now) {
  return keys_->Insert(claim, now);
}

std::size_t SeenTable::size() const noexcept { return keys_->size(); }
std::size_t SeenTable::memory_bytes() const { return keys_->memory_bytes(); }

}  // namespace callgate
