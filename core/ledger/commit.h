// The commit of one call: liveness, replay and rates as one decision.
#ifndef CALLGATE_CORE_LEDGER_COMMIT_H_
#define CALLGATE_CORE_LEDGER_COMMIT_H_

#include <chrono>
#include <cstdint>
#include <span>

#include "core/ledger/tables.h"

namespace callgate::ledger {

struct CallCommit {
  Digest envelope;
  std::int64_t second = 0;                // that the envelope was signed in
  const SessionEntry* session = nullptr;  // null: no session is judged
  Digest root;                            // DigestKey::OfRoot
  // For each context of the chain, its limits in order. Empty for a call that policy denies.
  std::span<const std::span<const RateLimit>> limits;
};

enum class CommitStatus : std::uint8_t {
  kCommitted,
  kSessionInactive,
  kAlreadySeen,
  kStale,  // no longer fresh by the ledger's time, which moved on since the call was looked at
  kRateLimited,
  kFull,
};

struct CommitResult {
  CommitStatus status = CommitStatus::kFull;
  std::uint64_t sequence = 0;                // of the journal record; 0: nothing was written
  std::int64_t charged_at = 0;               // kCommitted: milliseconds
  std::chrono::milliseconds retry_after{0};  // kRateLimited
};

// Records the envelope (kCommitted, kRateLimited), charges the limits (kCommitted), or writes
// nothing. `taken` receives which limit of each list was charged. REQUIRES: as RateTable::Charge.
CommitResult CommitCall(Tables& tables, const CallCommit& call, std::span<std::uint32_t> taken);

}  // namespace callgate::ledger

#endif  // CALLGATE_CORE_LEDGER_COMMIT_H_
