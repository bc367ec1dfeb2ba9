#include "core/policy/evaluate/evaluate.h"

#include "core/policy/evaluate/capability_check.h"
#include "core/policy/evaluate/compiled_context.h"
#include "core/policy/evaluate/deny_list.h"

namespace callgate::policy {
namespace {

struct Failed {
  std::uint32_t capability;
  CheckResult result;
};

Verdict Deny(ErrorCode code, std::string_view rule) {
  Verdict verdict;
  verdict.code = code;
  verdict.rule = rule;
  return verdict;
}

// Where every capability on the tool declares its arguments, nothing is guessed from their keys.
KeyReading KeysFor(const Context& context, const Positions& capabilities) noexcept {
  for (const std::uint32_t i : capabilities) {
    if (!context.capabilities[i].arguments) return KeyReading::kClassified;
  }
  return capabilities.empty() ? KeyReading::kClassified : KeyReading::kPlain;
}

}  // namespace

// Form, deny list, capabilities, default deny. Invariants:
//  - A verdict denies from its construction on; `allowed` is set in one place, after some
//    capability passed every check and no deny entry fired.
//  - Nothing but the rates and the response size depends on the order of capabilities.
//  - Only patterns that match the tool cost anything.
Verdict Evaluate(const Context& context, std::string_view tool, json::Value arguments) {
  if (!IsToolName(tool)) return Deny(ErrorCode::kInvalidEnvelope, "order.tool-name");
  if (!arguments.is_object()) return Deny(ErrorCode::kInvalidEnvelope, "order.arguments-object");

  Positions denied;
  Positions capabilities;
  context.compiled->deny_list().Find(tool, denied);
  context.compiled->capabilities().Find(tool, capabilities);
  if (denied.empty() && capabilities.empty()) {
    return Deny(ErrorCode::kToolNotAllowed, "order.default-deny");
  }

  const Arguments walked(arguments, KeysFor(context, capabilities));
  CallPaths paths(walked);
  if (!denied.empty()) {
    if (const Denial denial = JudgeDenyList(context, denied, capabilities, walked, paths)) {
      Verdict verdict = Deny(ErrorCode::kToolExplicitlyDenied, denial.rule);
      verdict.deny_entry = static_cast<std::int32_t>(denial.entry - context.deny_list.data());
      verdict.where = walked.PointerTo(denial.item);
      return verdict;
    }
  }

  Verdict verdict = Deny(ErrorCode::kToolNotAllowed, "order.default-deny");
  base::SmallVector<Failed, 8> failed;
  for (const std::uint32_t i : capabilities) {
    const CheckResult result = Check(context.capabilities[i], walked, paths);
    if (result.passed()) {
      verdict.allowing.Append(i);
      if (!context.capabilities[i].rate_limit) break;
    } else if (verdict.allowing.empty()) {
      failed.Append({i, result});
    }
  }
  if (!verdict.allowing.empty()) {
    verdict.allowed = true;
    verdict.rule = "order.any-capability";
    verdict.capability = static_cast<std::int32_t>(verdict.allowing[0]);
    return verdict;
  }

  verdict.tried.reserve(failed.size());
  const Failed* furthest = nullptr;
  for (const Failed& one : failed) {
    const auto& [fault, code, stage] = one.result;
    verdict.tried.push_back({one.capability, code, fault.rule, walked.PointerTo(fault.item)});
    if (furthest == nullptr || stage > furthest->result.stage) furthest = &one;
  }
  if (furthest != nullptr) {
    verdict.code = furthest->result.code;
    verdict.rule = furthest->result.fault.rule;
    verdict.capability = static_cast<std::int32_t>(furthest->capability);
  }
  return verdict;
}

std::vector<TriedCapability> TriedWithoutRoom(const Context& context, std::string_view tool,
                                              json::Value arguments, std::string_view rule) {
  Positions capabilities;
  context.compiled->capabilities().Find(tool, capabilities);
  const Arguments walked(arguments, KeysFor(context, capabilities));
  CallPaths paths(walked);
  std::vector<TriedCapability> tried;
  for (const std::uint32_t i : capabilities) {
    const CheckResult result = Check(context.capabilities[i], walked, paths);
    if (result.passed()) {
      tried.push_back({i, ErrorCode::kRateLimitExceeded, rule, ""});
    } else {
      tried.push_back({i, result.code, result.fault.rule, walked.PointerTo(result.fault.item)});
    }
  }
  return tried;
}

}  // namespace callgate::policy
