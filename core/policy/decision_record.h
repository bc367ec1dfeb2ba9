// What a Decision carries beyond its verdict, and the one way to make a Decision.
#ifndef CALLGATE_CORE_POLICY_DECISION_RECORD_H_
#define CALLGATE_CORE_POLICY_DECISION_RECORD_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "callgate/decision.h"
#include "core/policy/evaluate/evaluate.h"

namespace callgate {

// The record of a policy's answer, and the base of the record of a call (core/gate/call_record.h),
// which alone answers the accessors of Decision that belong to a call.
struct DecisionRecord {
  virtual ~DecisionRecord() = default;
  // True for the record of a call.
  virtual bool IsOfCall() const noexcept { return false; }
  // What a Decision about the response of the same call starts from.
  virtual std::shared_ptr<DecisionRecord> CopyForResponse() const {
    return std::make_shared<DecisionRecord>(*this);
  }
  // Written down when it is asked for, where that costs something.
  virtual std::vector<RateCharge> Charges() const { return charges; }

  // What to say instead of the meaning of the code; may be empty.
  std::string reason;
  std::string_view rule;  // static
  std::string where;
  std::int32_t deny_entry = policy::kNoDenyEntry;  // of the Decision's context
  std::vector<TriedCapability> details;
  std::vector<RateCharge> charges;
  std::optional<std::uint64_t> max_response_size;
  std::optional<std::chrono::milliseconds> retry_after;
  std::string_view context_name;  // where the Decision has no context; what it views must last
};

// Not public: only the rooms that decide make Decisions.
class DecisionBuilder {
 public:
  using ContextPtr = std::shared_ptr<const policy::Context>;
  using RecordPtr = std::shared_ptr<const DecisionRecord>;

  // `record` may be null: then the limits are those of the capability, which is one of `context`.
  static Decision Allow(ContextPtr context, std::int32_t capability, RecordPtr record = nullptr);
  static Decision Deny(ErrorCode code, ContextPtr context, std::int32_t capability,
                       RecordPtr record);
  // Puts what a verdict that denies says into `record`.
  static void Describe(policy::Verdict&& verdict, DecisionRecord& record);
  // The one cause of a denial by `rule`; where that is empty, the meaning of the code.
  static std::string_view CauseOf(ErrorCode code, std::string_view rule);
  // What PolicySet::Evaluate answers. No allocation where one capability allows.
  static Decision FromVerdict(policy::Verdict&& verdict, ContextPtr context);
  // For arguments that are no acceptable JSON.
  static Decision DenyText(const Error& error, ContextPtr context);

  static const DecisionRecord* RecordOf(const Decision& decision) noexcept {
    return decision.record_.get();
  }
};

// The charge of one capability of `context`.
RateCharge ChargeOf(const policy::Context& context, std::size_t capability, std::string_view root);
// Those of the capabilities that allow, in order; without a root.
std::vector<RateCharge> ChargesOf(const policy::Context& context, const policy::Verdict& verdict);

}  // namespace callgate

#endif  // CALLGATE_CORE_POLICY_DECISION_RECORD_H_
