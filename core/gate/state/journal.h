// Journal records: what one call of the gate changed in its ledger, as one line of JSON.
#ifndef CALLGATE_CORE_GATE_STATE_JOURNAL_H_
#define CALLGATE_CORE_GATE_STATE_JOURNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "callgate/limits.h"
#include "callgate/result.h"
#include "core/ledger/state.h"

namespace callgate::gate {

// REQUIRES: `record` is of type kCall.
std::string JournalCall(const ledger::JournalRecord& record);
std::string JournalOpen(const ledger::Tables& tables, std::uint64_t sequence,
                        const ledger::SessionEntry& session);
std::string JournalRenew(const ledger::Tables& tables, std::uint64_t sequence,
                         const ledger::SessionEntry& session);
std::string JournalClose(const ledger::Tables& tables, std::uint64_t sequence,
                         const ledger::SessionEntry& session);
std::string JournalReset(const ledger::Tables& tables, std::uint64_t sequence, Time now);

// INVALID_ARGUMENT for what none of these wrote.
Result<ledger::JournalRecord> ReadJournal(std::string_view text, const Limits& limits);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_STATE_JOURNAL_H_
