// Whether one capability allows a call, rates apart.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_

#include "callgate/error.h"
#include "core/policy/evaluate/argument_search.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

// In the order of the checks. Of several capabilities that fail, the one that got furthest counts.
enum class Stage : std::uint8_t { kArguments, kPath, kDomain, kCommand, kPatterns, kPassed };

struct CheckResult {
  Stage stage;  // kPassed: allowed; else where it failed
  ErrorCode code;
  Fault fault;
};

[[nodiscard]] CheckResult Check(const Capability& capability, const Arguments& arguments);

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
