#include "callgate/decision.h"

#include <algorithm>

#include "callgate/scan.h"
#include "core/base/shown.h"
#include "core/policy/decision_record.h"
#include "core/policy/explain/rule_causes.h"
#include "core/policy/model/context.h"

namespace callgate {
namespace {

std::string NameOf(const policy::Context* context, std::int32_t capability) {
  std::string name = "capability " + std::to_string(capability);
  if (context != nullptr) {
    const auto& pattern = context->capabilities[static_cast<std::size_t>(capability)].tool_pattern;
    name.append(" (").append(pattern.text).append(")");
  }
  return name;
}

std::string NameOfDenyEntry(const policy::Context& context, std::int32_t position) {
  const policy::DenyEntry& entry = context.deny_list[static_cast<std::size_t>(position)];
  return "deny entry " + std::to_string(entry.nth) + " (" + entry.tool_pattern.text + ")";
}

}  // namespace

std::string RateCharge::Key() const {
  // Neither a context's name nor a pattern holds a space or comma, so the four parts are told
  // apart.
  std::string patterns = tool_pattern;
  std::ranges::replace(patterns, ' ', ',');
  return context + ' ' + patterns + ' ' + std::to_string(nth) + ' ' + root;
}

std::string Decision::reason() const {
  if (allowed_ && capability_ < 0) return "allowed: it needs no capability";
  if (allowed_) return "allowed by " + NameOf(context_.get(), capability_);
  if (record_ == nullptr) return std::string(CodeMeaning(code_));
  if (!record_->reason.empty()) return record_->reason;
  std::string reason(DecisionBuilder::CauseOf(code_, record_->rule));
  if (!record_->rule.empty()) reason.append(" (").append(record_->rule).append(")");
  if (!record_->where.empty()) reason += " at " + base::ShownWhole(record_->where);
  if (capability_ >= 0) reason += " in " + NameOf(context_.get(), capability_);
  if (record_->deny_entry >= 0) reason += " in " + NameOfDenyEntry(*context_, record_->deny_entry);
  return reason;
}

std::optional<std::size_t> Decision::capability() const noexcept {
  if (capability_ < 0) return std::nullopt;
  return static_cast<std::size_t>(capability_);
}

std::string_view Decision::rule() const noexcept {
  if (record_ != nullptr) return record_->rule;
  return allowed_ ? "order.any-capability" : "";
}

const std::vector<TriedCapability>& Decision::details() const noexcept {
  static const std::vector<TriedCapability> kNone;
  return record_ != nullptr ? record_->details : kNone;
}

std::vector<RateCharge> Decision::charges() const {
  if (record_ != nullptr) return record_->Charges();
  if (!allowed_) return {};
  const auto capability = static_cast<std::size_t>(capability_);
  if (!context_->capabilities[capability].rate_limit) return {};
  return {ChargeOf(*context_, capability, {})};
}

std::string_view Decision::context() const noexcept {
  if (context_ != nullptr) return context_->name;
  return record_ != nullptr ? record_->context_name : std::string_view();
}

std::optional<std::uint64_t> Decision::max_response_size() const noexcept {
  if (record_ != nullptr) return record_->max_response_size;
  if (!allowed_) return std::nullopt;
  return context_->capabilities[static_cast<std::size_t>(capability_)].max_response_size;
}

std::optional<std::chrono::milliseconds> Decision::retry_after() const noexcept {
  return record_ != nullptr ? record_->retry_after : std::nullopt;
}

Decision Decision::CheckResponse(std::string_view result_json) const {
  if (!allowed_) return *this;
  const auto refuse = [this](ErrorCode code, std::string_view rule) {
    auto record =
        record_ != nullptr ? record_->CopyForResponse() : std::make_shared<DecisionRecord>();
    record->rule = rule;
    record->max_response_size = max_response_size();
    if (record_ == nullptr) record->charges = charges();
    return DecisionBuilder::Deny(code, context_, capability_, std::move(record));
  };
  const Result<std::uint64_t> size = json::CompactSize(result_json);
  if (!size) return refuse(size.error().code, {});
  const std::optional<std::uint64_t> limit = max_response_size();
  if (limit && *size > *limit) return refuse(ErrorCode::kOutputSizeExceeded, "response.limit");
  return *this;
}

RateCharge ChargeOf(const policy::Context& context, std::size_t capability, std::string_view root) {
  const policy::Capability& charged = context.capabilities[capability];
  RateCharge charge;
  charge.root = root;
  charge.context = context.name;
  charge.tool_pattern = charged.tool_pattern.text;
  charge.nth = charged.nth;
  if (charged.rate_limit) {
    charge.calls = charged.rate_limit->calls;
    charge.per_seconds = charged.rate_limit->per_seconds;
  }
  return charge;
}

std::vector<RateCharge> ChargesOf(const policy::Context& context, const policy::Verdict& verdict) {
  std::vector<RateCharge> charges;
  for (const std::uint32_t i : verdict.allowing) charges.push_back(ChargeOf(context, i, {}));
  return charges;
}

std::string_view DecisionBuilder::CauseOf(ErrorCode code, std::string_view rule) {
  const std::string_view cause = policy::CauseOf(rule);
  return cause.empty() ? CodeMeaning(code) : cause;
}

Decision DecisionBuilder::Allow(ContextPtr context, std::int32_t capability, RecordPtr record) {
  Decision decision;
  decision.allowed_ = true;
  decision.capability_ = capability;
  decision.context_ = std::move(context);
  decision.record_ = std::move(record);
  return decision;
}

Decision DecisionBuilder::Deny(ErrorCode code, ContextPtr context, std::int32_t capability,
                               RecordPtr record) {
  Decision decision;
  decision.code_ = code;
  decision.capability_ = capability;
  decision.context_ = std::move(context);
  decision.record_ = std::move(record);
  return decision;
}

Decision DecisionBuilder::FromVerdict(policy::Verdict&& verdict, ContextPtr context) {
  const std::int32_t capability = verdict.capability;
  if (verdict.allowed && verdict.allowing.size() == 1) {
    return Allow(std::move(context), capability);
  }
  auto record = std::make_shared<DecisionRecord>();
  record->rule = verdict.rule;
  if (verdict.allowed) {
    record->charges = ChargesOf(*context, verdict);
    record->max_response_size =
        context->capabilities[static_cast<std::size_t>(capability)].max_response_size;
    return Allow(std::move(context), capability, std::move(record));
  }
  const ErrorCode code = verdict.code;
  Describe(std::move(verdict), *record);
  return Deny(code, std::move(context), capability, std::move(record));
}

Decision DecisionBuilder::DenyText(const Error& error, ContextPtr context) {
  auto record = std::make_shared<DecisionRecord>();
  record->rule = "order.arguments-object";
  record->reason = "the arguments are no acceptable JSON: " + error.message;
  return Deny(ErrorCode::kInvalidEnvelope, std::move(context), policy::kNoCapability,
              std::move(record));
}

void DecisionBuilder::Describe(policy::Verdict&& verdict, DecisionRecord& record) {
  record.rule = verdict.rule;
  record.where = std::move(verdict.where);
  record.deny_entry = verdict.deny_entry;
  record.details = std::move(verdict.tried);
  for (const TriedCapability& tried : record.details) {
    if (static_cast<std::int32_t>(tried.capability) == verdict.capability) {
      record.where = tried.where;
    }
  }
}

}  // namespace callgate
