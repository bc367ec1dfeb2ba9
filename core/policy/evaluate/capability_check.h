// Whether one capability allows a call, rates apart.
#ifndef CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
#define CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_

#include "callgate/error.h"
#include "core/policy/evaluate/argument_search.h"
#include "core/policy/evaluate/call_paths.h"
#include "core/policy/evaluate/staged_fault.h"
#include "core/policy/model/context.h"

namespace callgate::policy {

struct CheckResult {
  [[nodiscard]] bool passed() const noexcept { return !fault; }

  // Why the capability does not allow the call; nothing more where it does.
  Fault fault;
  ErrorCode code;
  // Where it was refused. Of several capabilities that fail, the one that got furthest counts.
  Stage stage;
};

// REQUIRES: `paths` are those of the arguments.
[[nodiscard]] CheckResult Check(const Capability& capability, const Arguments& arguments,
                                CallPaths& paths);
// The same of a call of which little else is asked.
[[nodiscard]] inline CheckResult Check(const Capability& capability, const Arguments& arguments) {
  CallPaths paths(arguments);
  return Check(capability, arguments, paths);
}

}  // namespace callgate::policy

#endif  // CALLGATE_CORE_POLICY_EVALUATE_CAPABILITY_CHECK_H_
