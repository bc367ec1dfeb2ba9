#include "callgate/ledger.h"

#include "core/ledger/commit.h"

namespace callgate {
namespace {

using ledger::CommitStatus;

Outcome OutcomeOf(const ledger::CommitResult& result, std::vector<std::uint32_t> taken) {
  switch (result.status) {
    case CommitStatus::kCommitted:
      return Committed{std::move(taken)};
    case CommitStatus::kSessionInactive:
      return SessionInactive{};
    case CommitStatus::kAlreadySeen:
    case CommitStatus::kStale:
      return AlreadySeen{};
    case CommitStatus::kRateLimited:
      return RateLimited{result.retry_after};
    case CommitStatus::kFull:
      return Full{};
  }
  return Unavailable{};
}

}  // namespace

Ledger::Ledger(const Limits& limits, std::chrono::milliseconds window)
    : tables_(std::make_unique<ledger::Tables>(limits, window, std::chrono::seconds(0))) {}

Ledger::~Ledger() = default;

Outcome Ledger::Commit(const ReplayKey& key, Time timestamp,
                       const std::vector<std::vector<RateCharge>>& charges, Time now) {
  const ledger::DigestKey& digest_key = tables_->digest_key;
  std::vector<std::vector<ledger::RateLimit>> limits;
  ledger::CallCommit call;
  call.envelope = digest_key.OfEnvelope(key.public_key, key.signature);
  call.second = ledger::SignedSecond(timestamp);
  for (const std::vector<RateCharge>& list : charges) {
    std::vector<ledger::RateLimit>& out = limits.emplace_back();
    for (const RateCharge& charge : list) {
      out.push_back(
          {digest_key.OfWindow(charge.root, charge.context, charge.tool_pattern, charge.nth),
           charge.calls, charge.per_seconds});
      // One call has one root execution.
      call.root = digest_key.OfRoot(charge.root);
    }
  }
  const std::vector<std::span<const ledger::RateLimit>> spans(limits.begin(), limits.end());
  call.limits = spans;
  std::vector<std::uint32_t> taken(limits.size());
  tables_->clock.Observe(now);
  const ledger::CommitResult result = CommitCall(*tables_, call, taken);
  return OutcomeOf(result, std::move(taken));
}

Time Ledger::time() const noexcept { return tables_->clock.time(); }

LedgerUsage Ledger::usage() const {
  return {tables_->replays.size(), tables_->replays.MemoryBytes(), tables_->rates.windows(),
          tables_->rates.entries()};
}

}  // namespace callgate
