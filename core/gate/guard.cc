#include "callgate/guard.h"

#include <chrono>
#include <mutex>
#include <span>
#include <utility>

#include "core/base/small_vector.h"
#include "core/ledger/clock.h"
#include "core/ledger/keyed_digest.h"
#include "core/ledger/rate_table.h"
#include "core/policy/decision_record.h"
#include "core/policy/evaluate/evaluate.h"
#include "core/token/claims.h"

namespace callgate {
namespace {

using ContextPtr = DecisionBuilder::ContextPtr;

// More than this, and the caller's clock stepped back rather than that two threads read it in turn.
constexpr std::chrono::seconds kDisorder{1};

Decision DenyArgument(std::string reason) {
  auto record = std::make_shared<DecisionRecord>();
  record->reason = std::move(reason);
  return DecisionBuilder::Deny(ErrorCode::kInvalidArgument, nullptr, policy::kNoCapability,
                               std::move(record));
}

Decision DenyCode(ErrorCode code, ContextPtr context) {
  return DecisionBuilder::Deny(code, std::move(context), policy::kNoCapability, nullptr);
}

}  // namespace

struct Guard::State {
  State(PolicySet policy_in, const Limits& limits_in)
      : limits(limits_in),
        digest_key(ledger::DigestKey::Random()),
        rates(limits.max_rate_windows, limits.max_rate_entries),
        policy(std::move(policy_in)) {}

  // The context to judge by; null where the call ends here, with `denial`.
  ContextPtr Admit(std::string_view subject, std::string_view context, Time now, Decision& denial);
  Decision Judge(std::string_view subject, ContextPtr context, std::string_view tool,
                 json::Value arguments, Time now);

  const Limits limits;
  const ledger::DigestKey digest_key;
  ledger::RateTable rates;
  ledger::Clock clock;

  std::mutex pointer;  // of `policy`: held for as long as finding a context takes
  PolicySet policy;
};

ContextPtr Guard::State::Admit(std::string_view subject, std::string_view context, Time now,
                               Decision& denial) {
  if (const Result<void> valid = CheckTime(now); !valid) {
    denial = DenyArgument(valid.error().message);
    return nullptr;
  }
  if (!token::IsName(subject) || !json::IsValidUtf8(subject)) {
    denial = DenyArgument("subject must be 1 to 256 bytes of UTF-8 without control characters");
    return nullptr;
  }
  const std::scoped_lock lock(pointer);
  ContextPtr found = policy.Find(context);
  if (found == nullptr) denial = DenyCode(ErrorCode::kScopeNotFound, nullptr);
  return found;
}

Decision Guard::State::Judge(std::string_view subject, ContextPtr context, std::string_view tool,
                             json::Value arguments, Time now) {
  const Time time = clock.Observe(now);
  policy::Verdict verdict = policy::Evaluate(*context, tool, arguments);
  if (!verdict.allowed || !context->capabilities[verdict.allowing[0]].rate_limit) {
    return DecisionBuilder::FromVerdict(std::move(verdict), std::move(context));
  }

  base::SmallVector<ledger::RateLimit, 8> charges;
  for (const std::uint32_t i : verdict.allowing) {
    const policy::Capability& capability = context->capabilities[i];
    charges.Append({});
    if (!capability.rate_limit) continue;
    charges.data()[charges.size() - 1] = {
        digest_key.OfWindow(subject, context->name, capability.tool_pattern.text, capability.nth),
        capability.rate_limit->calls, capability.rate_limit->per_seconds};
  }
  const std::span<const ledger::RateLimit> list(charges.data(), charges.size());
  std::uint32_t taken = 0;
  const ledger::RateResult charged =
      rates.Charge(digest_key.OfRoot(subject), std::span(&list, 1), time, std::span(&taken, 1));
  switch (charged.status) {
    case ledger::RateStatus::kCharged:
      verdict.capability = static_cast<std::int32_t>(verdict.allowing[taken]);
      return DecisionBuilder::FromVerdict(std::move(verdict), std::move(context));
    case ledger::RateStatus::kFull:
      return DenyCode(ErrorCode::kLedgerFull, std::move(context));
    case ledger::RateStatus::kNoRoom:
      break;
  }
  auto record = std::make_shared<DecisionRecord>();
  record->rule = "rate.sliding";
  record->details = policy::TriedWithoutRoom(*context, tool, arguments, record->rule);
  record->charges = ChargesOf(*context, verdict);
  // The wait begins at the time that the window has reached, which `now` may lag behind.
  record->retry_after =
      std::chrono::milliseconds(charged.time + charged.retry_after) - now.time_since_epoch();
  const ErrorCode code =
      time - now > kDisorder ? ErrorCode::kClockStepped : ErrorCode::kRateLimitExceeded;
  return DecisionBuilder::Deny(code, std::move(context), verdict.capability, std::move(record));
}

Guard::Guard(PolicySet policy, const Limits& limits)
    : state_(std::make_unique<State>(std::move(policy), limits)) {}
Guard::~Guard() = default;

Decision Guard::Check(std::string_view subject, std::string_view context, std::string_view tool,
                      json::Value arguments, Time now) {
  Decision denial;
  ContextPtr found = state_->Admit(subject, context, now, denial);
  if (found == nullptr) return denial;
  return state_->Judge(subject, std::move(found), tool, arguments, now);
}

Decision Guard::Check(std::string_view subject, std::string_view context, std::string_view tool,
                      std::string_view arguments_json, Time now) {
  Decision denial;
  ContextPtr found = state_->Admit(subject, context, now, denial);
  if (found == nullptr) return denial;
  const Result<json::Document> arguments = json::Parse(arguments_json, state_->limits);
  if (!arguments) return DecisionBuilder::DenyText(arguments.error(), std::move(found));
  return state_->Judge(subject, std::move(found), tool, arguments->root(), now);
}

void Guard::SetPolicy(PolicySet policy) {
  const std::scoped_lock lock(state_->pointer);
  std::swap(state_->policy, policy);
}

PolicySet Guard::policy() const {
  const std::scoped_lock lock(state_->pointer);
  return state_->policy;
}

Result<void> Guard::ResetClock(Time now) {
  if (Result<void> valid = CheckTime(now); !valid) return valid;
  state_->clock.Set(now);
  state_->rates.MoveBack(now);
  return {};
}

}  // namespace callgate
