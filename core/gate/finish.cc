#include <algorithm>
#include <utility>

#include "callgate/json.h"
#include "core/gate/planned_call.h"
#include "core/policy/evaluate/evaluate.h"

namespace callgate::gate {
namespace {

using ledger::CommitStatus;

std::shared_ptr<const policy::Context> ContextOf(const PlannedCall& call,
                                                 const policy::Context* context) {
  // Shares the ownership of the snapshot: one count to keep for policy, context and keys.
  return std::shared_ptr<const policy::Context>(call.snapshot, context);
}

Decision DenyByPolicy(PlannedCall call) {
  PolicyDenial& denial = *call.denial;
  CallRecord& record = *call.record;
  const ErrorCode code = denial.verdict.code;
  record.policy_owner = call.snapshot;
  if (denial.is_of_unknown_tool) {
    record.cause = "unknown_tool";
    record.reason = "no tool server offers this tool";
    return DecisionBuilder::Deny(code, nullptr, policy::kNoCapability, std::move(call.record));
  }
  if (denial.is_by_ancestor) {
    // Positions and details are those of another context than the Decision's own.
    record.rule = denial.verdict.rule;
    record.reason = "by the context of an ancestor: " +
                    std::string(DecisionBuilder::CauseOf(code, record.rule));
    return DecisionBuilder::Deny(code, nullptr, policy::kNoCapability, std::move(call.record));
  }
  const std::int32_t capability = denial.verdict.capability;
  DecisionBuilder::Describe(std::move(denial.verdict), record);
  auto context = ContextOf(call, denial.context);
  return DecisionBuilder::Deny(code, std::move(context), capability, std::move(call.record));
}

// Of the capabilities of the call's own context those that allow it got furthest, and of them the
// first is named. Where they have no limit, the limit is an ancestor's.
Decision DenyByRate(PlannedCall call, std::chrono::milliseconds retry_after) {
  CallRecord& record = *call.record;
  record.retry_after = retry_after;
  if (record.allowances.empty()) return Deny(std::move(call), ErrorCode::kRateLimitExceeded);
  const Allowance& own = record.allowances[0];
  record.rule = record.IsLimited(own) ? "rate.sliding" : "rate.chain";
  const std::string_view text = record.arguments_are_absent ? "{}" : record.View(record.arguments);
  Limits limits;  // it was parsed before, as a part of its envelope
  limits.max_json_bytes = limits.max_json_depth = text.size();
  limits.max_json_nodes = text.size() + 1;
  if (const auto arguments = json::Parse(text, limits)) {
    record.details = policy::TriedWithoutRoom(*own.context, record.View(record.tool),
                                              arguments->root(), record.rule);
  }
  record.policy_owner = call.snapshot;
  const auto capability = static_cast<std::int32_t>(record.Allowing(own)[0]);
  auto context = ContextOf(call, own.context);
  return DecisionBuilder::Deny(ErrorCode::kRateLimitExceeded, std::move(context), capability,
                               std::move(call.record));
}

Decision Allow(PlannedCall call) {
  CallRecord& record = *call.record;
  if (record.allowances.empty()) {  // tools/list, which no policy judges
    return DecisionBuilder::Allow(nullptr, policy::kNoCapability, std::move(call.record));
  }
  record.rule = "order.any-capability";
  for (const Allowance& allowance : record.allowances) {
    const std::optional<std::uint64_t> limit = record.Taken(allowance).max_response_size;
    if (limit)
      record.max_response_size = std::min(*limit, record.max_response_size.value_or(*limit));
  }
  const Allowance& own = record.allowances[0];
  const auto capability = static_cast<std::int32_t>(record.Allowing(own)[own.taken]);
  const policy::Context* context = own.context;
  return DecisionBuilder::Allow(
      std::shared_ptr<const policy::Context>(std::move(call.snapshot), context), capability,
      std::move(call.record));
}

}  // namespace

Decision Finish(PlannedCall call, const CommitOutcome& outcome) {
  if (const auto refusal = call.refusal) return Deny(std::move(call), *refusal);

  // What was seen before is a replay, whatever policy says of it.
  if (outcome.status == CommitStatus::kAlreadySeen) {
    call.record->cause = "already_seen";
    call.record->reason = "this envelope was seen before";
    return Deny(std::move(call), ErrorCode::kReplayDetected);
  }
  if (outcome.status == CommitStatus::kStale) {
    const ErrorCode code = StaleCode(call);
    return Deny(std::move(call), code);
  }
  if (call.denial != nullptr) return DenyByPolicy(std::move(call));

  if (!outcome.status) return Deny(std::move(call), ErrorCode::kLedgerUnavailable);
  switch (*outcome.status) {
    case CommitStatus::kCommitted:
      return Allow(std::move(call));
    case CommitStatus::kSessionInactive:
      return Deny(std::move(call), ErrorCode::kSessionInactive);
    case CommitStatus::kRateLimited:
      return DenyByRate(std::move(call), outcome.retry_after);
    case CommitStatus::kFull:
      return Deny(std::move(call), ErrorCode::kLedgerFull);
    case CommitStatus::kAlreadySeen:
    case CommitStatus::kStale:
      break;  // above
  }
  return Deny(std::move(call), ErrorCode::kInternalError);
}

Decision Deny(PlannedCall call, ErrorCode code) {
  call.record->policy_owner = std::move(call.snapshot);
  return DecisionBuilder::Deny(code, nullptr, policy::kNoCapability, std::move(call.record));
}

Decision DenyTime(const Error& error, std::string_view bytes, const Limits& limits) {
  auto record = std::make_shared<CallRecord>();
  record->KeepUnverified(bytes, limits);
  record->reason = error.message;
  return DecisionBuilder::Deny(error.code, nullptr, policy::kNoCapability, std::move(record));
}

}  // namespace callgate::gate
