// A call between the two halves of its decision: what is known of it, and what a ledger has to
// answer.
#ifndef CALLGATE_CORE_GATE_PLANNED_CALL_H_
#define CALLGATE_CORE_GATE_PLANNED_CALL_H_

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "callgate/decision.h"
#include "callgate/gate.h"
#include "core/gate/call_record.h"
#include "core/gate/evaluate_chain.h"
#include "core/gate/gate_snapshot.h"
#include "core/ledger/commit.h"

namespace callgate::gate {

struct PlannedCall {
  std::shared_ptr<CallRecord> record = std::make_shared<CallRecord>();
  // Set: the call ends here, and nothing is written.
  std::optional<ErrorCode> refusal;
  // Not null: the call is committed, without charges, and then denied.
  std::unique_ptr<PolicyDenial> denial;
  SnapshotPtr snapshot;
  Times times{};
  std::chrono::milliseconds window{};
  Time timestamp{};
  bool timestamp_has_remainder = false;  // of less than a millisecond
};

// The flow up to the ledger: envelope, token, session, signature, freshness, policy.
PlannedCall PlanCall(const GateSnapshot& gate_snapshot, std::string_view bytes, Times times);

// What a ledger answered. No status: it cannot be reached.
struct CommitOutcome {
  std::optional<ledger::CommitStatus> status;
  std::chrono::milliseconds retry_after{0};
};

// Asks the embedded ledger, and records what it wrote. REQUIRES: no refusal.
CommitOutcome Commit(PlannedCall& call, ledger::Tables& tables);

// Notes which limit of each limited context was charged. REQUIRES: `taken` has one element for
// each.
void RecordTaken(std::span<const std::uint32_t> taken, CallRecord& record);
// The decision. Allows only what nothing refused or denied and the ledger committed.
Decision Finish(PlannedCall call, const CommitOutcome& outcome);
Decision Deny(PlannedCall call, ErrorCode code);
// What is said of the envelope in `bytes` to a caller whose `now` is no time.
Decision DenyTime(const Error& error, std::string_view bytes, const Limits& limits);

// |at - timestamp| <= window, exactly.
bool IsFresh(const PlannedCall& call, Time at) noexcept;
// REPLAY_DETECTED, outside_window; or CLOCK_STEPPED where only the caller's clock is at fault.
ErrorCode StaleCode(PlannedCall& call);

}  // namespace callgate::gate

#endif  // CALLGATE_CORE_GATE_PLANNED_CALL_H_
