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

// Part of DecisionRecord::message.
struct MessageSlice {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// Everything is as far as the call was verified; empty otherwise.
struct DecisionRecord {
  virtual ~DecisionRecord() = default;
  // What costs something to write down is written when it is asked for.
  virtual std::vector<RateCharge> Charges() const { return charges; }
  virtual std::vector<RateCharge> Charged() const { return charged; }
  virtual std::string Effects() const { return {}; }

  // Of policy. `reason` is what to say instead of the meaning of the code; may be empty.
  std::string reason;
  std::string_view rule;  // static
  std::string where;
  std::int32_t deny_entry = policy::kNoDenyEntry;  // of the Decision's context
  std::vector<TriedCapability> details;
  std::vector<RateCharge> charges;

  // Of the call. Views without a slice point into `owner`.
  std::string message;  // the bytes whose signature verified
  MessageSlice payload, arguments, request_id, method, tool;
  // The payload without its _meta, which is not forwarded; empty where it had none.
  std::string forwarded;
  bool arguments_are_absent = false;  // which means {}
  std::shared_ptr<const void> owner, policy_owner;
  std::string_view session_id, subject, context_name, policy_digest;
  std::optional<PublicKey> public_key;
  std::optional<Signature> signature;
  std::vector<RateCharge> charged;
  std::optional<std::uint64_t> max_response_size;
  std::optional<std::chrono::milliseconds> retry_after;
  std::string_view cause;  // static

  std::string_view View(MessageSlice slice) const noexcept {
    return std::string_view(message).substr(slice.offset, slice.size);
  }
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
  // What PolicySet::Evaluate answers. No allocation where one capability allows.
  static Decision FromVerdict(policy::Verdict&& verdict, ContextPtr context);

  static const DecisionRecord* RecordOf(const Decision& decision) noexcept {
    return decision.record_.get();
  }
};

// The charge of one capability of `context`.
RateCharge ChargeOf(const policy::Context& context, std::size_t capability, std::string_view root);

}  // namespace callgate

#endif  // CALLGATE_CORE_POLICY_DECISION_RECORD_H_
